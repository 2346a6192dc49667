"""What a fused luma becomes: an image with the visible's colours, more or less of it, painted."""

from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np

from clfnet import colour
from clfnet.errors import ConfigError
from clfnet.method import FloatImage
from clfnet.options import celsius_of
from clfnet.thermal import Thermal
from clfnet.thermal.range import least_span

LEAST_PAINTED = 3.0
"""Kelvin (or as many least spans) that an image must span for anything to be hot by itself."""


class Paint(NamedTuple):
    """From where on a palette paints.

    Attributes:
        above: a level in [0, 1], or a temperature in °C; infinity for nothing.
        in_celsius: it is a temperature.
        why: for nothing, the reason.
    """

    above: float
    in_celsius: bool = False
    why: str = ""


@dataclass(frozen=True)
class Colouring:
    """How colours are kept and hot areas are shown; see `clfnet.colour`.

    Attributes:
        space: where luma is taken and put back, "bt601" or "linear".
        strength: from the visible image, 0, to the fused one, 1. By default 1, or 0 with a
            palette, which is then painted over the visible image.
        palette: paints the hot areas over the result.
        hot: the temperature level in [0, 1] above which it is painted, or a temperature, "60C"; by
            default chosen for each image.
    """

    space: str = "bt601"
    strength: float | None = None
    palette: str | None = None
    hot: float | str | None = None

    @property
    def share(self) -> float:
        """How much of the fusion is taken, in [0, 1]."""
        if self.strength is None:
            return 0.0 if self.palette else 1.0
        return self.strength

    @property
    def is_pointwise(self) -> bool:
        """No pixel's result depends on other pixels."""
        return self.palette is None or self.hot is not None

    @property
    def needs_celsius(self) -> bool:
        """Temperatures decide what is painted."""
        return isinstance(self.hot, str)

    def luma(self, picture: FloatImage) -> FloatImage:
        """Return what of the visible image is fused: (H, W) of (H, W) or (H, W, 3)."""
        return picture if picture.ndim == 2 else colour.find_space(self.space).luma(picture)

    def paint(self, thermal: Thermal, level: FloatImage) -> Paint | None:
        """Find from where on the palette paints; None without a palette.

        By itself nothing is hot in an infrared image that spans less than `LEAST_PAINTED` kelvin,
        or that many times the least span of a range where it does not measure: what stands out of
        such an image is noise, or the sun's last warmth.

        Args:
            thermal: the infrared image as it was read.
            level: its levels in [0, 1] where both images are, of any shape.

        Raises:
            ConfigError: `hot` is a temperature, and the image has none.
        """
        if self.palette is None:
            return None
        if isinstance(self.hot, str):
            if thermal.celsius is None:
                raise ConfigError(
                    f"`hot` in °C must have temperatures, but the infrared image holds "
                    f"{thermal.unit}s. Give a level from 0 to 1, or say what a count is "
                    f"(--kelvin-per-count, --calibration)."
                )
            return Paint(celsius_of(self.hot), in_celsius=True)
        if self.hot is not None:
            return Paint(self.hot)
        if why := _even(thermal):
            return Paint(inf, why=why)
        return Paint(colour.hot(level)) if level.size else Paint(inf, why="the two do not overlap")

    def __call__(
        self,
        picture: FloatImage,
        fused: FloatImage,
        infrared: FloatImage,
        paint: Paint | None = None,
        celsius: FloatImage | None = None,
    ) -> FloatImage:
        """Return the visible image with the fused luma.

        Args:
            picture: the visible image, (H, W) or (H, W, 3), in [0, 1].
            fused: the fused luma, (H, W).
            infrared: the infrared image, (H, W).
            paint: from where on the palette paints, see `paint`; nothing if not given.
            celsius: temperatures, (H, W), for a `paint` in °C.

        Returns:
            Of the shape of `picture`; with a palette always (H, W, 3).
        """
        whole = self.share == 1  # the usual case, which needs the visible's luma no more
        luma = fused if whole else colour.blend(self.luma(picture), fused, self.share)
        space = colour.find_space(self.space)
        result = luma if picture.ndim == 2 else space.with_luma(picture, luma)
        if self.palette is None:
            return result
        if paint is None or paint.above == inf:
            return result if result.ndim == 3 else np.repeat(result[..., None], 3, axis=2)
        return colour.overlay(
            result,
            infrared,
            self.palette,
            threshold=paint.above,
            celsius=celsius if paint.in_celsius else None,
        )

    def record(self, paint: Paint | None = None) -> dict[str, Any]:
        """Return what a file's metadata should tell: of paint, on what and from where on."""
        asked = {"palette": self.palette, "hot": self.hot}
        given = {name: value for name, value in asked.items() if value is not None}
        painted = {} if paint is None else {"painted": self._painted(paint)}
        return {"space": self.space, "strength": self.share, **given, **painted}

    def notes(self, paint: Paint | None) -> list[str]:
        """Return what a user should know about the paint, a sentence each."""
        if paint is None:
            return []
        notes = []
        if self.strength is None:
            notes.append(
                "with a palette the visible image is kept as it is (strength 0); --strength 1 "
                "paints over the fused image"
            )
        if paint.why:
            notes.append(f"nothing was painted: {paint.why}; --hot says what is")
        return notes

    def _painted(self, paint: Paint) -> dict[str, Any]:
        on = {0.0: "visible", 1.0: "fused"}.get(self.share, "visible and fused, blended")
        if paint.why:
            return {"on": on, "nothing": paint.why}
        unit = "celsius" if paint.in_celsius else "level"
        return {"on": on, "above": round(paint.above, 4), "unit": unit}


def _even(thermal: Thermal) -> str:
    """Tell why nothing can be hot in an image; nothing where something can."""
    if (
        thermal.celsius is not None
        and (known := thermal.celsius[np.isfinite(thermal.celsius)]).size
    ):
        span, least, unit = float(np.ptp(known)), LEAST_PAINTED, " K"
    elif thermal.unit == "count":
        span, least = float(np.ptp(thermal.known)), LEAST_PAINTED * least_span(thermal)
        unit = " counts"
    else:
        return ""
    if span >= least:
        return ""
    return f"the infrared image spans {span:.3g}{unit}, less than {least:.3g}, so nothing is hot"
