from collections.abc import Callable
from functools import partial
from math import exp

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from clfnet.errors import ImageError
from clfnet.metrics import DIALECTS, GreyImage, Metric, ms_ssim

mean_ms_ssim = partial(ms_ssim, combine="mean")


@pytest.fixture
def images(fitting: Callable[[Metric], list[GreyImage]]) -> list[GreyImage]:
    """fused, infrared, visible, 177×176: odd at the first scale."""
    return fitting(DIALECTS["plain"]["MS-SSIM"])


def _reference_ms_ssim(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    return (_reference_of_one(infrared, fused) + _reference_of_one(visible, fused)) / 2


def _reference_of_one(source: GreyImage, fused: GreyImage) -> float:
    offsets = range(-5, 6)
    g = np.array([[exp(-(i * i + j * j) / (2 * 1.5**2)) for i in offsets] for j in offsets])
    g /= g.sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    x, y = source.astype(float), fused.astype(float)
    result = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333), start=1):
        windows = [sliding_window_view(image, (11, 11)) for image in (x, y)]
        mean_x, mean_y = ((g * w).sum(axis=(2, 3)) for w in windows)
        a, b = windows[0] - mean_x[..., None, None], windows[1] - mean_y[..., None, None]
        variances, covariance = (g * (a * a + b * b)).sum(axis=(2, 3)), (g * a * b).sum(axis=(2, 3))
        quality = (2 * covariance + c2) / (variances + c2)
        if scale == 5:
            quality *= (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
        result *= max(quality.mean(), 0) ** weight
        x, y = _reference_halved(x), _reference_halved(y)
    return result


def _reference_halved(image: np.ndarray) -> np.ndarray:
    height, width = image.shape
    return np.array(
        [
            [
                np.mean([image[min(i + k, height - 1), min(j + n, width - 1)] for k, n in SQUARE])
                for j in range(0, width, 2)
            ]
            for i in range(0, height, 2)
        ]
    )


SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))


def test_reference(images: list[GreyImage]) -> None:
    assert mean_ms_ssim(*images) == pytest.approx(_reference_ms_ssim(*images), rel=1e-9)


def test_the_sum_is_twice_the_mean(images: list[GreyImage]) -> None:
    assert ms_ssim(*images, combine="sum") == pytest.approx(2 * mean_ms_ssim(*images), rel=1e-15)


def test_constant_images_differ_by_their_luminance() -> None:
    dark, light = np.full((176, 180), 50, np.uint8), np.full((176, 180), 100, np.uint8)
    c1 = 2.55**2
    expected = ((2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)) ** 0.1333
    assert mean_ms_ssim(dark, light, light) == pytest.approx(expected)


def test_a_negative_term_counts_as_0(images: list[GreyImage]) -> None:
    fused, *_ = images
    assert mean_ms_ssim(255 - fused, fused, fused) == 0


def test_coarse_structure_counts(images: list[GreyImage]) -> None:
    """Noise that only scale 1 sees, which weighs little, does less than a shadow of that energy."""
    fused, *_ = images
    noise = np.where(np.indices(fused.shape).sum(axis=0) % 2, 20, -20)
    blot = np.where(np.indices(fused.shape)[1] // 32 % 2, 20, -20)
    fine, coarse = (np.clip(fused + x, 0, 255).astype(np.uint8) for x in (noise, blot))
    assert mean_ms_ssim(fine, fused, fused) > mean_ms_ssim(coarse, fused, fused) > 0.5


def test_the_smallest_image_has_176_pixels_a_side() -> None:
    small = np.zeros((3, 175, 200), np.uint8)
    with pytest.raises(ImageError, match=r"at least 176 pixels a side .* got 200x175"):
        mean_ms_ssim(*small)
