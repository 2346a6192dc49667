from math import e, log2

import numpy as np
import pytest

from clfnet.metrics import GreyImage, ce


def _reference_ce(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    f = fused.ravel().tolist()
    result = 0.0
    for source in (infrared, visible):
        x = source.ravel().tolist()
        for level in range(256):
            p_x, p_f = x.count(level) / len(x), f.count(level) / len(f)
            if p_x > 0 and p_f > 0:
                result += p_x * log2(p_x / p_f)
    return result / 2


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_ce(fused, infrared, visible)
    assert ce(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_the_place_of_a_level_does_not_matter(fused: GreyImage, infrared: GreyImage) -> None:
    assert ce(fused, fused[::-1], fused[:, ::-1]) == 0
    assert ce(fused[::-1], infrared, infrared) == ce(fused, infrared, infrared)


def test_a_level_that_the_fused_image_lacks_costs_nothing() -> None:
    fused, source = np.full((4, 8), 9, np.uint8), np.full((4, 8), 200, np.uint8)
    assert ce(fused, source, source) == 0


def test_the_lowest_value() -> None:
    source = np.full((100, 100), 200, np.uint8)
    source.ravel()[: round(10000 / e)] = 9
    fused = np.full_like(source, 9)
    assert ce(fused, source, source) == pytest.approx(-log2(e) / e, abs=1e-6)


def test_one_other_pixel() -> None:
    fused = np.full((4, 8), 9, np.uint8)
    source = fused.copy()
    fused[1, 2] = 10
    assert ce(fused, source, source) == pytest.approx(log2(32 / 31))
