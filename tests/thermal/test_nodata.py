"""Pixels without a measurement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clfnet.thermal.nodata import fill, guess

SCENE = np.random.default_rng(0).integers(7000, 7500, (30, 40)).astype(np.uint16)


@pytest.mark.parametrize(
    ("values", "sentinel"),
    [
        (SCENE, 0),
        (SCENE, 65535),
        (SCENE.astype(np.float32) / 400, -9999),
        (SCENE.astype(np.float32) / 400, -10000),
        (SCENE.astype(np.float32) / 400, -3.4e38),
        (SCENE.astype(np.float32) - 7200, -32768),
        (SCENE.astype(np.float32) / 400, 3.4e38),
        (SCENE.astype(np.float32) / 400, 1e20),
        (SCENE.astype(np.float32) / 400, -273.15),
        (SCENE / 400, -999.9),
        (SCENE.astype(np.int32), -(2**31)),
        (SCENE.astype(np.uint32), 2**32 - 1),
        (SCENE.astype(np.int64), -9999),
    ],
)
def test_a_fill_far_from_all_else_is_no_data(values: np.ndarray, sentinel: float) -> None:
    holes = values.copy()
    holes[:5], holes[20, 20] = sentinel, sentinel
    found = guess(holes)
    assert found is not None
    np.testing.assert_array_equal(found, holes == values)


def test_two_fills_at_once() -> None:
    holes = SCENE.copy()
    holes[:5], holes[25:] = 0, 65535
    np.testing.assert_array_equal(guess(holes), holes == SCENE)


@pytest.mark.parametrize(
    "values",
    [
        SCENE,
        np.where(SCENE > 7490, 20000, SCENE),  # a flame that saturates is no fill
        np.where(SCENE < 7010, np.float32(-40), SCENE.astype(np.float32) / 400),  # nor is the sky
        np.full((3, 3), 1e20),
        np.arange(0, 60000, 50, dtype=np.uint16).reshape(30, 40),  # 0 is the darkest of many
        np.array([[0, 65535]], np.uint16),  # two values tell nothing
        np.full((3, 3), 0, np.uint16),
    ],
)
def test_a_scene_is_all_data(values: np.ndarray) -> None:
    assert guess(values) is None


@given(
    hnp.arrays(np.float64, (9, 13), elements=st.floats(-50, 50)),
    hnp.arrays(np.bool_, (9, 13)),
)
def test_gaps_stay_within_what_is_around(values: np.ndarray, data: np.ndarray) -> None:
    data[4, 4] = True
    filled = fill(np.where(data, values, np.nan), data)
    np.testing.assert_array_equal(filled[data], values[data])
    assert values[data].min() - 1e-6 <= filled.min()
    assert filled.max() <= values[data].max() + 1e-6


def test_a_gap_goes_on_as_its_sides() -> None:
    ramp = np.arange(64, dtype=np.uint16)[None].repeat(64, axis=0) * 100
    data = np.ones(ramp.shape, np.bool_)
    data[20:28, 20:28] = False
    filled = fill(np.where(data, ramp, 0).astype(np.uint16), data)
    assert filled.dtype == np.uint16
    assert np.abs(filled.astype(int) - ramp).max() <= 800  # as far as the gap is wide
