"""CC: how the fused image correlates with its sources."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.metrics.image import GreyImage, check


def cc(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return ½ [corr(infrared, fused) + corr(visible, fused)], of Pearson's correlation.

    Source: Deshmukh and Bhosale, "Image fusion and image quality assessment of fused images", Int.
    J. Image Process. 4(5), 484 (2010).

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        −1 to 1; not a number where an image is constant. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> a = np.array([[0, 9, 5]], np.uint8)
        >>> round(cc(a, a, 9 - a), 9)
        0.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    return (correlation(infrared, fused) + correlation(visible, fused)) / 2


def correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return Pearson's correlation of two arrays of one size; not a number if one is constant."""
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt(np.vdot(a, a) * np.vdot(b, b))
    return float(np.vdot(a, b) / scale) if scale > 0 else np.nan
