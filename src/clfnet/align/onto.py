"""Both images of a rig on one grid."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align.geometry import Matrix, Size, inverse
from clfnet.align.rig import Rig
from clfnet.align.warp import Mask, largest_box, resample
from clfnet.io.box import Box
from clfnet.options import Grid

Array = NDArray[Any]


class Aligned(NamedTuple):
    """A pair on one grid.

    Attributes:
        infrared: (h, w) or (h, w, C), of the type it had; 0 where it was not seen.
        visible: the same.
        covered: where both were seen, bool, (h, w).
        box: the largest rectangle in which both were seen.
    """

    infrared: Array
    visible: Array
    covered: Mask
    box: Box

    def cropped(self) -> tuple[Array, Array]:
        """Return both images, cut to the box."""
        return self.infrared[self.box.slices], self.visible[self.box.slices]


def onto(grid: Grid, infrared: Array, visible: Array, rig: Rig) -> Aligned:
    """Bring a pair onto the grid of one of its images; that one stays as it is.

    Args:
        grid: "visible" or "infrared".
        infrared: (H, W) or (H, W, C); uint8, uint16 or float32.
        visible: the same, of any other size.
        rig: how the two lie to each other; it is scaled to the images' sizes.

    Returns:
        Both images, where both are seen, and the largest rectangle of it.

    Raises:
        InputError: the images have other proportions than the rig's.
        AlignmentError: nothing is seen by both.

    Example:
        >>> rig = Rig(np.diag([2.0, 2.0, 1.0]), (2, 2), (4, 4), None, "by hand")
        >>> pair = onto("visible", np.full((2, 2), 7, np.uint16), np.zeros((4, 4), np.uint8), rig)
        >>> pair.infrared.shape, pair.infrared.dtype.name, pair.box.width
        ((4, 4), 'uint16', 4)
    """
    sizes = _size(infrared), _size(visible)
    homography = rig.for_sizes(*sizes).homography
    if grid == "visible":
        infrared, covered = _drawn(infrared, inverse(homography), sizes[1])
    else:
        visible, covered = _drawn(visible, homography, sizes[0])
    return Aligned(infrared, visible, covered, largest_box(covered))


def _drawn(image: Array, matrix: Matrix, size: Size) -> tuple[Array, Mask]:
    """Resample an image of any type."""
    values, covered = resample(image.astype(np.float32, copy=False), matrix, size)
    if np.issubdtype(image.dtype, np.integer):
        return np.rint(values).astype(image.dtype), covered
    return values.astype(image.dtype, copy=False), covered


def _size(image: Array) -> Size:
    return int(image.shape[1]), int(image.shape[0])
