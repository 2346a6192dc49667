from math import atan, exp, isnan, pi, sqrt

import numpy as np
import pytest

from clfnet.metrics import GreyImage, qabf


def _reference_qabf(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    edges_f = _reference_edges(fused)
    above = below = 0.0
    for source in (infrared, visible):
        for (g, a), (g_f, a_f) in zip(_reference_edges(source), edges_f, strict=True):
            strength = g_f if g == g_f else min(g, g_f) / max(g, g_f)
            direction = 1 - abs(a - a_f) / (pi / 2)
            q_strength = 0.9994 / (1 + exp(-15 * (strength - 0.5)))
            q_direction = 0.9879 / (1 + exp(-22 * (direction - 0.8)))
            above += q_strength * q_direction * g
            below += g
    return above / below


def _reference_edges(image: GreyImage) -> list[tuple[float, float]]:
    p = np.pad(image.astype(float), 1)
    edges = []
    for i, j in np.ndindex(image.shape):
        n = p[i : i + 3, j : j + 3]
        sx = n[0, 2] + 2 * n[1, 2] + n[2, 2] - n[0, 0] - 2 * n[1, 0] - n[2, 0]
        sy = n[0, 0] + 2 * n[0, 1] + n[0, 2] - n[2, 0] - 2 * n[2, 1] - n[2, 2]
        edges.append((sqrt(sx**2 + sy**2), atan(sy / sx) if sx else pi / 2))
    return edges


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_qabf(fused, infrared, visible)
    assert qabf(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_equal_images_keep_every_edge(fused: GreyImage) -> None:
    assert qabf(fused, fused, fused) == pytest.approx(0.9994 * 0.9879 / (1 + exp(-4.4)), rel=1e-3)


def test_a_constant_fused_image_keeps_hardly_any() -> None:
    source = np.zeros((20, 30), np.uint8)
    source[8:12, 8:20] = 200
    assert qabf(np.zeros_like(source), source, source) < 0.001


def test_two_black_sources_have_no_edges(fused: GreyImage) -> None:
    black = np.zeros_like(fused)
    assert isnan(qabf(fused, black, black))


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert qabf(fused, infrared, visible) == pytest.approx(qabf(fused, visible, infrared))


def test_one_other_pixel_lowers_it(fused: GreyImage) -> None:
    other = fused.copy()
    other[3, 4] ^= 128
    assert qabf(other, fused, fused) < qabf(fused, fused, fused)
