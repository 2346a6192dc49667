"""SSIM: the structural similarity to both sources."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from clfnet.metrics.filters import correlate, gaussian
from clfnet.metrics.image import FloatArray, GreyImage, check

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""They keep the quotients of luminance and of structure finite, for levels 0..255."""

WINDOW = gaussian(11, 1.5)
"""The Gaussian window, along a row and along a column."""

Blur = Callable[[FloatArray], FloatArray]
"""Takes the mean over the window around each place."""


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
    f, a, b = (local(image.astype(np.float64), _blur) for image in (fused, infrared, visible))
    total = _mean_similarity(a, f) + _mean_similarity(b, f)
    return total / 2 if combine == "mean" else total


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


def similarity(x: Local, y: Local, blur: Blur) -> tuple[FloatArray, FloatArray]:
    """Return how alike two images are in each window; the product of both is SSIM.

    Args:
        x: an image and its local statistics, levels 0..255.
        y: another one of that size.
        blur: what made the statistics.

    Returns:
        The similarity of luminance, 0 to 1, and that of contrast and structure, −1 to 1; of the
        shape that `blur` returns.
    """
    covariance = blur(x.image * y.image) - x.mean * y.mean
    luminance = (2 * x.mean * y.mean + C1) / (x.mean**2 + y.mean**2 + C1)
    structure = (2 * covariance + C2) / (x.variance + y.variance + C2)
    return luminance, structure


def _mean_similarity(x: Local, y: Local) -> float:
    luminance, structure = similarity(x, y, _blur)
    return float((luminance * structure).mean())


def _blur(image: FloatArray) -> FloatArray:
    return correlate(image, WINDOW, WINDOW, "nearest")
