"""Palettes: temperature as colour, and hot areas painted over an image with it.

The palettes have the names that thermal cameras give them.

A palette is a list of colours from cold to hot; between neighbours, R, G and B are interpolated.
Where luma rises (or falls) from each colour to the next, each lies at its own luma, so that equal
steps of temperature are equal steps of luma: the grey version of an `ironbow` image is the
thermal image. Elsewhere (`rainbow`) they lie at equal distances.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import Float, bt601, check_strength
from clfnet.errors import ConfigError, did_you_mean

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


DEVIATIONS, SHARE, CONTRAST = 4.0, 0.02, 0.15
"""What is hot; see `hot`."""

RAMP, RAMP_KELVIN = 0.1, 1.0
"""The rise of the temperature level, and of the temperature, within which paint becomes opaque."""


def paint(palette: str, level: Float) -> Float:
    """Return temperature levels as colours.

    Args:
        palette: one of `PALETTES`.
        level: float32, any shape, in [0, 1], 1 the hottest.

    Returns:
        sRGB, float32, the shape of `level` and a last axis of 3, in [0, 1].

    Raises:
        ConfigError: there is no such palette.

    Example:
        >>> paint("blackhot", np.array([[0.25]], np.float32)).tolist()
        [[[0.75, 0.75, 0.75]]]
    """
    colours = _colours(palette)  # (N, 3)
    places = _places(colours)
    channels = [np.interp(level, places, channel) for channel in colours.T]
    return np.stack(channels, axis=-1).astype(np.float32)


def check_palette(palette: str) -> None:
    """Raise a `ConfigError` that names the nearest unless there is a palette of this name."""
    if palette not in PALETTES:
        raise ConfigError(
            f"`palette` must be one of {', '.join(PALETTES)}, got {palette!r}. "
            f"{did_you_mean(palette, PALETTES, 'Choose one.')}"
        )


def _colours(palette: str) -> Float:
    """(N, 3), in [0, 1]."""
    check_palette(palette)
    levels = [list(bytes.fromhex(colour)) for colour in PALETTES[palette]]
    return np.array(levels, np.float32) / np.float32(255)


def _places(colours: Float) -> NDArray[np.float64]:
    """Where from 0 (cold) to 1 (hot) each colour lies."""
    lumas = bt601.luma(colours[None])[0].astype(np.float64)
    steps = np.diff(lumas)
    if (steps > 0).all() or (steps < 0).all():
        places: NDArray[np.float64] = (lumas - lumas[0]) / (lumas[-1] - lumas[0])
        return places
    return np.linspace(0, 1, len(colours))


def hot(level: Float) -> float:
    """Return the temperature level above which a scene counts as hot.

    That is four standard deviations above the median (deviation: 1.4826 times the median absolute
    deviation, so that a few hot things do not raise it), or where the hottest 2% begin if that is
    lower, as it is in scenes of many temperatures; but at least 0.15 above the median, so that
    nothing is hot in a scene of one temperature.

    Args:
        level: float32, (H, W), in [0, 1], 1 the hottest.

    Example:
        >>> street = np.full((10, 10), 0.2, np.float32)
        >>> street[4:6, 5] = 0.9  # somebody
        >>> round(hot(street), 3)
        0.35
    """
    median, share = np.quantile(level, [0.5, 1 - SHARE])
    deviation = 1.4826 * np.median(np.abs(level - median))
    return float(max(min(median + DEVIATIONS * deviation, share), median + CONTRAST))


def overlay(
    picture: Float,
    level: Float,
    palette: str,
    *,
    threshold: float | None = None,
    strength: float = 1.0,
    celsius: Float | None = None,
) -> Float:
    """Paint the hot areas over an image.

    Opacity rises smoothly (3x² − 2x³) from 0 at the threshold to `strength` at 0.1 above it (above
    0.8: half-way to 1); for a threshold in °C, at 1 K above it. The colour is that of the level
    itself, whatever the threshold, so that one colour bar holds for all images.

    Args:
        picture: float32, (H, W) or (H, W, 3) sRGB, in [0, 1].
        level: float32, (H, W), in [0, 1], 1 the hottest.
        palette: one of `PALETTES`.
        threshold: the level above which it counts as hot, in [0, 1]; `hot(level)` by default. In
            °C if `celsius` is given.
        strength: opacity of the paint, in [0, 1].
        celsius: float32, (H, W), temperatures that decide instead of the levels; NaN is not hot.

    Returns:
        sRGB, float32, (H, W, 3), in [0, 1]; the image to the bit where it is not hot.

    Raises:
        ConfigError: there is no such palette, or a number is not in [0, 1].

    Example:
        >>> visible = np.full((1, 2), 0.5, np.float32)
        >>> level = np.array([[0.1, 1]], np.float32)
        >>> overlay(visible, level, "ironbow", threshold=0.4).tolist()
        [[[0.5, 0.5, 0.5], [1.0, 1.0, 1.0]]]
    """
    check_strength(strength)
    if threshold is None:
        threshold = hot(level)
    elif celsius is None and not 0 <= threshold <= 1:  # NaN is neither
        raise ConfigError(f"`threshold` must be in [0, 1], got {threshold}. Correct the value.")
    rise = (
        _opacity(level, threshold, max(min(RAMP, (1 - threshold) / 2), 1e-6))
        if celsius is None
        else _opacity(np.nan_to_num(celsius, nan=-np.inf), threshold, RAMP_KELVIN)
    )
    opacity = np.float32(strength) * rise[..., None]  # (H, W, 1)
    base = picture if picture.ndim == 3 else picture[..., None]
    mixed: Float = (1 - opacity) * base + opacity * paint(palette, level)
    return mixed


def _opacity(level: Float, threshold: float, ramp: float) -> Float:
    rise = np.clip((level - np.float32(threshold)) / np.float32(ramp), 0, 1)
    smooth: Float = rise * rise * (3 - 2 * rise)
    return smooth
