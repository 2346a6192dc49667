"""W, the whiteness: how few pixels of day images are much brighter, or darker, than visible."""

import numpy as np

from clfnet.usefulness.filters import Grey

FAR = 0.25
"""A pixel this much brighter or darker than the visible one looks wrong, of levels in [0, 1]."""

WEIGHT = 5.0
"""A fifth of the image so is as bad as can be."""


def whitened(fused: Grey, visible: Grey) -> float:
    """Return the share of pixels that are much brighter than in the visible image, in [0, 1].

    Example:
        >>> whitened(np.array([[0.8, 0.5]]), np.array([[0.5, 0.5]]))
        0.5
    """
    return float((fused - visible > FAR).mean())


def sunk(fused: Grey, visible: Grey) -> float:
    """Return the share of pixels that are much darker than in the visible image, in [0, 1].

    Example:
        >>> sunk(np.array([[0.2, 0.5]]), np.array([[0.5, 0.5]]))
        0.5
    """
    return float((visible - fused > FAR).mean())


def whiteness(share: float) -> float:
    """Return 1 − 5 × the share of day pixels that are whitened, at least 0.

    Example:
        >>> whiteness(0.1)
        0.5
    """
    return float(np.maximum(0, 1 - WEIGHT * share))  # not a number stays so
