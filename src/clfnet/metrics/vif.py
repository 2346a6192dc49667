"""VIF: how much of the sources' visual information survives in the fused image."""

from collections.abc import Iterator

import numpy as np

from clfnet.metrics.filters import correlate, gaussian
from clfnet.metrics.image import FloatArray, GreyImage, check

WINDOWS = (17, 9, 5, 3)
"""Sides of the Gaussian windows of scales 1 to 4; their standard deviation is side / 5."""

MINIMUM_SIDE = 41
"""The smallest image that leaves one pixel at scale 4."""

NOISE = 2.0
"""The variance of the visual noise."""

EPSILON = 1e-10


def vif(fused: GreyImage, infrared: GreyImage, visible: GreyImage, *, saturate: bool) -> float:
    """Return V(infrared, fused) + V(visible, fused), a sum of two pixel-domain VIFs.

    V(r, d) = Σ_scales Σ log(1 + k² v1 / (q + σn²)) / Σ_scales Σ log(1 + v1 / σn²), where v1 and v2
    are the local variances of the reference r and of d, k = cov(r, d) / v1 the gain and
    q = v2 − k cov(r, d) what the gain leaves unexplained.

    Source: Sheikh and Bovik, "Image information and visual quality", IEEE Trans. Image Process.
    15(2), 430 (2006), in its multi-scale pixel-domain form; for fusion as the sum over sources. The
    CLF-Net paper cites Han et al. 2013, another quantity (VIFF), but its values are of this one.

    Args:
        fused: uint8, (H, W), 0..255, at least 41 pixels a side.
        infrared: the same size.
        visible: the same size.
        saturate: whether the products r², d² and rd stop at 255 at scale 1, as uint8 does in the
            older reference implementation (the `paper` dialect).

    Returns:
        0 and more, about 2 where all three images are equal; not a number where a source is
        constant. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 41 pixels.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.random.default_rng(0).integers(0, 256, (50, 60), dtype=np.uint8)
        >>> round(vif(a, a, a, saturate=False), 6)
        2.0
    """
    check(MINIMUM_SIDE, fused=fused, infrared=infrared, visible=visible)
    images = [image.astype(np.float64) for image in (fused, infrared, visible)]
    kept, present = np.zeros(2), np.zeros(2)  # (2,): of the infrared and of the visible image
    for scale, side in enumerate(WINDOWS, start=1):
        window = gaussian(side, side / 5)
        if scale > 1:
            images = [_blur(image, window)[::2, ::2] for image in images]
        limit = 255.0 if saturate and scale == 1 else np.inf
        for i, (some, all_) in enumerate(_information(images, window, limit)):
            kept[i] += some
            present[i] += all_
    with np.errstate(invalid="ignore"):  # 0 / 0 of a constant source
        return float(np.sum(kept / present))


def _information(
    images: list[FloatArray], window: FloatArray, limit: float
) -> Iterator[tuple[float, float]]:
    """Yield what one scale of each source carries: the part kept in the fused image, and all."""
    d, *sources = images
    mean_d = _blur(d, window)
    v2 = np.maximum(_blur(np.minimum(d * d, limit), window) - mean_d * mean_d, 0)
    for r in sources:
        mean_r = _blur(r, window)
        v1 = np.maximum(_blur(np.minimum(r * r, limit), window) - mean_r * mean_r, 0)
        c = _blur(np.minimum(r * d, limit), window) - mean_r * mean_d
        # A negative gain, and a gain between flat places, count as none: then q = v2.
        k = np.maximum(c, 0) / (v1 + EPSILON)
        v1[v1 < EPSILON] = 0
        k[(v1 == 0) | (v2 < EPSILON)] = 0
        q = np.maximum(v2 - k * c, EPSILON)
        yield np.log(1 + k * k * v1 / (q + NOISE)).sum(), np.log(1 + v1 / NOISE).sum()


def _blur(image: FloatArray, window: FloatArray) -> FloatArray:
    """Blur with a separable window; keep what does not touch the border ("valid")."""
    cut = slice(len(window) // 2, -(len(window) // 2))
    return correlate(image, window, window, "nearest")[cut, cut]
