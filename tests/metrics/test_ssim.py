from math import exp

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, ssim, uniform_ssim


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
    assert ssim(fused, infrared, visible) == pytest.approx(expected, rel=1e-9)


def test_equal_images_are_fully_similar(fused: GreyImage) -> None:
    assert ssim(fused, fused, fused) == pytest.approx(1)


def test_constant_images_differ_by_their_luminance() -> None:
    dark, light = np.full((3, 5), 50, np.uint8), np.full((3, 5), 100, np.uint8)
    c1 = 2.55**2
    expected = (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    assert ssim(dark, light, light) == pytest.approx(expected)


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert ssim(fused, infrared, visible) == ssim(fused, visible, infrared)


def test_one_other_pixel_lowers_it(fused: GreyImage) -> None:
    other = fused.copy()
    other[3, 4] ^= 128
    assert 0.9 < ssim(other, fused, fused) < 1 - 1e-4


def _reference_uniform(source: GreyImage, fused: GreyImage) -> float:
    x, y = source.astype(float), fused.astype(float)
    c1, c2 = 0.02**2, 0.06**2
    values = []
    for i, j in np.ndindex(source.shape[0] - 6, source.shape[1] - 6):
        a, b = x[i : i + 7, j : j + 7].ravel(), y[i : i + 7, j : j + 7].ravel()
        (variance_a, covariance), (_, variance_b) = np.cov(a, b)
        luminance = (2 * a.mean() * b.mean() + c1) / (a.mean() ** 2 + b.mean() ** 2 + c1)
        values.append(luminance * (2 * covariance + c2) / (variance_a + variance_b + c2))
    return float(np.mean(values))


def test_uniform_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_uniform(infrared, fused) + _reference_uniform(visible, fused)
    assert uniform_ssim(fused, infrared, visible) == pytest.approx(expected, rel=1e-9)


def test_uniform_windows_lie_inside(fused: GreyImage) -> None:
    assert uniform_ssim(fused, fused, fused) == pytest.approx(2)
    with pytest.raises(ImageError, match="at least 7 pixels"):
        uniform_ssim(fused[:6], fused[:6], fused[:6])
