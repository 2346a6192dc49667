"""Two scales and saliency: mean bases, details weighted by how far they stand out."""

import numpy as np
from scipy.ndimage import median_filter, uniform_filter

from clfnet.methods.classical import Plane
from clfnet.methods.selection import blend
from clfnet.methods.trivial import average

MEAN, MEDIAN = 35, 3
"""Pixels a side of the mean filter and of the median filter."""


def two_scale_saliency(infrared: Plane, visible: Plane) -> Plane:
    """Return the mean of both bases plus the details, weighted by saliency.

    Base B = 35×35 mean of the image I, detail D = I − B, saliency ξ = |B − 3×3 median of I|;
    F = (B₁ + B₂)/2 + (ξ₁ D₁ + ξ₂ D₂)/(ξ₁ + ξ₂).

    Source: Bavirisetti and Dhuli, "Two-scale image fusion of visible and infrared images using
    saliency detection", Infrared Phys. Technol. 76, 52 (2016), with its parameters. Borders are
    replicated; where no image is salient, both details count alike.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.

    Returns:
        float64, (H, W); strong details may leave [0, 1].

    Example:
        >>> image = np.eye(9)
        >>> bool(np.allclose(two_scale_saliency(image, image), image))
        True
    """
    first, second = (
        np.asarray(uniform_filter(i, MEAN, mode="nearest")) for i in (infrared, visible)
    )
    salient, other = _saliency(infrared, first), _saliency(visible, second)
    total = salient + other
    weight = np.divide(salient, total, out=np.full_like(total, 0.5), where=total > 0)
    return average(first, second) + blend(weight, infrared - first, visible - second)


def _saliency(image: Plane, base: Plane) -> Plane:
    return np.abs(base - median_filter(image, MEDIAN, mode="nearest"))
