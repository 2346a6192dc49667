"""Luma and chroma after ITU-R BT.601, full range: sums of stored values, as video has them.

Chroma is what is left of a colour when its luma is taken away: (R - Y, G - Y, B - Y), which is Cr
and Cb unscaled, and G - Y, which follows from them. Its own luma is 0.
"""

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.gamut import add_chroma
from clfnet.colour.guard import kept_chroma, ratio
from clfnet.colour.weighted import weighted

Float = NDArray[np.float32]

WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""The share of R, G and B in luma."""


def luma(rgb: Float) -> Float:
    """Return the luma of a colour image.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].

    Returns:
        float32, (H, W), in [0, 1].

    Example:
        >>> luma(np.array([[[1, 0, 0], [1, 1, 1]]], np.float32)).round(3).tolist()
        [[0.29899999499320984, 1.0]]
    """
    return weighted(rgb, WEIGHTS)


def with_luma(rgb: Float, new: Float, *, guard: bool = True) -> Float:
    """Give a colour image another luma and keep its chroma.

    Chroma stays as it is, so that a*b* of CIELAB hardly change; it is scaled toward grey where the
    colour would leave [0, 1]. The guard (see `clfnet.colour.guard`) scales it, where the image is
    dark, by new / old luma if that falls, so that saturation does not rise, and by √(old / new) if
    it rises.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].
        new: the luma it gets, float32, (H, W), in [0, 1].
        guard: fade chroma in the dark.

    Returns:
        float32, (H, W, 3), in [0, 1], of exactly this luma but for rounding.

    Example:
        >>> red = np.array([[[0.9, 0.1, 0.1]]], np.float32)
        >>> with_luma(red, np.array([[0.9]], np.float32)).round(2).tolist()  # brighter, so paler
        [[[1.0, 0.8600000143051147, 0.8600000143051147]]]
    """
    old = luma(rgb)
    chroma = rgb - old[..., None]  # (H, W, 3)
    if guard:
        in_the_dark = np.minimum(ratio(new, old), np.sqrt(ratio(old, new)))
        chroma = chroma * kept_chroma(rgb, in_the_dark)[..., None]
    return add_chroma(new, chroma)
