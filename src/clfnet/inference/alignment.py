"""Both images of a pair onto one grid: by a rig, the camera's tags, or what they show."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig, displacement, onto, register
from clfnet.align.register import SHORTEST_SIDE
from clfnet.colour.luma import bt601
from clfnet.errors import AlignmentError, SizeMismatchError
from clfnet.inference.arrays import check_sizes, to_unit
from clfnet.method import FloatImage
from clfnet.options import ALIGN, Grid, Outside
from clfnet.thermal.nodata import fill

Matrix = NDArray[np.float64]

_ENOUGH = 320  # pixels of the longer side tell whether a pair is shifted
_KNOWN = 0.99  # of a warped pixel must come from data


TAGS = "camera's tags"
"""What a rig is made of where a radiometric file tells how its two images lie."""


class Placed(NamedTuple):
    """A pair on one grid.

    Attributes:
        heat: the infrared image, float32, (H, W).
        light: the visible image, float32, (H, W) or (H, W, C).
        covered: where both images are, bool, (H, W); None where they are everywhere.
        rig: what aligned them; None if nothing had to.
        data: where the infrared image has data, bool, (H, W); None where it has everywhere.
        corner: x and y of the grid's pixel with which the two begin; not (0, 0) after a crop.
        celsius: temperatures on the same grid, float32, (H, W), NaN where there is none; None
            unless they were given.
    """

    heat: FloatImage
    light: FloatImage
    covered: NDArray[np.bool_] | None = None
    rig: Rig | None = None
    data: NDArray[np.bool_] | None = None
    corner: tuple[int, int] = (0, 0)
    celsius: FloatImage | None = None

    @property
    def both(self) -> NDArray[np.bool_] | None:
        """Where there is something of both; None where that is everywhere."""
        if self.covered is None or self.data is None:
            return self.data if self.covered is None else self.covered
        return self.covered & self.data


class Alignment:
    """How pairs get onto one grid.

    Args:
        align: "off" takes pairs of equal size as they are, and those that a radiometric file holds
            by the camera's tags; "needed", also registers pairs of different sizes by what they
            show; "auto" registers every pair; a rig, or the path of a rig file, aligns all pairs
            alike.
        grid: whose pixels the result has, "visible" or "infrared".
        outside: what becomes of the part of the grid that the other image does not reach: "crop"
            cuts the result to the largest rectangle of both, "keep" leaves the one image there
            as it is, "black" blackens it.

    Raises:
        InputError: the rig file cannot be read.
    """

    def __init__(
        self,
        align: str | os.PathLike[str] | Rig = "needed",
        *,
        grid: Grid = "visible",
        outside: Outside = "crop",
    ) -> None:
        self.grid = grid
        self.outside = outside
        self.automatic = align == "auto"
        self.where_sizes_differ = align in ("needed", "auto")
        self.rig = None if align in ALIGN else _rig(align)

    def __call__(
        self,
        heat: FloatImage,
        light: FloatImage,
        tags: Matrix | None = None,
        names: tuple[str, str] = ("`infrared`", "`visible`"),
        *,
        data: NDArray[np.bool_] | None = None,
        made: str = TAGS,
        celsius: FloatImage | None = None,
        field: float = 0.0,
    ) -> Placed:
        """Put a pair onto one grid.

        Args:
            heat: float32, (Hi, Wi), in [0, 1].
            light: float32, (Hv, Wv) or (Hv, Wv, C), in [0, 1].
            tags: what maps infrared to visible pixels, by the camera's own account.
            names: what messages call the two.
            data: where the infrared image has data, bool, (Hi, Wi).
            made: what `tags` are from.
            celsius: temperatures that come along, float32, (Hi, Wi).
            field: how wide the infrared image sees; see `clfnet.align.register`.

        Raises:
            SizeMismatchError: they differ in size, and nothing tells how they lie.
            AlignmentError: they cannot be registered well enough, or do not overlap.
            InputError: the rig is of images of other proportions.
        """
        rig = self._rig_for(heat, light, tags, made, names, field)
        if rig is None:
            check_sizes(heat, light, *names)
            return Placed(heat, light, data=data, celsius=celsius)
        layers = _stacked(heat, data, celsius)
        aligned = onto(self.grid, layers, light, rig)
        covered = None if aligned.covered.all() else aligned.covered
        corner = (0, 0)
        if self.outside == "crop":
            covered, corner = None, (aligned.box.x, aligned.box.y)
            layers, light = aligned.cropped()
        else:
            layers, light = aligned.infrared, aligned.visible
        if layers.ndim == 2:
            return Placed(layers, light, covered, rig, None, corner)
        planes = [np.ascontiguousarray(plane) for plane in np.moveaxis(layers, 2, 0)]
        known = planes[1] > _KNOWN if data is not None else None
        placed = Placed(planes[0], light, covered, rig, known, corner)
        if celsius is None:
            return placed
        there = placed.both
        warm = planes[-1] if there is None else np.where(there, planes[-1], np.float32(np.nan))
        return placed._replace(celsius=warm)

    def leaves(self, infrared: NDArray[Any], visible: NDArray[Any]) -> bool:
        """Tell whether a pair is taken as it is, but for what tags say."""
        if self.rig is not None or self.automatic:
            return False
        return not self.where_sizes_differ or infrared.shape[:2] == visible.shape[:2]

    def shift(self, heat: NDArray[Any], light: NDArray[Any]) -> str:
        """Tell how far a pair that is taken as it is seems to be shifted; nothing if it is not.

        Only pairs of equal size are looked at, and only where nobody said how they lie.

        Args:
            heat: the infrared picture, (H, W).
            light: the visible picture, (H, W) or (H, W, C).
        """
        if not self.where_sizes_differ or not self.leaves(heat, light):
            return ""
        if heat.shape != light.shape[:2]:
            return ""
        where = _displaced(heat, light)
        return (
            where
            and f"{where}; align the two (--align auto), or state that they are aligned already "
            f"(--align off)"
        )

    def disagreement(self, placed: Placed) -> str:
        """Tell how far a pair that lies as its camera says seems to be off; nothing if it is not.

        Args:
            placed: by the camera's tags, which hold at one distance.
        """
        if placed.rig is None or placed.rig.made != TAGS or self.automatic:
            return ""
        where = _displaced(placed.heat, placed.light)
        return where and (
            f"{where}, by what the two show; the camera's tags put it there, which hold at one "
            f"distance (--align auto goes by what they show)"
        )

    def record(self, rig: Rig | None) -> dict[str, Any]:
        """Return what a file's metadata should tell."""
        if rig is None:
            return {}
        return {"alignment": rig.as_dict(), "grid": self.grid, "outside": self.outside}

    def _rig_for(
        self,
        heat: FloatImage,
        light: FloatImage,
        tags: Matrix | None,
        made: str,
        names: tuple[str, str],
        field: float,
    ) -> Rig | None:
        if self.rig is not None:
            return self.rig.for_sizes(_size(heat), _size(light))
        if tags is not None and not self.automatic:
            return Rig(tags, _size(heat), _size(light), None, made)
        if self.automatic:
            return register_named(heat, light, names, field=field)
        if self.where_sizes_differ and _size(heat) != _size(light):
            try:
                return register_named(heat, light, names, field=field)
            except AlignmentError as error:
                raise SizeMismatchError(
                    f"infrared and visible must be of equal size or be aligned, but got {error}"
                ) from None
        return None


