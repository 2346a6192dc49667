"""Images as fusing shows them, so that scores compare a result with what it was made of."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig, onto
from clfnet.errors import ConfigError, SizeMismatchError
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.image import read_image
from clfnet.io.visible_range import VisibleRange
from clfnet.metrics import GreyImage, to_grey
from clfnet.metrics.image import size_of
from clfnet.options import ALIGN, READ_AS, FuseOptions, Grid
from clfnet.thermal import Range, ThermalOptions, parse_range, read_thermal
from clfnet.thermal.options import AS_IS
from clfnet.thermal.range import Auto

Files = tuple[Path, Path, Path]
"""Where an infrared, a visible and a fused image are."""

Pixels = NDArray[Any]
"""uint8 or uint16, (H, W) or (H, W, 3)."""


_AUTO = Auto()


class Trio(NamedTuple):
    """A fused image and its sources, on one grid.

    Attributes:
        infrared: levels, uint8, (H, W).
        visible: as its file has it.
        fused: the same.
    """

    infrared: GreyImage
    visible: Pixels
    fused: Pixels


@dataclass(frozen=True)
class Reading:
    """How the sources of fused images are read; by default as `clfnet fuse` reads them.

    Attributes:
        options: what infrared files do not say themselves.
        range: what maps infrared numbers to levels; of eight bits by default nothing.
        invert: infrared images are black-hot.
        levels: of visible images, what is black and white; all that their type has if None.
        rig: how the two cameras lie, where the sources are not aligned.
    """

    options: ThermalOptions = AS_IS
    range: Range = _AUTO
    invert: bool = False
    levels: VisibleRange | None = None
    rig: Rig | None = None

    @classmethod
    def of(cls, options: FuseOptions) -> Self:
        """Make one of the options that the images were fused with.

        Raises:
            ConfigError: an option is given that says nothing about sources, or pairs would have to
                be aligned one by one.
            InputError: the rig file cannot be read.
        """
        for name in options.given():
            if name not in (*READ_AS, "align", "stretch"):
                raise ConfigError(
                    f"`{name}` must not be given for scores, whose sources are read by "
                    f"{', '.join(READ_AS)} and align alone. Drop it."
                )
        if options.align == "auto":
            raise ConfigError(
                "`align` must be a rig file for scores, got 'auto'. Fuse with --align RIG, and "
                "give the same file here."
            )
        asked = options.thermal_range
        return cls(
            ThermalOptions.of(options),
            parse_range(asked) if isinstance(asked, str) else asked,
            options.invert,
            VisibleRange.parse(options.visible_range),
            _rig(options.align),
        )

    def infrared(self, path: Path, *, max_pixels: int = MAX_PIXELS) -> GreyImage:
        """Read an infrared file as grey levels, by the rules with which `clfnet fuse` reads it.

        Eight bits are levels already. Counts and temperatures are mapped by the range (see
        `clfnet.thermal.range.Auto`), and the palette of a painted image is undone.

        Args:
            path: whatever `clfnet.thermal.read_thermal` reads.
            max_pixels: larger images are refused before their pixels are allocated.

        Returns:
            uint8, (H, W), levels 0..255.

        Raises:
            ImageError: it cannot be read.
            ConfigError: the range needs temperatures, and there are none.

        Example:
            >>> import tempfile
            >>> path = Path(tempfile.mkdtemp()) / "counts.npy"
            >>> np.save(path, np.linspace(7000, 7500, 200, dtype=np.uint16).reshape(1, -1))
            >>> levels = Reading().infrared(path)
            >>> int(levels.min()), int(levels.max())
            (0, 255)
        """
        thermal = read_thermal(path, self.options, max_pixels=max_pixels)
        as_it_is = thermal.values.dtype == np.uint8 and isinstance(self.range, Auto)
        levels = to_grey(thermal.values if as_it_is else self.range(thermal).image)
        return 255 - levels if self.invert else levels

    def visible(self, path: Path, *, max_pixels: int = MAX_PIXELS) -> Pixels:
        """Read a visible file, (H, W) or (H, W, 3).

        Raises:
            ImageError: it cannot be read.
        """
        pixels = read_image(path, max_pixels=max_pixels).pixels
        return pixels if self.levels is None else self.levels.spread(pixels)

    def __call__(self, files: Files) -> Trio:
        """Read a fused image and its sources, and bring these onto its grid.

        Raises:
            ImageError: a file cannot be read.
            SizeMismatchError: the fused image has another size than its sources.
            AlignmentError: the rig leaves nothing that both cameras see.
        """
        heat = self.infrared(files[0])
        light, fused = self.visible(files[1]), read_image(files[2]).pixels
        if self.rig is not None:
            return _placed(self.rig, Trio(heat, light, fused), files)
        for path, image in zip(files[:2], (heat, light), strict=True):
            if image.shape[:2] != fused.shape[:2]:
                raise SizeMismatchError(
                    f"{files[2]} must have the size of {path}, {size_of(image)}, got "
                    f"{size_of(fused)}. Resize it, or fuse again at full size; if it was aligned, "
                    f"give the rig file (--align RIG)."
                )
        return Trio(heat, light, fused)


def _placed(rig: Rig, found: Trio, files: Files) -> Trio:
    """Cut all three to what both cameras see, on the grid that the fused image has."""
    grids: tuple[Grid, ...] = ("visible", "infrared")
    wanted = []
    for grid in grids:
        aligned = onto(grid, found.infrared, found.visible, rig)
        infrared, visible = aligned.cropped()
        if found.fused.shape[:2] == infrared.shape[:2]:
            return Trio(infrared, visible, found.fused)
        if found.fused.shape[:2] == aligned.covered.shape:
            return Trio(infrared, visible, found.fused[aligned.box.slices])
        wanted += [size_of(aligned.covered), size_of(infrared)]
    raise SizeMismatchError(
        f"{files[2]} must have a size that the rig makes of its sources, one of "
        f"{', '.join(dict.fromkeys(wanted))}, got {size_of(found.fused)}. Give the rig that it was "
        f"fused with."
    )


def _rig(align: str | os.PathLike[str] | Rig) -> Rig | None:
    if isinstance(align, Rig):
        return align
    return None if align in ALIGN else Rig.read(Path(align))
