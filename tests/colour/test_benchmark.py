"""What benchmarks/colour.py measures with."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from clfnet.colour import SPACES


@pytest.fixture(scope="module")
def benchmark(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("benchmarks/colour.py")


@pytest.mark.parametrize(
    ("rgb", "a", "b"),
    [
        ((1, 0, 0), 80.09, 67.20),
        ((0, 1, 0), -86.18, 83.18),
        ((0, 0, 1), 79.19, -107.86),
        ((1, 1, 1), 0, 0),
        ((0, 0, 0), 0, 0),
    ],
)
def test_published_a_b(rgb: tuple[int, ...], a: float, b: float, benchmark: ModuleType) -> None:
    found = benchmark.a_b(np.array([[rgb]], np.float32))[0, 0]
    assert found.tolist() == pytest.approx([a, b], abs=0.02)


def test_hue_change(benchmark: ModuleType) -> None:
    angles = np.radians([10, 80, 350, 5])
    before = 20 * np.stack([np.cos(angles), np.sin(angles)], -1)
    after = 30 * np.stack([np.cos(angles + 0.2), np.sin(angles + 0.2)], -1)
    after[3] = 0  # faint: does not count
    assert benchmark.hue_change(before, after) == pytest.approx(np.degrees(0.2))


def test_noise_is_the_deviation(benchmark: ModuleType) -> None:
    ab = np.random.default_rng(0).normal(size=(200, 200, 2)) * [3, 4]
    assert benchmark.noise(ab).mean() == pytest.approx(5, rel=0.05)


def test_the_same_picture_has_no_change(benchmark: ModuleType) -> None:
    rgb = np.random.default_rng(0).random((40, 40, 3), np.float32)
    rgb[:20] /= 5
    space = SPACES["bt601"]
    found = benchmark.compare(rgb, rgb, space.luma(rgb), space)
    assert found.pop("hue") == pytest.approx(0, abs=1e-9)
    assert found == {
        **dict.fromkeys(("shift_lit", "shift_dark", "off_luma"), 0),
        "noise_dark": 1,
        "noise_raised": None,
    }
