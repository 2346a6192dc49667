"""A guard: how much infrared detail that is colder than its surroundings the fused image keeps."""

from math import nan

from clfnet.usefulness.filters import Grey
from clfnet.usefulness.structure import LEAST_PIXELS, OwnDetail


def cold_contrast(fused_detail: Grey, infrared: OwnDetail) -> float:
    """Return how strong the fused detail is where the infrared's own one is below zero.

    The slope of the fused detail on the infrared's there, at least 0 and at most 1: a maximum of
    both sources loses what is cold, since its other source is brighter there.

    Args:
        fused_detail: `detail` of the fused image, (H, W).
        infrared: the detail that the infrared image alone has.

    Returns:
        In [0, 1]; not a number where too few pixels are cold.

    Example:
        >>> import numpy as np
        >>> own = OwnDetail(np.ones((30, 30), bool), np.full(900, -0.2, np.float32))
        >>> round(cold_contrast(np.full((30, 30), -0.1, np.float32), own), 3)
        0.5
    """
    cold = infrared.values < 0
    own = infrared.values[cold]
    if len(own) <= LEAST_PIXELS:
        return nan
    slope = float((fused_detail[infrared.where][cold] * own).sum() / (own**2).sum())
    return min(1.0, max(0.0, slope))
