from math import sqrt

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, ag


def _reference_ag(fused: GreyImage, *, per_pixel: bool) -> float:
    f = fused.astype(float)
    height, width = f.shape
    total = 0.0
    for y in range(height):
        for x in range(width):
            left, right = max(x - 1, 0), min(x + 1, width - 1)
            up, down = max(y - 1, 0), min(y + 1, height - 1)
            gx = (f[y, right] - f[y, left]) / (right - left)
            gy = (f[down, x] - f[up, x]) / (down - up)
            total += sqrt((gx**2 + gy**2) / 2)
    return total / float(height * width if per_pixel else (height - 1) * (width - 1))


@pytest.mark.parametrize("per_pixel", [False, True])
def test_reference(per_pixel: bool, fused: GreyImage) -> None:
    expected = _reference_ag(fused, per_pixel=per_pixel)
    assert ag(fused, per_pixel=per_pixel) == pytest.approx(expected, rel=1e-12)


def test_a_constant_image_has_none() -> None:
    assert ag(np.full((3, 5), 9, np.uint8), per_pixel=False) == 0


def test_a_ramp_has_its_slope() -> None:
    ramp = np.add.outer(3 * np.arange(5), 4 * np.arange(7)).astype(np.uint8)
    assert ag(ramp, per_pixel=True) == pytest.approx(5 / sqrt(2))
    assert ag(ramp, per_pixel=False) == pytest.approx(5 / sqrt(2) * 35 / 24)


def test_one_other_pixel_is_seen_by_its_four_neighbours() -> None:
    fused = np.zeros((5, 6), np.uint8)
    fused[2, 2] = 10
    assert ag(fused, per_pixel=True) == pytest.approx(4 * 5 / sqrt(2) / 30)


def test_the_transposed_image_has_the_same(fused: GreyImage) -> None:
    assert ag(fused.T, per_pixel=False) == pytest.approx(ag(fused, per_pixel=False))


def test_the_smallest_image_has_2_pixels_a_side() -> None:
    assert ag(np.array([[0, 9], [0, 9]], np.uint8), per_pixel=True) == pytest.approx(9 / sqrt(2))
    with pytest.raises(ImageError, match=r"at least 2 pixels a side .* got 3x1"):
        ag(np.zeros((1, 3), np.uint8), per_pixel=True)
