"""Thermal images that were painted with a palette, back to what was painted.

Most cameras save a display image: colours from a palette, or grey. A known palette is undone:
each pixel gets the place of the nearest colour of the palette. An unknown one is taken by its
brightness, as colour always is; that is right in order where brightness rises with heat.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.palette import PALETTES, paint
from clfnet.errors import ConfigError

Levels = NDArray[np.uint8]

AUTO: Literal["auto"] = "auto"
NONE: Literal["none"] = "none"

COLOURFUL = 10.0
"""Mean of a pixel's largest less its smallest channel, 0 to 255, from which on it is colour."""

OTHERS = {  # of programs: MATLAB's jet and hot, those of matplotlib and OpenCV
    "hot": "000000 600000 c00000 ff2000 ff8000 ffe000 ffff80 ffffff",
    "inferno": "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
    "jet": "000080 0000ff 0080ff 00ffff 80ff80 ffff00 ff8000 ff0000 800000",
    "magma": "000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf",
    "plasma": "0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921",
    "turbo": "30123b 4145ab 4675ed 39a2fc 1bcfd4 24eca6 61fc6c a4fc3b d1e834 f3c63a fe9b2d f36315 "
    "d93806 b11901 7a0403",
    "viridis": "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
}
_NEAR, _SHARE = 30.0, 0.85  # of the pixels, this share is so near to a palette that it is the one
_STEPS = 256


class Undone(NamedTuple):
    """An image whose palette was undone.

    Attributes:
        levels: the place of each pixel in the palette, uint8, (H, W); 255 is the hottest.
        palette: its name.
    """

    levels: Levels
    palette: str


def palettes() -> tuple[str, ...]:
    """Return the names of what can be undone."""
    return (*(name for name in PALETTES if name not in ("whitehot", "blackhot")), *OTHERS)


def check_infrared_palette(name: str) -> None:
    """Raise a `ConfigError` unless it is auto, none, blackhot or the name of a known palette."""
    known = (AUTO, NONE, *palettes())
    if name not in known:
        raise ConfigError(
            f"`infrared_palette` must be one of {', '.join(known)}, got {name!r}. For example auto."
        )


def is_coloured(pixels: Levels) -> bool:
    """Tell whether an image, uint8, (H, W, 3), is more than grey with the noise of JPEG."""
    step = max(1, int((pixels.shape[0] * pixels.shape[1] / 65536) ** 0.5))
    some = pixels[::step, ::step].astype(np.int16)
    return float((some.max(axis=2) - some.min(axis=2)).mean()) > COLOURFUL


def undo(pixels: Levels, palette: str) -> Levels:
    """Return the place of each pixel in a palette.

    Args:
        pixels: uint8, (H, W, 3).
        palette: one of `palettes()`.

    Returns:
        uint8, (H, W).

    Example:
        >>> painted = np.rint(paint("rainbow", np.array([[0.2, 0.9]], np.float32)) * 255)
        >>> undo(painted.astype(np.uint8), "rainbow").tolist()
        [[51, 229]]
    """
    return _nearest(pixels, palette)[0]


def recognised(pixels: Levels) -> Undone | None:
    """Find the palette of an image and undo it; None if no known one fits.

    Args:
        pixels: uint8, (H, W, 3).
    """
    step = max(1, int((pixels.shape[0] * pixels.shape[1] / 16384) ** 0.5))
    some = pixels[::step, ::step]
    fits = {name: float((_nearest(some, name)[1] <= _NEAR).mean()) for name in palettes()}
    best = max(fits, key=lambda name: fits[name])
    return Undone(undo(pixels, best), best) if fits[best] >= _SHARE else None


def _nearest(pixels: Levels, palette: str) -> tuple[Levels, NDArray[np.float32]]:
    """Return each pixel's place in a palette, and its distance from it, in levels."""
    flat = pixels.reshape(-1, 3).astype(np.uint32)
    codes = flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2]
    distinct, where = np.unique(codes, return_inverse=True)
    table = _table(palette)
    places = np.empty(len(distinct), np.uint8)
    away = np.empty(len(distinct), np.float32)
    for start in range(0, len(distinct), 4096):
        part = distinct[start : start + 4096]
        colours = np.stack([part >> 16, part >> 8 & 255, part & 255], axis=1).astype(np.float32)
        squares = (colours**2).sum(1)[:, None] - 2 * colours @ table.T + (table**2).sum(1)
        best = squares.argmin(axis=1)
        places[start : start + 4096] = best
        away[start : start + 4096] = np.sqrt(np.maximum(squares[np.arange(len(part)), best], 0))
    shape = pixels.shape[:2]
    return places[where].reshape(shape), away[where].reshape(shape)


@lru_cache
def _table(palette: str) -> NDArray[np.float32]:
    """Return the colours of a palette from cold to hot, float32, (256, 3), 0 to 255."""
    if palette in PALETTES:
        return 255 * paint(palette, np.linspace(0, 1, _STEPS, dtype=np.float32))
    stops = np.array([list(bytes.fromhex(stop)) for stop in OTHERS[palette].split()], np.float32)
    places = np.linspace(0, len(stops) - 1, _STEPS)
    channels = [np.interp(places, np.arange(len(stops)), channel) for channel in stops.T]
    return np.stack(channels, axis=1).astype(np.float32)
