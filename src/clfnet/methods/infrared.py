"""The infrared image as it is: what fusion adds nothing to."""

from clfnet.methods.classical import Plane


def infrared(infrared: Plane, visible: Plane) -> Plane:  # noqa: ARG001
    """Return the infrared image.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same; left alone.

    Returns:
        `infrared` itself.

    Example:
        >>> import numpy as np
        >>> infrared(np.array([[0.2]]), np.array([[0.9]])).tolist()
        [[0.2]]
    """
    return infrared
