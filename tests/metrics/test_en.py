from math import log2

import numpy as np
import pytest

from clfnet.metrics import GreyImage, en


def _reference_en(fused: GreyImage) -> float:
    result = 0.0
    for level in range(256):
        p = sum(int(pixel) == level for pixel in fused.flat) / fused.size
        if p > 0:
            result -= p * log2(p)
    return result


def test_reference(fused: GreyImage) -> None:
    assert en(fused) == pytest.approx(_reference_en(fused), rel=1e-12)


def test_a_constant_image_has_none_and_all_levels_have_eight_bits() -> None:
    assert en(np.full((3, 5), 9, np.uint8)) == 0
    assert en(np.arange(256, dtype=np.uint8).reshape(8, 32)) == 8


def test_one_other_pixel_adds_entropy() -> None:
    fused = np.full((4, 5), 9, np.uint8)
    fused[1, 2] = 10
    assert en(fused) == pytest.approx(-(0.05 * log2(0.05) + 0.95 * log2(0.95)))


def test_the_place_of_a_level_does_not_matter(fused: GreyImage) -> None:
    assert en(fused[::-1].T) == en(fused)
