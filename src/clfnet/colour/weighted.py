"""A weighted sum of R, G and B that is rounded in one way, whatever the picture's shape."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def weighted(rgb: Float, weights: Float) -> Float:
    """Return the weighted sum of each pixel's channels, clipped to [0, 1].

    Written out, since a matrix product (`rgb @ weights`) is rounded in a way that depends on the
    shape: a tile would differ from the same pixels of the whole picture.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].
        weights: float32, (3,); their sum is 1 but for rounding.

    Returns:
        float32, (H, W), in [0, 1].

    Example:
        >>> weighted(np.array([[[1, 0.5, 0]]], np.float32), np.array([0.5, 0.25, 0.25], np.float32))
        array([[0.625]], dtype=float32)
    """
    total = rgb[..., 0] * weights[0]
    total += rgb[..., 1] * weights[1]
    total += rgb[..., 2] * weights[2]
    clipped: Float = np.clip(total, 0.0, 1.0, out=total)
    return clipped
