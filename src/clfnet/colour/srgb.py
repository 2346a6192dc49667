"""The transfer curve of sRGB: stored values to light, and back (IEC 61966-2-1)."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def decode(values: Float) -> Float:
    """Return the light that stored values stand for.

    Args:
        values: float32 in [0, 1], any shape.

    Returns:
        The same shape, float32, in [0, 1], proportional to light.

    Example:
        >>> decode(np.array([0, 0.5, 1], np.float32)).round(3).tolist()
        [0.0, 0.21400000154972076, 1.0]
    """
    curve = ((values + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(values <= 0.04045, values / np.float32(12.92), curve)


def encode(light: Float) -> Float:
    """Return the stored values of light; the inverse of `decode`."""
    curve = np.float32(1.055) * light ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(light <= 0.0031308, light * np.float32(12.92), curve)
