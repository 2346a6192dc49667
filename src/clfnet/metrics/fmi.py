"""FMI: the mutual information of features, one small neighbourhood after the other."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from clfnet.metrics.image import FloatArray, GreyImage, check

MINIMUM_SIDE = 3
"""One neighbourhood."""

ROWS = 32
"""Of how many rows neighbourhoods are gathered at once."""

BLOCK = 1000
"""How many neighbourhoods are compared at once: their joint distributions stay in cache."""

FLAT = 1e-12
"""A variance below it is rounding."""


def fmi(
    fused: GreyImage,
    infrared: GreyImage,
    visible: GreyImage,
    *,
    feature: Literal["pixel", "gradient"],
) -> float:
    """Return the mean of 2 I(X; F) / (H(X) + H(F)) over all neighbourhoods and both sources.

    In each neighbourhood of 3×3 features, these are stretched to 0..1 and scaled to the sum 1. That
    makes them a distribution over nine places (uniform if they are all equal), taken column by
    column. Two distributions p, q have the joint one φ m + (1 − φ) p q, where m is the most
    dependent one that p and q allow (Fréchet's upper bound, min of both cumulative distributions;
    the lower bound if c < 0), c Pearson's correlation of the values of p and q, and φ the quotient
    of |c| and the correlation under m; φ = 0 where one of them is undefined. A neighbourhood counts
    1 where both features are equal, 0 where H(X) + H(F) = 0.

    Source: Haghighat, Aghagolzadeh and Seyedarabi, "A non-reference image fusion metric based on
    mutual information of image features", Comput. Electr. Eng. 37(5), 744 (2011), with the small
    windows of Haghighat and Razian, "Fast-FMI: non-reference image fusion metric", AICT 2014. As in
    the authors' implementation, a gradient is the horizontal derivative alone and a negative joint
    density (φ > 1) counts −j log|j|. That one treats flat neighbourhoods of the second source
    otherwise, since it stretches the fused ones before it compares them. Many tables with an
    "FMI_pixel" near 0.9 are of neither feature here: their script takes edge maps by default.

    Args:
        fused: uint8, (H, W), 0..255, at least 3 pixels a side.
        infrared: the same size.
        visible: the same size.
        feature: "pixel", the levels themselves, or "gradient", half the difference of the levels to
            the right and to the left (the whole of it to the one neighbour at the border).

    Returns:
        0 and more, 1 where the three images are equal; a single neighbourhood may pass 1 by a few
        per cent. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 3 pixels.
        SizeMismatchError: the images differ in size.

    Example:
        >>> a = np.arange(9, dtype=np.uint8).reshape(3, 3)
        >>> round(fmi(a, a, a * 2, feature="pixel"), 9)
        1.0
    """
    check(MINIMUM_SIDE, fused=fused, infrared=infrared, visible=visible)
    images = [image.astype(np.float64) for image in (fused, infrared, visible)]
    if feature == "gradient":
        images = [np.gradient(image, axis=1) for image in images]
    total = 0.0
    for f, *sources in _neighbourhoods(images):
        total += sum(_agreement(source, f).sum() for source in sources)
    height, width = fused.shape
    return float(total / (2 * (height - 2) * (width - 2)))


def _neighbourhoods(features: list[FloatArray]) -> Iterator[list[FloatArray]]:
    """Yield the 3×3 neighbourhoods of the features, some at a time: each (9, N)."""
    for top in range(0, len(features[0]) - 2, ROWS):
        stacks = [_stack(feature[top : top + ROWS + 2]) for feature in features]
        for start in range(0, stacks[0].shape[1], BLOCK):
            yield [stack[:, start : start + BLOCK] for stack in stacks]


def _stack(band: FloatArray) -> FloatArray:
    """The 3×3 neighbourhoods of a band, column by column: (H, W) → (9, (H − 2)(W − 2))."""
    height, width = band.shape
    shifted = [band[y : height - 2 + y, x : width - 2 + x] for x in range(3) for y in range(3)]
    return np.stack(shifted).reshape(9, -1)


def _agreement(source: FloatArray, fused: FloatArray) -> FloatArray:
    """2 I / (H + H) of each neighbourhood: (9, N), (9, N) → (N,)."""
    p, q = _distribution(source), _distribution(fused)
    c = _correlation(p, q)
    # The lower bound for q is the upper bound for its reverse; no entropy depends on the order.
    q = np.where(c < 0, q[::-1], q)
    entropies = _entropy(p) + _entropy(q)
    shared = entropies - _joint_entropy(p, q, np.abs(c))
    agreement = np.divide(2 * shared, entropies, out=np.zeros_like(c), where=entropies > 0)
    agreement[(source == fused).all(axis=0)] = 1
    return agreement


def _distribution(values: FloatArray) -> FloatArray:
    """Each neighbourhood stretched to 0..1 and scaled to the sum 1; uniform if it is flat."""
    low, high = values.min(axis=0), values.max(axis=0)
    stretched = np.where(low < high, values - low, 1)
    p: FloatArray = stretched / stretched.sum(axis=0)
    return p


def _correlation(p: FloatArray, q: FloatArray) -> FloatArray:
    """Pearson's, of the nine values; 0 where one distribution is uniform."""
    a, b = p - 1 / 9, q - 1 / 9
    covariance = (a * b).sum(axis=0)
    scale = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    c: FloatArray = np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > FLAT)
    return c


def _joint_entropy(p: FloatArray, q: FloatArray, c: FloatArray) -> FloatArray:
    """H of the joint distribution with the correlation c ≥ 0: (9, N), (9, N), (N,) → (N,)."""
    cdf_p, cdf_q = p.cumsum(axis=0)[:, None], q.cumsum(axis=0)
    bound = np.minimum(cdf_p, cdf_q)  # (9, 9, N)
    covariance = (bound - cdf_p * cdf_q).sum(axis=(0, 1))  # Hoeffding's formula
    phi = np.zeros_like(c)
    np.divide(c * _deviation(p) * _deviation(q), covariance, out=phi, where=covariance > FLAT)
    joint = np.diff(np.diff(bound, axis=0, prepend=0), axis=1, prepend=0)
    joint *= phi
    joint += (1 - phi) * p[:, None] * q
    return _entropy(joint.reshape(81, -1))


def _deviation(p: FloatArray) -> FloatArray:
    """Standard deviation of the place, 0 to 8: (9, N) → (N,)."""
    places = np.arange(9.0)
    mean = places @ p
    return np.sqrt(np.maximum(places**2 @ p - mean * mean, 0))


def _entropy(p: FloatArray) -> FloatArray:
    """−Σ p log2 |p| along the first axis."""
    bits = np.abs(p)
    bits[bits == 0] = 1
    np.log2(bits, out=bits)
    bits *= p
    total: FloatArray = -bits.sum(axis=0)
    return total
