"""The mean of both images, pixel by pixel."""

from clfnet.methods.classical import Plane


def average(infrared: Plane, visible: Plane) -> Plane:
    """Return (infrared + visible) / 2.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.

    Returns:
        float64, (H, W), in [0, 1].

    Example:
        >>> import numpy as np
        >>> average(np.array([[0.25]]), np.array([[0.75]])).tolist()
        [[0.5]]
    """
    return (infrared + visible) / 2
