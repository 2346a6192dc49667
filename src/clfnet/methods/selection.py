"""Choosing between two sources, place by place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.methods.classical import Plane

Band = NDArray[Any]
"""Coefficients, float64 or complex128, of any shape."""


def preference(infrared: Plane, visible: Plane) -> Plane:
    """Say which source is more active: 1 where infrared is, 0 where visible is, ½ where both are.

    The ½ makes what chooses by it symmetric in its sources; the papers leave ties open.

    Args:
        infrared: the activity of the infrared source, any unit.
        visible: that of the visible source, in the same unit, of the same shape.

    Returns:
        float64, of that shape.

    Example:
        >>> preference(np.array([3.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0])).tolist()
        [1.0, 0.0, 0.5]
    """
    return (1.0 + np.sign(infrared - visible)) / 2


def blend(weight: Plane, infrared: Band, visible: Band) -> Band:
    """Return weight · infrared + (1 − weight) · visible.

    Args:
        weight: of infrared, in [0, 1].
        infrared: real or complex, of the same shape.
        visible: the same.

    Returns:
        Of the same shape and kind.

    Example:
        >>> blend(np.array([0.5]), np.array([1.0]), np.array([3.0])).tolist()
        [2.0]
    """
    mixed: Band = weight * infrared + (1.0 - weight) * visible
    return mixed


def stronger(infrared: Band, visible: Band) -> Band:
    """Return the coefficient of larger magnitude, place by place; their mean where equal.

    Args:
        infrared: real or complex coefficients.
        visible: the same, of the same shape.

    Returns:
        Of the same shape and kind.

    Example:
        >>> stronger(np.array([-3.0, 1.0]), np.array([2.0, -2.0])).tolist()
        [-3.0, -2.0]
    """
    return blend(preference(np.abs(infrared), np.abs(visible)), infrared, visible)
