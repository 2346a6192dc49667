"""W and its guard: far brighter and far darker than the visible image."""

import numpy as np
import pytest

from clfnet.usefulness.whiteness import sunk, whitened, whiteness


def test_shares_are_counted() -> None:
    rng = np.random.default_rng(0)
    fused, visible = (rng.uniform(0, 1, (20, 30)).astype(np.float32) for _ in range(2))
    gaps = [f - v for f, v in zip(fused.ravel(), visible.ravel(), strict=True)]
    assert whitened(fused, visible) == sum(gap > 0.25 for gap in gaps) / 600
    assert sunk(fused, visible) == sum(gap < -0.25 for gap in gaps) / 600


def test_the_brighter_source_whitens_and_the_average_sinks() -> None:
    hot_road = np.full((4, 4), 0.9, np.float32)
    dark, bright = np.full((4, 4), 0.3, np.float32), np.full((4, 4), 0.9, np.float32)
    assert whitened(np.maximum(hot_road, dark), dark) == 1
    assert whitened(dark, dark) == sunk(dark, dark) == 0
    cold = np.zeros((4, 4), np.float32)
    assert sunk(np.float32(0.5) * (cold + bright), bright) == 1
    assert sunk(np.maximum(cold, bright), bright) == 0


def test_a_fifth_is_as_bad_as_can_be() -> None:
    assert whiteness(0) == 1
    assert whiteness(0.05) == pytest.approx(0.75)
    assert whiteness(0.2) == whiteness(0.9) == 0
    assert np.isnan(whiteness(np.nan))
