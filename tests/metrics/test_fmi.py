from importlib import import_module
from math import log2, sqrt
from typing import Literal

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, fmi


def _reference_fmi(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage, *, feature: str
) -> float:
    features = [image.astype(float) for image in (fused, infrared, visible)]
    if feature == "gradient":
        features = [_reference_gradient(image) for image in features]
    f, *sources = features
    windows = [np.s_[i : i + 3, j : j + 3] for i, j in np.ndindex(f.shape[0] - 2, f.shape[1] - 2)]
    values = [
        _reference_of_one(source[window].T.ravel().tolist(), f[window].T.ravel().tolist())
        for window in windows
        for source in sources
    ]
    return sum(values) / len(values)


def _reference_gradient(image: np.ndarray) -> np.ndarray:
    slope = np.empty_like(image)
    last = image.shape[1] - 1
    for y, x in np.ndindex(image.shape):
        left, right = max(x - 1, 0), min(x + 1, last)
        slope[y, x] = (image[y, right] - image[y, left]) / (right - left)
    return slope


def _reference_of_one(x: list[float], f: list[float]) -> float:
    """With both of Fréchet's bounds as they are written, one place after the other."""
    if x == f:
        return 1
    p, q = _reference_distribution(x), _reference_distribution(f)
    cdf_p, cdf_q = ([sum(d[: i + 1]) for i in range(9)] for d in (p, q))
    c = _reference_correlation(p, q)

    def bound(i: int, j: int) -> float:
        if min(i, j) < 0:
            return 0
        a, b = cdf_p[i], cdf_q[j]
        return min(a, b) if c >= 0 else max(a + b - 1, 0)

    places = list(np.ndindex(9, 9))
    covariance = sum(bound(i, j) - cdf_p[i] * cdf_q[j] for i, j in places)
    deviations = _reference_deviation(p) * _reference_deviation(q)
    phi = c * deviations / covariance if abs(covariance) > 1e-12 else 0
    joint_entropy = 0.0
    for i, j in places:
        m = bound(i, j) - bound(i - 1, j) - bound(i, j - 1) + bound(i - 1, j - 1)
        joint = phi * m + (1 - phi) * p[i] * q[j]
        joint_entropy -= joint * log2(abs(joint)) if joint else 0
    entropies = -sum(v * log2(v) for v in (*p, *q) if v > 0)
    return 2 * (entropies - joint_entropy) / entropies if entropies > 0 else 0


def _reference_distribution(x: list[float]) -> list[float]:
    low, high = min(x), max(x)
    stretched = [(v - low) / (high - low) if high > low else 1 for v in x]
    return [v / sum(stretched) for v in stretched]


def _reference_correlation(p: list[float], q: list[float]) -> float:
    a, b = ([v - sum(d) / 9 for v in d] for d in (p, q))
    scale = sqrt(sum(v * v for v in a) * sum(v * v for v in b))
    return sum(v * w for v, w in zip(a, b, strict=True)) / scale if scale > 1e-12 else 0


def _reference_deviation(p: list[float]) -> float:
    mean = sum(i * v for i, v in enumerate(p))
    return sqrt(max(sum((i - mean) ** 2 * v for i, v in enumerate(p)), 0))


@pytest.mark.parametrize("feature", ["pixel", "gradient"])
@pytest.mark.parametrize("levels", [256, 3])
def test_reference(feature: Literal["pixel", "gradient"], levels: int) -> None:
    images = np.random.default_rng(0).integers(0, levels, (3, 9, 12), dtype=np.uint8)
    images[:, 5:, 7:] = images[:, 5:6, 7:8]  # flat places, equal and not
    images[1, 5:, 7:] = images[0, 5, 7]
    expected = _reference_fmi(*images, feature=feature)
    assert fmi(*images, feature=feature) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("feature", ["pixel", "gradient"])
def test_blocks_do_not_show(
    feature: Literal["pixel", "gradient"], monkeypatch: pytest.MonkeyPatch, fused: GreyImage
) -> None:
    images = (fused, fused[::-1], fused[:, ::-1])
    whole = fmi(*images, feature=feature)
    module = import_module("clfnet.metrics.fmi")
    monkeypatch.setattr(module, "ROWS", 4)
    monkeypatch.setattr(module, "BLOCK", 7)
    assert fmi(*images, feature=feature) == pytest.approx(whole, rel=1e-12)


def test_the_network_merges_all_there_is_to_merge() -> None:
    """A network that puts zeros and ones in order puts everything in order."""
    module = import_module("clfnet.metrics.fmi")
    for ones in np.ndindex(10, 10):
        values = [int(place >= 9 - count) for count in ones for place in range(9)]
        for first, second in module._NETWORK:
            values[first], values[second] = sorted((values[first], values[second]))
        ordered = [values[place] for place in module._ORDER]
        assert ordered == sorted(ordered)


def test_a_stretched_source_is_fully_known() -> None:
    fused = np.random.default_rng(0).integers(0, 100, (9, 12), dtype=np.uint8)
    assert fmi(fused, fused * 2, fused + 9, feature="pixel") == pytest.approx(1)


def test_a_constant_fused_image_tells_nothing() -> None:
    source = np.arange(30, dtype=np.uint8).reshape(5, 6)
    flat = np.full_like(source, 9)
    assert fmi(flat, source, source, feature="pixel") == pytest.approx(0, abs=1e-12)


def test_a_gradient_is_horizontal() -> None:
    rows = np.repeat(np.array([0, 5, 1, 9, 2], np.uint8)[:, None], 6, axis=1)
    assert fmi(rows, 3 * rows, 0 * rows, feature="gradient") == 1
    assert fmi(rows, 3 * rows, 0 * rows, feature="pixel") < 1


def test_one_other_pixel_lowers_it(fused: GreyImage) -> None:
    other = fused.copy()
    other[3, 4] ^= 128
    assert 0.9 < fmi(other, fused, fused, feature="pixel") < 1 - 1e-4


def test_the_smallest_image_has_3_pixels_a_side() -> None:
    with pytest.raises(ImageError, match=r"at least 3 pixels a side .* got 2x3"):
        fmi(*np.zeros((3, 3, 2), np.uint8), feature="pixel")
