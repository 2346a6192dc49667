from math import atan2, exp, pi, sqrt

import numpy as np
import pytest

from clfnet.metrics import GreyImage, nabf


def _reference_nabf(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    above = below = 0.0
    places = zip(*map(_reference_edges, (fused, infrared, visible)), strict=True)
    for (g_f, a_f), *sources in places:
        new = all(g_f > g for g, _ in sources)
        for g, a in sources:
            weight = g**1.5 if g >= 2 else 0.001
            below += weight
            if new:
                above += (1 - _reference_preserved(g, a, g_f, a_f)) * weight
    return above / below


def _reference_preserved(g: float, a: float, g_f: float, a_f: float) -> float:
    strength = min(g, g_f) / max(g, g_f) if g > 0 and g_f > 0 else 0
    direction = abs(abs(a - a_f) - pi / 2) * 2 / pi
    q_strength = 0.9999 / (1 + exp(-19 * (strength - 0.5)))
    q_direction = 0.9995 / (1 + exp(-22 * (direction - 0.5)))
    return sqrt(q_strength * q_direction)


def _reference_edges(image: GreyImage) -> list[tuple[float, float]]:
    p = np.pad(image.astype(float), 1, mode="reflect")
    edges = []
    for i, j in np.ndindex(image.shape):
        n = p[i : i + 3, j : j + 3] / 8
        sx = n[0, 2] + 2 * n[1, 2] + n[2, 2] - n[0, 0] - 2 * n[1, 0] - n[2, 0]
        sy = n[2, 0] + 2 * n[2, 1] + n[2, 2] - n[0, 0] - 2 * n[0, 1] - n[0, 2]
        if sy < 0:
            sx, sy = -sx, -sy
        edges.append((sqrt(sx**2 + sy**2), atan2(sx, sy)))
    return edges


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_nabf(fused, infrared, visible)
    assert expected > 0
    assert nabf(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_a_copy_of_a_source_adds_no_edges(infrared: GreyImage, visible: GreyImage) -> None:
    assert nabf(infrared, infrared, visible) == nabf(infrared, visible, infrared) == 0


def test_a_constant_fused_image_adds_no_edges(infrared: GreyImage, visible: GreyImage) -> None:
    assert nabf(np.full_like(infrared, 9), infrared, visible) == 0


def test_on_constant_sources_every_edge_is_new() -> None:
    source, fused = np.full((6, 7), 9, np.uint8), np.full((6, 7), 9, np.uint8)
    fused[2, 2] = 200
    assert nabf(fused, source, source) == pytest.approx(8 / 42, rel=0.01)  # its 8 neighbours


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert nabf(fused, infrared, visible) == pytest.approx(nabf(fused, visible, infrared))
