from math import floor, sqrt

import numpy as np
import pytest

from clfnet.metrics import GreyImage, sd


def _reference_sd(fused: GreyImage, *, saturate: bool) -> float:
    levels = [int(level) for level in fused.flat]
    mean = sum(levels) / len(levels)
    squares: list[float] = []
    for level in levels:
        if saturate:
            t = floor(max(level - mean, 0) + 0.5)
            squares.append(min(t * t, 255))
        else:
            squares.append((level - mean) ** 2)
    return sqrt(sum(squares) / len(squares))


@pytest.mark.parametrize("saturate", [False, True])
def test_reference(saturate: bool, fused: GreyImage) -> None:
    expected = _reference_sd(fused, saturate=saturate)
    assert sd(fused, saturate=saturate) == pytest.approx(expected, rel=1e-12)


def test_a_constant_image_has_none() -> None:
    assert sd(np.full((3, 5), 9, np.uint8), saturate=False) == 0
    assert sd(np.full((3, 5), 9, np.uint8), saturate=True) == 0


def test_half_black_half_white_is_the_most() -> None:
    fused = np.array([[0, 255]] * 3, np.uint8)
    assert sd(fused, saturate=False) == 127.5
    assert sd(fused, saturate=True) == sqrt(255 / 2)


def test_one_other_pixel() -> None:
    fused = np.zeros((4, 5), np.uint8)
    fused[1, 2] = 20
    assert sd(fused, saturate=False) == pytest.approx(sqrt(0.05 * 0.95) * 20)
    assert sd(fused, saturate=True) == pytest.approx(sqrt(255 / 20))


def test_brightness_does_not_matter(fused: GreyImage) -> None:
    fused = fused // 2
    assert sd(fused + 50, saturate=False) == pytest.approx(sd(fused, saturate=False))
