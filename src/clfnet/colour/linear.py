"""Luminance in linear light after ITU-R BT.709 and sRGB: products, as light behaves.

A new luminance is the same surface under more or less light, so R, G and B are scaled by one
factor. The luma that stands for a luminance is the grey of that luminance, as sRGB stores it: what
a fusion method sees is an ordinary picture.
"""

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.gamut import add_chroma
from clfnet.colour.guard import kept_chroma, ratio
from clfnet.colour.srgb import decode, encode
from clfnet.colour.weighted import weighted

Float = NDArray[np.float32]

WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""The share of R, G and B in luminance."""

BLACK = 1e-12
"""A luminance up to this has no colour to scale: far below the smallest step of 16 bits."""


def luma(rgb: Float) -> Float:
    """Return the grey that is as bright as each pixel, as sRGB stores it.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].

    Returns:
        float32, (H, W), in [0, 1].

    Example:
        >>> luma(np.array([[[1, 0, 0], [0.5, 0.5, 0.5]]], np.float32)).round(3).tolist()
        [[0.49799999594688416, 0.5]]
    """
    return encode(_luminance(decode(rgb)))


def with_luma(rgb: Float, new: Float, *, guard: bool = True) -> Float:
    """Give a colour image another luminance and keep its hue and saturation.

    Linear R, G and B are scaled by the new over the old luminance, and desaturated toward grey
    where the colour would leave [0, 1]. The guard (see `clfnet.colour.guard`) keeps, where the
    image is dark and its luma rises, (old / new luma)^1.5 of the saturation, which leaves about as
    much chroma as `clfnet.colour.bt601` does.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].
        new: the luma it gets (encoded, as from `luma`), float32, (H, W), in [0, 1].
        guard: fade chroma in the dark.

    Returns:
        float32, (H, W, 3), in [0, 1], of exactly this luma but for rounding. Black becomes grey.

    Example:
        >>> red = np.array([[[0.4, 0.1, 0.1]]], np.float32)
        >>> with_luma(red, luma(red) / 2).round(2).tolist()
        [[[0.2199999988079071, 0.03999999910593033, 0.03999999910593033]]]
    """
    light = decode(rgb)
    old, target = _luminance(light), decode(new)
    gain = np.divide(target, old, out=np.zeros_like(old), where=old > BLACK)
    if guard:
        gain = gain * kept_chroma(rgb, ratio(encode(old), new) ** 1.5)
    chroma = (light - old[..., None]) * gain[..., None]  # (H, W, 3)
    return np.clip(encode(add_chroma(target, chroma)), 0.0, 1.0)


def _luminance(light: Float) -> Float:
    return weighted(light, WEIGHTS)
