"""The visible image as it is: what fusion adds nothing to."""

from clfnet.methods.classical import Plane


def visible(infrared: Plane, visible: Plane) -> Plane:  # noqa: ARG001
    """Return the visible image.

    Args:
        infrared: float64, (H, W), in [0, 1]; left alone.
        visible: the same.

    Returns:
        `visible` itself.

    Example:
        >>> import numpy as np
        >>> visible(np.array([[0.2]]), np.array([[0.9]])).tolist()
        [[0.9]]
    """
    return visible
