import numpy as np
import pytest

from clfnet.metrics import GreyImage, mse


def _reference_mse(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    total = 0.0
    for source in (infrared, visible):
        for x, f in zip(source.flat, fused.flat, strict=True):
            total += (int(f) / 255 - int(x) / 255) ** 2 / fused.size
    return total / 2


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_mse(fused, infrared, visible)
    assert mse(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_equal_images_have_none_and_opposite_ones_the_most(fused: GreyImage) -> None:
    black, white = np.zeros((3, 5), np.uint8), np.full((3, 5), 255, np.uint8)
    assert mse(fused, fused, fused) == 0
    assert mse(black, white, white) == mse(white, black, black) == 1


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert mse(fused, infrared, visible) == mse(fused, visible, infrared)


def test_one_other_pixel() -> None:
    source = np.zeros((4, 5), np.uint8)
    fused = source.copy()
    fused[1, 2] = 51
    assert mse(fused, source, source) == pytest.approx(0.04 / 20)
