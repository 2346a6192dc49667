"""Both pictures of a pair onto one grid: by a rig, the camera's tags, or what they show."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig, onto, register
from clfnet.colour.luma import bt601
from clfnet.inference.arrays import check_sizes
from clfnet.method import FloatImage
from clfnet.options import Grid, Outside

Matrix = NDArray[np.float64]


class Placed(NamedTuple):
    """A pair on one grid.

    Attributes:
        heat: the infrared picture, float32, (H, W).
        light: the visible picture, float32, (H, W) or (H, W, C).
        covered: where both pictures are, bool, (H, W); None where they are everywhere.
        rig: what aligned them; None if nothing had to.
    """

    heat: FloatImage
    light: FloatImage
    covered: NDArray[np.bool_] | None = None
    rig: Rig | None = None


class Alignment:
    """How pairs get onto one grid.

    Args:
        align: "off" takes pairs of equal size as they are, and those that a radiometric file holds
            by the camera's tags; "auto" registers every pair by what it shows; a rig, or the path
            of a rig file, aligns all pairs alike.
        grid: whose pixels the result has, "visible" or "infrared".
        outside: what becomes of the part of the grid that the other picture does not reach: "crop"
            cuts the result to the largest rectangle of both, "keep" leaves the one picture there
            as it is, "black" blackens it.

    Raises:
        InputError: the rig file cannot be read.
    """

    def __init__(
        self,
        align: str | os.PathLike[str] | Rig = "off",
        *,
        grid: Grid = "visible",
        outside: Outside = "crop",
    ) -> None:
        self.grid = grid
        self.outside = outside
        self.automatic = align == "auto"
        self.rig = None if align in ("off", "auto") else _rig(align)

    def __call__(
        self,
        heat: FloatImage,
        light: FloatImage,
        tags: Matrix | None = None,
        names: tuple[str, str] = ("`infrared`", "`visible`"),
    ) -> Placed:
        """Put a pair onto one grid.

        Args:
            heat: float32, (Hi, Wi), in [0, 1].
            light: float32, (Hv, Wv) or (Hv, Wv, C), in [0, 1].
            tags: what maps infrared to visible pixels, by the camera's own account.
            names: what messages call the two.

        Raises:
            SizeMismatchError: they differ in size, and nothing tells how they lie.
            AlignmentError: they cannot be registered well enough, or do not overlap.
            InputError: the rig is of pictures of other proportions.
        """
        rig = self._rig_for(heat, light, tags)
        if rig is None:
            check_sizes(heat, light, *names)
            return Placed(heat, light)
        aligned = onto(self.grid, heat, light, rig)
        if self.outside == "crop":
            return Placed(*aligned.cropped(), None, rig)
        covered = None if aligned.covered.all() else aligned.covered
        return Placed(aligned.infrared, aligned.visible, covered, rig)

    @property
    def is_off(self) -> bool:
        """Pairs are taken as they are, but for what a camera's tags say."""
        return self.rig is None and not self.automatic

    def record(self, rig: Rig | None) -> dict[str, Any]:
        """Return what a file's metadata should tell."""
        if rig is None:
            return {}
        return {"alignment": rig.as_dict(), "grid": self.grid, "outside": self.outside}

    def _rig_for(self, heat: FloatImage, light: FloatImage, tags: Matrix | None) -> Rig | None:
        if self.rig is not None:
            return self.rig.for_sizes(_size(heat), _size(light))
        if self.automatic:
            return register(heat, _grey(light))
        if tags is not None:
            return Rig(tags, _size(heat), _size(light), None, "camera's tags")
        return None


def _rig(align: str | os.PathLike[str] | Rig) -> Rig:
    return align if isinstance(align, Rig) else Rig.read(Path(align))


def _size(picture: FloatImage) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def _grey(light: FloatImage) -> FloatImage:
    """Return (H, W) of (H, W), or of 1 or 3 colours with or without alpha."""
    if light.ndim == 2:
        return light
    return light[..., 0] if light.shape[2] < 3 else bt601.luma(light[..., :3])
