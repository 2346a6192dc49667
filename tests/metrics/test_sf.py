from math import sqrt

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, sf


def _reference_sf(fused: GreyImage, *, white: float) -> float:
    f = fused.astype(float) * white / 255
    height, width = f.shape
    vertical = [(f[y + 1, x] - f[y, x]) ** 2 for y in range(height - 1) for x in range(width)]
    horizontal = [(f[y, x + 1] - f[y, x]) ** 2 for y in range(height) for x in range(width - 1)]
    return sqrt(sum(vertical) / len(vertical) + sum(horizontal) / len(horizontal))


@pytest.mark.parametrize("white", [1, 255])
def test_reference(white: float, fused: GreyImage) -> None:
    assert sf(fused, white=white) == pytest.approx(_reference_sf(fused, white=white), rel=1e-12)


def test_a_constant_image_has_none() -> None:
    assert sf(np.full((3, 5), 9, np.uint8), white=1) == 0


def test_a_chessboard_has_the_most() -> None:
    board = (np.indices((4, 6)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert sf(board, white=1) == pytest.approx(sqrt(2))
    assert sf(board, white=255) == pytest.approx(255 * sqrt(2))


def test_one_other_pixel() -> None:
    fused = np.zeros((5, 6), np.uint8)
    fused[2, 2] = 10
    assert sf(fused, white=255) == pytest.approx(sqrt(2 * 100 / 24 + 2 * 100 / 25))


def test_the_transposed_image_has_the_same(fused: GreyImage) -> None:
    assert sf(fused.T, white=1) == pytest.approx(sf(fused, white=1))


def test_the_smallest_image_has_2_pixels_a_side() -> None:
    assert sf(np.array([[0, 9], [0, 9]], np.uint8), white=255) == 9
    with pytest.raises(ImageError, match=r"at least 2 pixels a side .* got 1x3"):
        sf(np.zeros((3, 1), np.uint8), white=1)
