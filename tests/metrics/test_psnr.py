from math import inf, log10

import numpy as np
import pytest

from clfnet.metrics import GreyImage, mse, psnr


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = -10 * log10(mse(fused, infrared, visible))
    assert psnr(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_equal_images_have_no_noise(fused: GreyImage) -> None:
    assert psnr(fused, fused, fused) == inf


def test_opposite_images_have_as_much_noise_as_signal() -> None:
    black, white = np.zeros((3, 5), np.uint8), np.full((3, 5), 255, np.uint8)
    assert psnr(black, white, white) == 0


def test_one_level_everywhere_is_48_decibel() -> None:
    dark = np.full((3, 5), 9, np.uint8)
    assert psnr(dark + 1, dark, dark) == pytest.approx(48.130803608679)
