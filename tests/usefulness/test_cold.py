"""A cold target is lost by the brighter source, and kept by the infrared's own detail."""

import numpy as np
import pytest

from clfnet.usefulness.cold import cold_contrast
from clfnet.usefulness.filters import detail
from clfnet.usefulness.structure import own_details


def test_a_cold_target() -> None:
    rng = np.random.default_rng(0)
    infrared = np.full((90, 90), 0.5) + rng.normal(0, 0.002, (90, 90))
    infrared[20:50, 20:60] = 0.2
    visible = np.full((90, 90), 0.5) + rng.normal(0, 0.002, (90, 90))
    heat, light = infrared.astype(np.float32), visible.astype(np.float32)
    own = own_details(heat, light)[0]

    def kept(fused: np.ndarray) -> float:
        return cold_contrast(detail(fused.astype(np.float32)), own)

    assert kept(np.maximum(infrared, visible)) < 0.05
    assert kept((infrared + visible) / 2) == pytest.approx(0.5, abs=0.05)
    assert kept(visible + infrared - 0.5) == pytest.approx(1, abs=0.05)
    assert kept(visible + 2 * (infrared - 0.5)) == 1
    assert kept(1 - infrared) == 0


def test_without_anything_cold_there_is_no_value() -> None:
    flat = np.full((40, 40), 0.5, np.float32)
    assert np.isnan(cold_contrast(detail(flat), own_details(flat, flat)[0]))
