from functools import partial
from math import exp

import numpy as np
import pytest

from clfnet.metrics import GreyImage, ssim

mean_ssim = partial(ssim, combine="mean")


def _reference_ssim(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    return (_reference_of_one(infrared, fused) + _reference_of_one(visible, fused)) / 2


def _reference_of_one(source: GreyImage, fused: GreyImage) -> float:
    offsets = range(-5, 6)
    g = np.array([[exp(-(i * i + j * j) / (2 * 1.5**2)) for i in offsets] for j in offsets])
    g /= g.sum()
    x, y = (np.pad(image.astype(float), 5, mode="edge") for image in (source, fused))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for i, j in np.ndindex(source.shape):
        window_x, window_y = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
        mean_x, mean_y = (g * window_x).sum(), (g * window_y).sum()
        variance_x = (g * (window_x - mean_x) ** 2).sum()
        variance_y = (g * (window_y - mean_y) ** 2).sum()
        covariance = (g * (window_x - mean_x) * (window_y - mean_y)).sum()
        luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
        structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
        values.append(luminance * structure)
    return float(np.mean(values))


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_ssim(fused, infrared, visible)
    assert mean_ssim(fused, infrared, visible) == pytest.approx(expected, rel=1e-9)


def test_the_sum_is_twice_the_mean(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage
) -> None:
    assert ssim(fused, infrared, visible, combine="sum") == 2 * mean_ssim(fused, infrared, visible)


def test_equal_images_are_fully_similar(fused: GreyImage) -> None:
    assert mean_ssim(fused, fused, fused) == pytest.approx(1)


def test_constant_images_differ_by_their_luminance() -> None:
    dark, light = np.full((3, 5), 50, np.uint8), np.full((3, 5), 100, np.uint8)
    c1 = 2.55**2
    expected = (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    assert mean_ssim(dark, light, light) == pytest.approx(expected)


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert mean_ssim(fused, infrared, visible) == mean_ssim(fused, visible, infrared)


def test_one_other_pixel_lowers_it(fused: GreyImage) -> None:
    other = fused.copy()
    other[3, 4] ^= 128
    assert 0.9 < mean_ssim(other, fused, fused) < 1 - 1e-4
