"""What a fused luma becomes: an image with the visible's colours, more or less of it, painted."""

from dataclasses import dataclass
from typing import Any

from clfnet import colour
from clfnet.method import FloatImage


@dataclass(frozen=True)
class Colouring:
    """How colours are kept and hot areas are shown; see `clfnet.colour`.

    Attributes:
        space: where luma is taken and put back, "bt601" or "linear".
        strength: from the visible image, 0, to the fused one, 1. By default 1, or 0 with a
            palette, which is then painted over the visible image.
        palette: paints the hot areas over the result.
        hot: the temperature level in [0, 1] above which it is painted; by default chosen for each
            image.
    """

    space: str = "bt601"
    strength: float | None = None
    palette: str | None = None
    hot: float | None = None

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

    def luma(self, picture: FloatImage) -> FloatImage:
        """Return what of the visible image is fused: (H, W) of (H, W) or (H, W, 3)."""
        return picture if picture.ndim == 2 else colour.find_space(self.space).luma(picture)

    def __call__(self, picture: FloatImage, fused: FloatImage, infrared: FloatImage) -> FloatImage:
        """Return the visible image with the fused luma.

        Args:
            picture: the visible image, (H, W) or (H, W, 3), in [0, 1].
            fused: the fused luma, (H, W).
            infrared: the infrared image, (H, W).

        Returns:
            Of the shape of `picture`; with a palette always (H, W, 3).
        """
        whole = self.share == 1  # the usual case, which needs the visible's luma no more
        luma = fused if whole else colour.blend(self.luma(picture), fused, self.share)
        space = colour.find_space(self.space)
        result = luma if picture.ndim == 2 else space.with_luma(picture, luma)
        if self.palette is not None:
            result = colour.overlay(result, infrared, self.palette, threshold=self.hot)
        return result

    def record(self) -> dict[str, Any]:
        """Return what a file's metadata should tell."""
        asked = {"palette": self.palette, "hot": self.hot}
        given = {name: value for name, value in asked.items() if value is not None}
        return {"space": self.space, "strength": self.share, **given}
