"""SSIM: the structural similarity to both sources."""

from typing import Literal

import numpy as np

from clfnet.metrics.filters import correlate, gaussian
from clfnet.metrics.image import FloatArray, GreyImage, check

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""They keep the quotients of luminance and of structure finite, for levels 0..255."""


def ssim(
    fused: GreyImage,
    infrared: GreyImage,
    visible: GreyImage,
    *,
    combine: Literal["mean", "sum"],
) -> float:
    """Return the mean, or the sum, of SSIM(infrared, fused) and SSIM(visible, fused).

    SSIM = mean of (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2)) over all pixels;
    the window is an 11×11 Gaussian with σ = 1.5, and borders are replicated.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE Trans. Image Process. 13(4), 600 (2004).

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.
        combine: "mean", or "sum" (the `cddfuse` dialect).

    Returns:
        −1 to 1, twice that for the sum. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.arange(64, dtype=np.uint8).reshape(8, 8)
        >>> round(ssim(a, a, a, combine="mean"), 9)
        1.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    f, a, b = (image.astype(np.float64) for image in (fused, infrared, visible))
    mean_f = _blur(f)
    variance_f = _blur(f * f) - mean_f * mean_f
    total = _similarity(a, f, mean_f, variance_f) + _similarity(b, f, mean_f, variance_f)
    return total / 2 if combine == "mean" else total


def _similarity(x: FloatArray, f: FloatArray, mean_f: FloatArray, variance_f: FloatArray) -> float:
    """SSIM(x, f), given the local mean and variance of f."""
    mean_x = _blur(x)
    variance_x = _blur(x * x) - mean_x * mean_x
    covariance = _blur(x * f) - mean_x * mean_f
    above = (2 * mean_x * mean_f + C1) * (2 * covariance + C2)
    below = (mean_x**2 + mean_f**2 + C1) * (variance_x + variance_f + C2)
    return float((above / below).mean())


def _blur(image: FloatArray) -> FloatArray:
    window = gaussian(11, 1.5)
    return correlate(image, window, window, "nearest")
