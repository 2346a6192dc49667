"""The share of a source per region: named boxes, a grid, and what is hottest."""

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError
from clfnet.io.regions import Region
from clfnet.method import FloatImage

HOTTEST = 0.02
"""Which part of the pixels counts as hottest."""


def share_in(share: NDArray[np.float32], region: Region) -> float:
    """Return the mean share in a box, in [0, 1].

    Raises:
        InputError: it is not inside the image.

    Example:
        >>> from clfnet.io.box import Box
        >>> share_in(np.array([[0, 1, 0.5]], np.float32), Region("right", Box(1, 0, 2, 1)))
        0.75
    """
    region.check_inside(share.shape[1], share.shape[0])
    return float(share[region.box.slices].mean(dtype=np.float64))


def grid(share: NDArray[np.float32], cells: int) -> NDArray[np.float64]:
    """Return the mean share in each cell of a grid.

    Args:
        share: (H, W).
        cells: N rows and N columns, 1 ≤ N ≤ H, W; sizes differ by a pixel where they must.

    Returns:
        (N, N), from the top left.

    Raises:
        InputError: there are more cells than pixels, or none.

    Example:
        >>> grid(np.array([[0, 1], [0.5, 0.5]], np.float32), 2).tolist()
        [[0.0, 1.0], [0.5, 0.5]]
    """
    if not 1 <= cells <= min(share.shape):
        raise InputError(
            f"`grid` must be 1 to {min(share.shape)} for {share.shape[1]}x{share.shape[0]} pixels, "
            f"got {cells}. 3 is usual."
        )
    rows, columns = (edges(length, cells) for length in share.shape)
    sums = np.add.reduceat(share.astype(np.float64), rows[:-1], axis=0)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    means: NDArray[np.float64] = sums / np.outer(np.diff(rows), np.diff(columns))
    return means


def edges(length: int, cells: int) -> NDArray[np.int64]:
    """Return where the cells of one axis begin, and its end: `cells` + 1 whole numbers.

    Example:
        >>> edges(10, 3).tolist()
        [0, 3, 6, 10]
    """
    return np.arange(cells + 1) * length // cells


def hottest(share: NDArray[np.float32], infrared: FloatImage, part: float = HOTTEST) -> float:
    """Return the mean share where the infrared image is brightest.

    Args:
        share: (H, W).
        infrared: the same size.
        part: of the pixels, in (0, 1]; pixels as bright as the last one count too, so an image
            with a large saturated part gives all of that.

    Example:
        >>> infrared = np.array([[0.1, 0.2, 0.9]], np.float32)
        >>> hottest(np.array([[0, 0, 1]], np.float32), infrared)
        1.0
    """
    return float(share[infrared >= np.quantile(infrared, 1 - part)].mean(dtype=np.float64))
