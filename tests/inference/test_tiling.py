import numpy as np
import pytest

from clfnet.inference.tiling import fuse_in_tiles
from clfnet.method import FloatImage


class Blur:
    """Mean of both over a 5×5 neighbourhood, zeros outside: reaches two pixels far."""

    name = "blur"

    def __init__(self) -> None:
        self.largest = 0

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        self.largest = max(self.largest, infrared.size)
        padded = np.pad((infrared + visible) / 2, 2)
        h, w = infrared.shape
        total = sum(padded[i : i + h, j : j + w] for i in range(5) for j in range(5))
        return np.asarray(total / 25, np.float32)


@pytest.mark.parametrize("size", [1, 3, 8, 40])
@pytest.mark.parametrize("shape", [(1, 1), (17, 9), (8, 31)])
def test_tiled_equals_whole(size: int, shape: tuple[int, int]) -> None:
    a, b = np.random.default_rng(0).random((2, *shape), np.float32)
    tiled = fuse_in_tiles(Blur(), a, b, size=size, margin=2)
    assert np.abs(tiled - Blur()(a, b)).max() < 1e-6


def test_a_margin_too_small_shows() -> None:
    a, b = np.random.default_rng(0).random((2, 20, 20), np.float32)
    assert np.abs(fuse_in_tiles(Blur(), a, b, size=8, margin=1) - Blur()(a, b)).max() > 1e-3


def test_no_tile_is_larger_than_asked() -> None:
    blur = Blur()
    fuse_in_tiles(blur, *np.zeros((2, 50, 50), np.float32), size=8, margin=2)
    assert blur.largest == 12 * 12
