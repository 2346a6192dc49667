"""The simplest rules, pixel by pixel: one source as it is, the mean, the maximum.

What any other method has to improve upon.
"""

import numpy as np

from clfnet.methods.classical import Plane


def infrared(infrared: Plane, visible: Plane) -> Plane:  # noqa: ARG001
    """Return the infrared image.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same; not used.

    Returns:
        `infrared` itself.

    Example:
        >>> infrared(np.array([[0.2]]), np.array([[0.9]])).tolist()
        [[0.2]]
    """
    return infrared


def visible(infrared: Plane, visible: Plane) -> Plane:  # noqa: ARG001
    """Return the visible image.

    Args:
        infrared: float64, (H, W), in [0, 1]; not used.
        visible: the same.

    Returns:
        `visible` itself.

    Example:
        >>> visible(np.array([[0.2]]), np.array([[0.9]])).tolist()
        [[0.9]]
    """
    return visible


def average(infrared: Plane, visible: Plane) -> Plane:
    """Return (infrared + visible) / 2.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.

    Returns:
        float64, (H, W), in [0, 1].

    Example:
        >>> average(np.array([[0.25]]), np.array([[0.75]])).tolist()
        [[0.5]]
    """
    return (infrared + visible) / 2


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
