"""FMI: the mutual information of features, one small neighbourhood after the other."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.metrics.image import FloatArray, GreyImage, check

Whole = NDArray[np.int32]

MINIMUM_SIDE = 3
"""One neighbourhood."""

ROWS = 32
"""Of how many rows neighbourhoods are gathered at once."""

BLOCK = 1000
"""How many neighbourhoods are compared at once: what is made of them stays in cache."""

PLACES = 9
"""Of a neighbourhood."""

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
    images = [image.astype(np.int32) for image in (fused, infrared, visible)]
    if feature == "gradient":
        images = [_doubled_gradient(image) for image in images]
    total = 0.0
    for f, *sources in _neighbourhoods(images):
        second = _shape(f)
        for source in sources:
            agreement = _agreement(_shape(source), second)
            agreement[(source == f).all(axis=0)] = 1
            total += agreement.sum()
    height, width = fused.shape
    return float(total / (2 * (height - 2) * (width - 2)))


def _doubled_gradient(image: Whole) -> Whole:
    """Twice the horizontal gradient, which is whole."""
    slope = np.empty_like(image)
    slope[:, 1:-1] = image[:, 2:] - image[:, :-2]
    slope[:, 0] = 2 * (image[:, 1] - image[:, 0])
    slope[:, -1] = 2 * (image[:, -1] - image[:, -2])
    return slope


def _neighbourhoods(features: list[Whole]) -> Iterator[list[Whole]]:
    """Yield the 3×3 neighbourhoods of the features, some at a time: each (9, N)."""
    for top in range(0, len(features[0]) - 2, ROWS):
        stacks = [_stack(feature[top : top + ROWS + 2]) for feature in features]
        for start in range(0, stacks[0].shape[1], BLOCK):
            yield [stack[:, start : start + BLOCK] for stack in stacks]


def _stack(band: Whole) -> Whole:
    """The 3×3 neighbourhoods of a band, column by column: (H, W) → (9, (H − 2)(W − 2))."""
    height, width = band.shape
    shifted = [band[y : height - 2 + y, x : width - 2 + x] for x in range(3) for y in range(3)]
    return np.stack(shifted).reshape(PLACES, -1)


class _Shape(NamedTuple):
    """Neighbourhoods as distributions over nine places: parts / sum.

    Whole numbers keep what is compared exact: sums stay below 9 · 1020, products of two in int32.
    """

    parts: Whole  # (9, N)
    sum: Whole  # (N,)
    logs: FloatArray  # (9, N): log2 of the parts, 0 for log2 of 0
    entropy: FloatArray  # (N,), in bits
    spread: FloatArray  # (N,): 9 Σ parts² − sum², which is 0 where all are equal
    mean: FloatArray  # (N,): of the place, 0 to 8
    deviation: FloatArray  # (N,): its standard deviation


def _shape(values: Whole) -> _Shape:
    """Each neighbourhood stretched from 0, (9, N); uniform if it is flat."""
    low, high = values.min(axis=0), values.max(axis=0)
    parts = np.where(low < high, values - low, 1)
    total = parts.sum(axis=0, dtype=np.int32)
    logs = _LOGS.take(parts)
    exact = parts.astype(np.float64)
    entropy = np.log2(total) - np.einsum("pn,pn->n", exact, logs) / total
    squares = np.einsum("pn,pn->n", exact, exact)
    places = np.arange(float(PLACES))
    mean = places @ exact / total
    variance = places**2 @ exact / total - mean * mean
    spread = PLACES * squares - np.square(total, dtype=np.float64)
    return _Shape(
        parts, total, logs, entropy, spread, mean, np.sqrt(np.maximum(variance, 0, out=variance))
    )


_LOGS: FloatArray = np.log2(np.maximum(np.arange(1021), 1))
"""log2 of every part; that of 0 is multiplied by 0."""


def _agreement(p: _Shape, q: _Shape) -> FloatArray:
    """2 I / (H + H) of each neighbourhood, (N,)."""
    sums = p.sum.astype(np.float64) * q.sum
    scale = np.sqrt(p.spread * q.spread)
    covariance = PLACES * np.einsum("pn,pn->n", p.parts, q.parts, dtype=np.float64) - sums
    c = np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 0)
    # The lower bound for q is the upper bound for its reverse; no entropy depends on the order.
    reverse = c < 0
    q = q._replace(
        parts=np.where(reverse, q.parts[::-1], q.parts),
        logs=np.where(reverse, q.logs[::-1], q.logs),
        mean=np.where(reverse, PLACES - 1 - q.mean, q.mean),
    )
    entropies = p.entropy + q.entropy
    shared = entropies - _joint_entropy(p, q, np.abs(c), sums)
    agreement: FloatArray = np.divide(
        2 * shared, entropies, out=np.zeros_like(c), where=entropies > 0
    )
    return agreement


def _joint_entropy(p: _Shape, q: _Shape, c: FloatArray, sums: FloatArray) -> FloatArray:
    """H of the joint distribution with the correlation c ≥ 0, (N,).

    Of the 81 places of φ m + (1 − φ) p q, m is 0 in all but 17, those on a path from the first to
    the last. Over all places, the entropy of (1 − φ) p q has a closed form; on the path, its terms
    are replaced by those of the sum.
    """
    row, column, mass = _path(p, q)
    covariance = np.einsum("sn,sn,sn->n", mass, row, column, dtype=np.float64) / sums
    covariance -= p.mean * q.mean
    phi = np.zeros_like(c)
    np.divide(c * p.deviation * q.deviation, covariance, out=phi, where=covariance > FLAT)
    in_p, in_q = (_flat(places) for places in (row, column))
    product = p.parts.take(in_p).astype(np.float64)
    product *= q.parts.take(in_q)
    logs = p.logs.take(in_p)
    logs += q.logs.take(in_q)
    rest = 1 - phi
    log_rest = np.log2(np.abs(rest), out=np.zeros_like(rest), where=rest != 0)
    # Σ (1 − φ) p q log2 |(1 − φ) p q|, over all places and over those on the path
    everywhere = rest * (log_rest - p.entropy - q.entropy)
    on_path = product.sum(axis=0) * (log_rest - np.log2(sums)) + np.einsum(
        "sn,sn->n", product, logs
    )
    product *= rest
    joint = mass * phi
    joint += product
    joint /= sums
    entropy: FloatArray = rest * on_path / sums - everywhere - _times_log(joint).sum(axis=0)
    return entropy


def _flat(places: Whole) -> NDArray[np.intp]:
    """Where the places of each neighbourhood stand in (9, N); one without mass stands for 9."""
    flat = np.minimum(places, PLACES - 1).astype(np.intp)
    flat *= places.shape[1]
    flat += np.arange(places.shape[1])
    return flat


def _path(p: _Shape, q: _Shape) -> tuple[Whole, Whole, Whole]:
    """Where Fréchet's upper bound has its mass: row, column and mass times both sums, (17, N).

    It lies where the steps of both cumulative distributions overlap, so their ends in order say
    where each overlap ends, and how many ends of either came before says between which. A row or
    column of 9 has no mass.
    """
    ends = _ends(p.parts, q.sum, 0) + _ends(q.parts, p.sum, 1)
    for lesser, greater in _NETWORK:
        ends[lesser], ends[greater] = (
            np.minimum(ends[lesser], ends[greater]),
            np.maximum(ends[lesser], ends[greater]),
        )
    row, column, mass = np.zeros((3, 2 * PLACES - 1, p.sum.size), np.int32)
    before = np.zeros_like(p.sum)
    for step, end in enumerate(ends[place] for place in _ORDER[:-1]):
        place = end >> 1
        np.subtract(place, before, out=mass[step])
        before = place
        if step + 1 < len(column):
            np.add(column[step], end & 1, out=column[step + 1])
        np.subtract(step, column[step], out=row[step])
    return row, column, mass


def _ends(parts: Whole, factor: Whole, bit: int) -> list[Whole]:
    """Where the steps of a cumulative distribution end, times a factor; the last bit is `bit`."""
    scaled = parts * (2 * factor)
    scaled[0] += bit
    for step in range(1, PLACES):
        scaled[step] += scaled[step - 1]
    return list(scaled)


def _merging(first: list[int], second: list[int]) -> tuple[list[int], list[tuple[int, int]]]:
    """Batcher's network, which merges two ascending lists.

    Returns:
        In which order the places of the lists come to stand, and the pairs to be put in order.
    """
    if not (first and second):
        return first + second, []
    if len(first) == len(second) == 1:
        return first + second, [(first[0], second[0])]
    (lowest, *odd), pairs = _merging(first[::2], second[::2])
    even, more = _merging(first[1::2], second[1::2])
    pairs += more
    order = [lowest]
    for above, below in zip_longest(odd, even):
        if above is not None and below is not None:
            pairs.append((above, below))
        order += [place for place in (above, below) if place is not None]
    return order, pairs


_ORDER, _NETWORK = _merging([*range(PLACES)], [*range(PLACES, 2 * PLACES)])


def _times_log(p: FloatArray) -> FloatArray:
    """P log2 |p|, 0 where p is."""
    bits = np.abs(p)
    bits[bits == 0] = 1
    np.log2(bits, out=bits)
    bits *= p
    return bits
