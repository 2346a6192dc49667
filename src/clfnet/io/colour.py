"""Luma and chroma after ITU-R BT.601, full range, so that fusing replaces the one, keeps the other.

Chroma is what is left of a colour when its luma is taken away: (R - Y, G - Y, B - Y), which is Cr
and Cb unscaled, and G - Y, which follows from them. Its own luma is 0.
"""

import numpy as np
from numpy.typing import NDArray

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
    weighted: Float = rgb @ WEIGHTS
    return np.clip(weighted, 0.0, 1.0)  # the weights' sum is 1 but for rounding


def split(rgb: Float) -> tuple[Float, Float]:
    """Take a colour image apart.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].

    Returns:
        Luma, float32, (H, W), in [0, 1]; chroma, float32, (H, W, 3), in [-1, 1].
    """
    grey = luma(rgb)
    return grey, rgb - grey[..., None]


def join(luma: Float, chroma: Float) -> Float:
    """Put luma and chroma together; `join(*split(rgb))` is `rgb`.

    Where the colour would leave [0, 1], its chroma is scaled toward grey until it fits. Clipping
    R, G and B one by one would shift the hue and change the luma instead.

    Args:
        luma: float32, (H, W), in [0, 1].
        chroma: float32, (H, W, 3), as `split` gives it.

    Returns:
        float32, (H, W, 3), in [0, 1], of exactly this luma but for rounding.

    Example:
        >>> _, red = split(np.array([[[0.9, 0.1, 0.1]]], np.float32))
        >>> join(np.array([[0.9]], np.float32), red).round(2).tolist()  # brighter, so paler
        [[[1.0, 0.8600000143051147, 0.8600000143051147]]]
    """
    grey = luma[..., None]  # (H, W, 1)
    room = np.where(chroma > 0, 1 - grey, grey)  # (H, W, 3) how far each of R, G, B may go
    size = np.abs(chroma)
    fit = np.divide(room, size, out=np.ones_like(chroma), where=size > room)  # (H, W, 3) below 1
    fitted: Float = grey + chroma * fit.min(axis=2, keepdims=True)
    return np.clip(fitted, 0.0, 1.0)
