"""VIF: how much of the sources' visual information survives in the fused image."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from clfnet.metrics.filters import blur_inside, gaussian
from clfnet.metrics.image import FloatArray, GreyImage, check

WINDOWS = (17, 9, 5, 3)
"""Sides of the Gaussian windows of scales 1 to 4; their standard deviation is side / 5."""

MINIMUM_SIDE = 41
"""The smallest image that leaves one pixel at scale 4."""

NOISE = 2.0
"""The variance of the visual noise."""

EPSILON = 1e-10

WithMean = tuple[FloatArray, FloatArray]
"""An image and its local mean."""


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
    kept, present = np.zeros(2), np.zeros(2)  # (2,): of the infrared and of the visible image
    for channels in channels_of(fused, infrared, visible, limit=255 if saturate else np.inf):
        kept += [channel.kept(NOISE).sum() for channel in channels]
        present += [channel.present(NOISE).sum() for channel in channels]
    with np.errstate(invalid="ignore"):  # 0 / 0 of a constant source
        return float(np.sum(kept / present))


class Channel(NamedTuple):
    """How a source came into the fused image: there it is gain · source + loss.

    Attributes:
        gain: of each window, 0 and more.
        variance: of the source in each window, in squared levels.
        loss: the variance in the fused image that the gain leaves unexplained.
    """

    gain: FloatArray
    variance: FloatArray
    loss: FloatArray

    def kept(self, noise: float) -> FloatArray:
        """Return what each window tells of the source in the fused image, seen through noise."""
        kept: FloatArray = self.gain * self.gain * self.variance / (self.loss + noise)
        return np.log1p(kept, out=kept)

    def present(self, noise: float) -> FloatArray:
        """Return what each window tells of the source in the source, seen through noise."""
        return np.log1p(self.variance / noise)


def channels_of(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage, *, limit: float
) -> Iterator[list[Channel]]:
    """Yield the channels of the infrared and of the visible image, from scale 1 to 4.

    Args:
        fused: uint8, (H, W), 0..255, at least 41 pixels a side.
        infrared: the same size.
        visible: the same size.
        limit: where products of two levels stop at scale 1.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 41 pixels.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.
    """
    check(MINIMUM_SIDE, fused=fused, infrared=infrared, visible=visible)
    images = [image.astype(np.float64) for image in (fused, infrared, visible)]
    for scale, side in enumerate(WINDOWS, start=1):
        window = gaussian(side, side / 5)
        if scale > 1:
            images = [blur_inside(image, window, step=2) for image in images]
        yield _channels(images, window, limit if scale == 1 else np.inf)


def _channels(images: list[FloatArray], window: FloatArray, limit: float) -> list[Channel]:
    means = [blur_inside(image, window) for image in images]
    d, *sources = zip(images, means, strict=True)
    v2 = np.maximum(_covariance(d, d, window, limit), 0)
    channels = []
    for r in sources:
        v1 = np.maximum(_covariance(r, r, window, limit), 0)
        c = _covariance(r, d, window, limit)
        # A negative gain, and a gain between flat places, count as none: then q = v2.
        k = np.maximum(c, 0) / (v1 + EPSILON)
        v1[v1 < EPSILON] = 0
        k[(v1 == 0) | (v2 < EPSILON)] = 0
        channels.append(Channel(k, v1, np.maximum(v2 - k * c, EPSILON)))
    return channels


def _covariance(x: WithMean, y: WithMean, window: FloatArray, limit: float) -> FloatArray:
    """Local covariance; the products of two levels stop at the limit."""
    (image_x, mean_x), (image_y, mean_y) = x, y
    products = image_x * image_y
    np.minimum(products, limit, out=products)
    covariance = blur_inside(products, window)
    covariance -= mean_x * mean_y
    return covariance
