from math import isnan, sqrt

import numpy as np
import pytest

from clfnet.metrics import GreyImage, cc


def _reference_cc(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    return (_reference_corr(infrared, fused) + _reference_corr(visible, fused)) / 2


def _reference_corr(x: GreyImage, y: GreyImage) -> float:
    a, b = x.ravel().tolist(), y.ravel().tolist()
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    pairs = [(i - mean_a, j - mean_b) for i, j in zip(a, b, strict=True)]
    above = sum(i * j for i, j in pairs)
    return float(above / sqrt(sum(i * i for i, _ in pairs) * sum(j * j for _, j in pairs)))


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_cc(fused, infrared, visible)
    assert cc(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_equal_images_correlate_fully(fused: GreyImage) -> None:
    assert cc(fused, fused, fused) == pytest.approx(1)
    assert cc(fused, 255 - fused, 255 - fused) == pytest.approx(-1)


def test_a_constant_image_has_no_correlation(fused: GreyImage) -> None:
    assert isnan(cc(np.full_like(fused, 9), fused, fused))
    assert isnan(cc(fused, fused, np.full_like(fused, 9)))


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert cc(fused, infrared, visible) == cc(fused, visible, infrared)


def test_one_other_pixel_lowers_it(fused: GreyImage) -> None:
    other = fused.copy()
    other[3, 4] ^= 128
    assert 0.9 < cc(other, fused, fused) < 1 - 1e-4
