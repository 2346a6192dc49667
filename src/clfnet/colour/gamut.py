"""Colours that would leave [0, 1] are made paler, never clipped."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def add_chroma(grey: Float, chroma: Float) -> Float:
    """Add chroma to grey; where that leaves [0, 1], scale the chroma until it fits.

    Clipping R, G and B one by one would shift the hue and change the luma instead.

    Args:
        grey: float32, (H, W), in [0, 1].
        chroma: float32, (H, W, 3): how far R, G and B are from grey.

    Returns:
        float32, (H, W, 3), in [0, 1].

    Example:
        >>> red = np.array([[[0.56, -0.24, -0.24]]], np.float32)
        >>> add_chroma(np.array([[0.9]], np.float32), red).round(2).tolist()
        [[[1.0, 0.8600000143051147, 0.8600000143051147]]]
    """
    base = grey[..., None]  # (H, W, 1)
    room = np.where(chroma > 0, 1 - base, base)  # (H, W, 3) how far each of R, G, B may go
    size = np.abs(chroma)
    fit = np.divide(room, size, out=np.ones_like(chroma), where=size > room)  # (H, W, 3) below 1
    fitted: Float = base + chroma * fit.min(axis=2, keepdims=True)
    return np.clip(fitted, 0.0, 1.0)  # rounding
