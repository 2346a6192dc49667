"""MS-SSIM: the structural similarity to both sources, at five scales."""

from typing import Literal

import numpy as np

from clfnet.metrics.filters import blur_inside
from clfnet.metrics.image import FloatArray, GreyImage, check
from clfnet.metrics.ssim import WINDOW, local, similarity

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The exponents of scales 1 to 5, from viewers' judgement; as published, they sum to 1.0001."""

MINIMUM_SIDE = 176
"""The authors refuse less: at scale 5, a sixteenth of it, the window of 11 pixels must fit."""


def ms_ssim(
    fused: GreyImage,
    infrared: GreyImage,
    visible: GreyImage,
    *,
    combine: Literal["mean", "sum"],
) -> float:
    """Return the mean, or the sum, of the multi-scale SSIM of both sources.

    MS-SSIM = Π_{j < 5} c_j^{w_j} · s_5^{w_5}, where c is the mean over the image of SSIM's term of
    contrast and structure, (2 σxy + C2) / (σx² + σy² + C2), and s that of SSIM. The window, an
    11×11 Gaussian with σ = 1.5, lies wholly inside the image. From scale to scale, the image is
    halved: a pixel is the mean of 2×2, and a last odd row or column is repeated. A negative mean,
    which has no real power, counts as 0, and then so does the product.

    Source: Wang, Simoncelli and Bovik, "Multi-scale structural similarity for image quality
    assessment", Asilomar Conf. Signals, Systems and Computers, 1398 (2003). That means are taken
    before the product is their implementation's.

    Args:
        fused: uint8, (H, W), 0..255, at least 176 pixels a side.
        infrared: the same size.
        visible: the same size.
        combine: "mean", or "sum" (the `cddfuse` dialect).

    Returns:
        0 to 1, twice that for the sum. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 176 pixels.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.random.default_rng(0).integers(0, 256, (176, 180), dtype=np.uint8)
        >>> round(ms_ssim(a, a, a, combine="mean"), 9)
        1.0
    """
    check(MINIMUM_SIDE, fused=fused, infrared=infrared, visible=visible)
    images = [image.astype(np.float64) for image in (fused, infrared, visible)]
    product = np.ones(2)  # (2,): of the infrared and of the visible image
    for weight in WEIGHTS[:-1]:
        means = [structure.mean() for _, structure in _similarities(images)]
        product *= np.maximum(means, 0) ** weight
        images = [_halved(image) for image in images]
    means = [(luminance * structure).mean() for luminance, structure in _similarities(images)]
    product *= np.maximum(means, 0) ** WEIGHTS[-1]
    return float(product.mean() if combine == "mean" else product.sum())


def _similarities(images: list[FloatArray]) -> list[tuple[FloatArray, FloatArray]]:
    """Luminance, and contrast and structure: of both sources to the fused image."""
    f, *sources = (local(image, _blur) for image in images)
    return [similarity(source, f, _blur) for source in sources]


def _blur(image: FloatArray) -> FloatArray:
    return blur_inside(image, WINDOW)


def _halved(image: FloatArray) -> FloatArray:
    """Means of 2×2 pixels: (H, W) → (⌈H / 2⌉, ⌈W / 2⌉)."""
    height, width = image.shape
    even = np.pad(image, ((0, height % 2), (0, width % 2)), mode="edge")
    rows = even[::2] + even[1::2]
    return (rows[:, ::2] + rows[:, 1::2]) / 4
