"""The brighter of both images, pixel by pixel."""

import numpy as np

from clfnet.methods.classical import Plane


def maximum(infrared: Plane, visible: Plane) -> Plane:
    """Return max(infrared, visible).

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.

    Returns:
        float64, (H, W), in [0, 1].

    Example:
        >>> maximum(np.array([[0.2, 0.8]]), np.array([[0.9, 0.1]])).tolist()
        [[0.9, 0.8]]
    """
    return np.maximum(infrared, visible)
