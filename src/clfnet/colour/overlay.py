"""Hot areas, painted over a picture: cold things look as the eye sees them."""

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.palette import paint
from clfnet.colour.strength import check_strength
from clfnet.errors import ConfigError

Float = NDArray[np.float32]

DEVIATIONS, SHARE, CONTRAST = 4.0, 0.02, 0.15
"""What is hot; see `hot`."""

RAMP = 0.1
"""The rise of heat within which paint becomes opaque."""


def hot(heat: Float) -> float:
    """Return from where on a scene's heat counts as hot.

    That is four standard deviations above the median (deviation: 1.4826 times the median absolute
    deviation, so that a few hot things do not raise it), or where the hottest 2% begin if that is
    lower, as it is in scenes of many temperatures; but at least 0.15 above the median, so that
    nothing is hot in a scene of one temperature.

    Args:
        heat: float32, (H, W), in [0, 1], 1 the hottest.

    Example:
        >>> street = np.full((10, 10), 0.2, np.float32)
        >>> street[4:6, 5] = 0.9  # somebody
        >>> round(hot(street), 3)
        0.35
    """
    median, share = np.quantile(heat, [0.5, 1 - SHARE])
    deviation = 1.4826 * np.median(np.abs(heat - median))
    return float(max(min(median + DEVIATIONS * deviation, share), median + CONTRAST))


def overlay(
    picture: Float,
    heat: Float,
    palette: str,
    *,
    threshold: float | None = None,
    strength: float = 1.0,
) -> Float:
    """Paint the hot areas over a picture.

    Opacity rises smoothly (3x² − 2x³) from 0 at the threshold to `strength` at 0.1 above it (above
    0.8: half-way to 1). The colour is that of the heat itself, whatever the threshold, so that one
    colour bar holds for all pictures.

    Args:
        picture: float32, (H, W) or (H, W, 3) sRGB, in [0, 1].
        heat: float32, (H, W), in [0, 1], 1 the hottest.
        palette: one of `PALETTES`.
        threshold: the heat from where on it counts as hot, in [0, 1]; `hot(heat)` by default.
        strength: opacity of the paint, in [0, 1].

    Returns:
        sRGB, float32, (H, W, 3), in [0, 1]; the picture to the bit where it is not hot.

    Raises:
        ConfigError: there is no such palette, or a number is not in [0, 1].

    Example:
        >>> visible = np.full((1, 2), 0.5, np.float32)
        >>> heat = np.array([[0.1, 1]], np.float32)
        >>> overlay(visible, heat, "ironbow", threshold=0.4).tolist()
        [[[0.5, 0.5, 0.5], [1.0, 1.0, 1.0]]]
    """
    check_strength(strength)
    if threshold is None:
        threshold = hot(heat)
    elif not 0 <= threshold <= 1:  # NaN is neither
        raise ConfigError(
            f"`threshold` must be in [0, 1], got {threshold}. Heat above it is painted."
        )
    opacity = np.float32(strength) * _opacity(heat, threshold)[..., None]  # (H, W, 1)
    base = picture if picture.ndim == 3 else picture[..., None]
    mixed: Float = (1 - opacity) * base + opacity * paint(palette, heat)
    return mixed


def _opacity(heat: Float, threshold: float) -> Float:
    ramp = max(min(RAMP, (1 - threshold) / 2), 1e-6)
    rise = np.clip((heat - np.float32(threshold)) / np.float32(ramp), 0, 1)
    smooth: Float = rise * rise * (3 - 2 * rise)
    return smooth
