from math import exp

import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.guided_filter import guided_filter, smooth_by_guide


def _reference_smooth(image: Plane, guide: Plane, radius: int, eps: float) -> Plane:
    """A ridge regression in each window; then the mean of the lines through each pixel."""
    height, width = image.shape

    def window(i: int, j: int) -> tuple[slice, slice]:
        return np.s_[max(0, i - radius) : i + radius + 1, max(0, j - radius) : j + radius + 1]

    slopes, offsets = np.empty_like(image), np.empty_like(image)
    for i, j in np.ndindex(height, width):
        x, y = guide[window(i, j)].ravel(), image[window(i, j)].ravel()
        normal = np.array([[(x * x).sum() + eps * x.size, x.sum()], [x.sum(), x.size]])
        slopes[i, j], offsets[i, j] = np.linalg.solve(normal, [(x * y).sum(), y.sum()])
    smooth = np.empty_like(image)
    for i, j in np.ndindex(height, width):
        at = window(i, j)
        smooth[i, j] = slopes[at].mean() * guide[i, j] + offsets[at].mean()
    return smooth


def _box(image: Plane, size: int) -> Plane:
    radius = size // 2
    wide = np.pad(image, radius, mode="edge")
    return np.array(
        [
            [wide[i : i + size, j : j + size].mean() for j in range(image.shape[1])]
            for i in range(image.shape[0])
        ]
    )


def _saliency(image: Plane) -> Plane:
    wide = np.pad(image, 1, mode="edge")
    edges = np.abs(wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * image)
    offsets = range(-5, 6)
    g = np.array([[exp(-(i * i + j * j) / 50) for i in offsets] for j in offsets])
    wide = np.pad(edges, 5, mode="edge")
    return np.array(
        [
            [(g * wide[i : i + 11, j : j + 11]).sum() / g.sum() for j in range(image.shape[1])]
            for i in range(image.shape[0])
        ]
    )


def _reference_guided_filter(infrared: Plane, visible: Plane) -> Plane:
    images = infrared, visible
    saliencies = [_saliency(image) for image in images]
    maps = [(s == np.maximum(*saliencies)).astype(float) for s in saliencies]
    bases = [_box(image, 31) for image in images]
    details = [image - base for image, base in zip(images, bases, strict=True)]
    fused = np.zeros_like(infrared)
    for layers, radius, eps in ((bases, 45, 0.3), (details, 7, 1e-6)):
        weights = [
            np.clip(_reference_smooth(p, image, radius, eps), 0, 1)
            for p, image in zip(maps, images, strict=True)
        ]
        fused += sum(w * x for w, x in zip(weights, layers, strict=True)) / sum(weights)
    return fused


@pytest.mark.parametrize(("radius", "eps"), [(1, 1e-6), (2, 0.1), (30, 0.3)])
def test_the_filter_is_a_ridge_regression(
    radius: int, eps: float, pair: tuple[Plane, Plane]
) -> None:
    image, guide = (each[:12, :17] for each in pair)
    expected = _reference_smooth(image, guide, radius, eps)
    np.testing.assert_allclose(smooth_by_guide(image, guide, radius, eps), expected, atol=1e-8)


def test_reference() -> None:
    rng = np.random.default_rng(1)
    ramp = np.linspace(0, 0.5, 20)
    infrared = 0.3 + 0.1 * rng.random((16, 20)) * (ramp > 0.25)
    visible = ramp + 0.05 * rng.random((16, 20))
    expected = _reference_guided_filter(infrared, visible)
    np.testing.assert_allclose(guided_filter(infrared, visible), expected, atol=1e-7)


def test_the_filter_keeps_a_line_in_its_guide() -> None:
    guide = np.random.default_rng(0).random((15, 15))
    np.testing.assert_allclose(smooth_by_guide(2 * guide - 1, guide, 3, 1e-12), 2 * guide - 1)


def test_edges_of_the_guide_survive_and_flat_parts_are_smoothed() -> None:
    guide = np.repeat([[0.0] * 10 + [1.0] * 10], 20, axis=0)
    noisy = guide + 0.1 * np.random.default_rng(0).standard_normal(guide.shape)
    smooth = smooth_by_guide(noisy, guide, 4, 1e-3)
    assert np.abs(smooth - guide).max() < 0.06
    assert smooth[:, 10].mean() - smooth[:, 9].mean() > 0.95


def test_the_result_lies_between_bases_plus_details(pair: tuple[Plane, Plane]) -> None:
    """Weights are in [0, 1]: an image mixed with a constant gives nothing but mixtures."""
    image = pair[0]
    fused = guided_filter(np.full_like(image, 0.5), image)
    assert fused.min() > min(image.min(), 0.5) - 0.1
    assert fused.max() < max(image.max(), 0.5) + 0.1
