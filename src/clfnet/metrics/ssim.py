"""SSIM: the structural similarity to both sources."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from clfnet.metrics.filters import blur_inside, correlate, gaussian
from clfnet.metrics.image import FloatArray, GreyImage, check

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""They keep the quotients of luminance and of structure finite, for levels 0..255."""

WINDOW = gaussian(11, 1.5)
"""The Gaussian window, along a row and along a column."""

UNIFORM = 7
"""Pixels a side of the window of `uniform_ssim`."""

SAMPLE = UNIFORM**2 / (UNIFORM**2 - 1)
"""Makes the variance of a window's pixels that of a sample."""

Blur = Callable[[FloatArray], FloatArray]
"""Takes the mean over the window around each place."""


def ssim(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return the mean of SSIM(infrared, fused) and SSIM(visible, fused).

    SSIM = mean of (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2)) over all pixels;
    the window is an 11×11 Gaussian with σ = 1.5, and borders are replicated.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE Trans. Image Process. 13(4), 600 (2004).

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        −1 to 1. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.arange(64, dtype=np.uint8).reshape(8, 8)
        >>> round(ssim(a, a, a), 9)
        1.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    f, a, b = (local(image.astype(np.float64), _blur) for image in (fused, infrared, visible))
    return (_mean_similarity(a, f) + _mean_similarity(b, f)) / 2


def uniform_ssim(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return the sum of SSIM(infrared, fused) and SSIM(visible, fused) as many tables have it.

    As `ssim`, but over uniform windows of 7×7 pixels that lie wholly inside the image, with the
    sample covariance (over 48, not 49), and with C1 = (0.01 · 2)² and C2 = (0.03 · 2)². These are
    meant for levels of a range of 2, and all but vanish beside 0..255: flat windows count as much
    as busy ones.

    Source: the evaluator that the tables of the `cddfuse` dialect share (Zhao et al., "CDDFuse",
    CVPR 2023), which gives float levels 0..255 to scikit-image's `structural_similarity`, whose
    default for floats was the range −1..1.

    Args:
        fused: uint8, (H, W), 0..255, at least 7 pixels a side.
        infrared: the same size.
        visible: the same size.

    Returns:
        −2 to 2. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 7 pixels.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.arange(64, dtype=np.uint8).reshape(8, 8)
        >>> round(uniform_ssim(a, a, a), 9)
        2.0
    """
    check(UNIFORM, fused=fused, infrared=infrared, visible=visible)
    f, a, b = (
        local(image.astype(np.float64), _uniform_mean) for image in (fused, infrared, visible)
    )
    return _mean_uniform_similarity(a, f) + _mean_uniform_similarity(b, f)


class Local(NamedTuple):
    """An image with its mean and variance in the window around each place.

    Attributes:
        image: float64, (H, W), levels.
        mean: in levels.
        variance: in squared levels.
    """

    image: FloatArray
    mean: FloatArray
    variance: FloatArray


def local(image: FloatArray, blur: Blur) -> Local:
    """Return an image with its local mean and variance; `blur` takes the mean over a window."""
    mean = blur(image)
    return Local(image, mean, blur(image * image) - mean * mean)


def similarity(
    x: Local, y: Local, blur: Blur, *, c1: float = C1, c2: float = C2, sample: float = 1
) -> tuple[FloatArray, FloatArray]:
    """Return how alike two images are in each window; the product of both is SSIM.

    Args:
        x: an image and its local statistics, levels 0..255.
        y: another one of that size.
        blur: what made the statistics.
        c1: keeps the quotient of luminance finite, in squared levels.
        c2: the same for that of structure.
        sample: what variances and the covariance are multiplied by.

    Returns:
        The similarity of luminance, 0 to 1, and that of contrast and structure, −1 to 1; of the
        shape that `blur` returns.
    """
    covariance = blur(x.image * y.image) - x.mean * y.mean
    luminance = (2 * x.mean * y.mean + c1) / (x.mean**2 + y.mean**2 + c1)
    structure = (2 * sample * covariance + c2) / (sample * (x.variance + y.variance) + c2)
    return luminance, structure


def _mean_similarity(x: Local, y: Local) -> float:
    luminance, structure = similarity(x, y, _blur)
    return float((luminance * structure).mean())


def _blur(image: FloatArray) -> FloatArray:
    return correlate(image, WINDOW, WINDOW, "nearest")


def _mean_uniform_similarity(x: Local, y: Local) -> float:
    luminance, structure = similarity(
        x, y, _uniform_mean, c1=(0.01 * 2) ** 2, c2=(0.03 * 2) ** 2, sample=SAMPLE
    )
    return float((luminance * structure).mean())


def _uniform_mean(image: FloatArray) -> FloatArray:
    return blur_inside(image, np.full(UNIFORM, 1 / UNIFORM))