def _displaced(heat: NDArray[Any], light: NDArray[Any]) -> str:
    """Tell how far an infrared image seems to be shifted on the grid of a visible one.

    Nothing is told where that is not clear, or the two are too small to tell.
    """
    if min(heat.shape) < SHORTEST_SIDE:
        return ""
    step = max(1, max(heat.shape) // _ENOUGH)
    found = displacement(heat[::step, ::step], _grey(to_unit(light[::step, ::step])))
    if not found.is_clear:
        return ""
    x, y = (round(step * each) for each in found.shift)
    return (
        f"the infrared seems to lie {abs(x)} pixels too far {'left' if x > 0 else 'right'} and "
        f"{abs(y)} too far {'up' if y > 0 else 'down'}"
    )


def _stacked(
    heat: FloatImage, data: NDArray[np.bool_] | None, celsius: FloatImage | None
) -> FloatImage:
    """Return what is warped alike, (H, W) or (H, W, N)."""
    layers = [heat]
    if data is not None:
        layers.append(data.astype(np.float32))
    if celsius is not None:  # a gap would spread
        known = np.isfinite(celsius)
        layers.append(np.asarray(fill(celsius, known), np.float32) if known.any() else celsius)
    return heat if len(layers) == 1 else np.dstack(layers)


def register_named(
    heat: NDArray[Any],
    light: NDArray[Any],
    names: tuple[str, str],
    *,
    orientation: int | None = None,
    field: float = 0.0,
) -> Rig:
    """Register a pair, (H, W) and (H, W) or (H, W, C), or name the two and say why that fails.

    Raises:
        AlignmentError: see `clfnet.align.register`.
    """
    try:
        return register(heat, _grey(light), orientation=orientation, field=field)
    except AlignmentError as error:
        (first, second), sizes = names, (_size(heat), _size(light))
        shown = [f"{width}x{height}" for width, height in sizes]
        raise AlignmentError(
            f"{shown[0]} ({first}) and {shown[1]} ({second}) cannot be aligned: {error}"
        ) from error


def _rig(align: str | os.PathLike[str] | Rig) -> Rig:
    return align if isinstance(align, Rig) else Rig.read(Path(align))


def _size(picture: NDArray[Any]) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def _grey(light: NDArray[Any]) -> NDArray[Any]:
    """Return (H, W) of (H, W), or of 1 or 3 colours with or without alpha."""
    if light.ndim == 2:
        return light
    return light[..., 0] if light.shape[2] < 3 else bt601.luma(light[..., :3])
