"""Palettes: temperature as colour, under the names that thermal cameras give them.

A palette is a list of colours from cold to hot; between neighbours, R, G and B are interpolated.
Where luma rises (or falls) from each colour to the next, each lies at its own luma, so that equal
steps of heat are equal steps of luma: the grey version of an `ironbow` picture is the thermal
picture. Elsewhere (`rainbow`) they lie at equal distances.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.bt601 import luma
from clfnet.errors import ConfigError

Float = NDArray[np.float32]

PALETTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ironbow": (
            *("000000", "14004a", "4a0087", "8a0a8c", "c02a5f", "e35a22"),
            *("f58c10", "fcb918", "fde25e", "ffffff"),
        ),
        "whitehot": ("000000", "ffffff"),
        "blackhot": ("ffffff", "000000"),
        "lava": (
            *("000000", "0a2148", "33306f", "7a2470", "b52a48", "d9471c", "f0841a", "fcc94f"),
            "ffffff",
        ),
        "arctic": (
            *("00051e", "0b2a6f", "1d5fb0", "4e93b8", "93a98f", "d9b45a", "f7d36a", "fff3c4"),
        ),
        "green": ("000000", "003d12", "0c8a24", "52c84a", "a8f08a", "f0ffe6"),
        "rainbow": ("10006e", "0040e0", "00b4d8", "20c060", "d8e020", "ff9800", "e01818"),
    }
)
"""By name: the colours from cold to hot, as hexadecimal sRGB."""


def paint(palette: str, heat: Float) -> Float:
    """Return heat as colour.

    Args:
        palette: one of `PALETTES`.
        heat: float32, any shape, in [0, 1], 1 the hottest.

    Returns:
        sRGB, float32, the shape of `heat` and a last axis of 3, in [0, 1].

    Raises:
        ConfigError: there is no such palette.

    Example:
        >>> paint("blackhot", np.array([[0.25]], np.float32)).tolist()
        [[[0.75, 0.75, 0.75]]]
    """
    colours = _colours(palette)  # (N, 3)
    places = _places(colours)
    channels = [np.interp(heat, places, channel) for channel in colours.T]
    return np.stack(channels, axis=-1).astype(np.float32)


def check_palette(palette: str) -> None:
    """Raise a `ConfigError` that names the nearest unless there is a palette of this name."""
    if palette not in PALETTES:
        near = get_close_matches(palette, PALETTES, n=1)
        raise ConfigError(
            f"`palette` must be one of {', '.join(PALETTES)}, got {palette!r}."
            + (f" Did you mean {near[0]}?" if near else "")
        )


def _colours(palette: str) -> Float:
    """(N, 3), in [0, 1]."""
    check_palette(palette)
    levels = [list(bytes.fromhex(colour)) for colour in PALETTES[palette]]
    return np.array(levels, np.float32) / np.float32(255)


def _places(colours: Float) -> NDArray[np.float64]:
    """Where from 0 (cold) to 1 (hot) each colour lies."""
    lumas = luma(colours[None])[0].astype(np.float64)
    steps = np.diff(lumas)
    if (steps > 0).all() or (steps < 0).all():
        places: NDArray[np.float64] = (lumas - lumas[0]) / (lumas[-1] - lumas[0])
        return places
    return np.linspace(0, 1, len(colours))
