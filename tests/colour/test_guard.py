"""Where colour is believed."""

import numpy as np
import pytest

from clfnet.colour.guard import DARK, LIT, Float, kept_chroma, ratio


def _grey(levels: Float) -> Float:
    return np.repeat(levels[None, :, None], 3, axis=2)


def test_kept_in_the_light_to_the_bit() -> None:
    levels = np.linspace(LIT, 1, 1001, dtype=np.float32)
    levels[0] = LIT
    np.testing.assert_array_equal(kept_chroma(_grey(levels), np.zeros((1, 1001), np.float32)), 1)


def test_faded_in_the_dark() -> None:
    levels = np.linspace(0, DARK, 101, dtype=np.float32)
    share = np.linspace(0, 1, 101, dtype=np.float32)[None]
    np.testing.assert_allclose(kept_chroma(_grey(levels), share), share, atol=1e-6)


def test_smooth_between() -> None:
    levels = np.linspace(0, 0.5, 1001, dtype=np.float32)
    kept = kept_chroma(_grey(levels), np.full((1, 1001), 0.2, np.float32))
    steps = np.diff(-np.log(kept[0]) / np.log(0.2))
    assert (steps >= -1e-6).all()
    assert steps.max() < 1.5 / (LIT - DARK) * 0.0005 * 1.01  # the steepest slope of the cubic


def test_unchanged_luma_changes_nothing() -> None:
    rgb = np.random.default_rng(0).random((9, 9, 3), np.float32)
    np.testing.assert_allclose(kept_chroma(rgb, np.ones((9, 9), np.float32)), 1, atol=1e-6)


def test_the_brightest_channel_counts() -> None:
    blue = np.array([[[0, 0, LIT]]], np.float32)
    assert kept_chroma(blue, np.zeros((1, 1), np.float32)) == 1


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(0, 0, 1), (0, 1, 0), (1, 0, 1), (0.1, 0.4, 0.25)]
)
def test_ratio(a: float, b: float, expected: float) -> None:
    pair = (np.array([[a]], np.float32), np.array([[b]], np.float32))
    assert ratio(*pair)[0, 0] == pytest.approx(expected)
