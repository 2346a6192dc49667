from typing import Any

import numpy as np
import pytest

from clfnet.errors import ConfigError, ImageError
from clfnet.thermal.values import Thermal, from_array, in_celsius


@pytest.mark.parametrize(
    ("array", "dtype", "unit"),
    [
        (np.array([[0, 255]], np.uint8), np.uint8, "level"),
        (np.array([[0, 65535]], ">u2"), np.uint16, "count"),
        (np.array([[0, 65535]], np.int32), np.uint16, "count"),
        (np.array([[3, 4]], np.int8), np.uint16, "count"),
        (np.array([[-5, 4]], np.int16), np.float32, "count"),
        (np.array([[0, 65536]], np.uint32), np.float32, "count"),
        (np.array([[0.0, 1.0]]), np.float32, "level"),
        (np.array([[0.0, 1.5]], np.float16), np.float32, "count"),
        (np.array([[-0.1, 1.0]], ">f8"), np.float32, "count"),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_numbers_keep_their_value(array: Any, dtype: type[Any], unit: str) -> None:
    thermal = from_array(array, "a")
    assert thermal.values.dtype == dtype
    assert (thermal.unit, thermal.celsius) == (unit, None)
    np.testing.assert_array_equal(thermal.values, array.astype(np.float32))
    assert (thermal.width, thermal.height) == (2, 1)


def test_single_planes_are_squeezed() -> None:
    for shape in ((1, 3, 4), (3, 4, 1)):
        assert from_array(np.zeros(shape, np.uint16), "a").values.shape == (3, 4)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 3, 4), np.uint16), r"must have the shape \(H, W\), got \(2, 3, 4\)"),
        (np.zeros(5), "must have the shape"),
        (np.zeros((0, 5)), "must have the shape"),
        (np.zeros((2, 2), bool), "got bool"),
        (np.zeros((2, 2), complex), "got complex"),
        (np.zeros((2, 2), np.complex64), "got complex64"),
        (np.array([["a"]]), "must hold"),
        (np.array([[2**24 + 1]], np.int32), "whole numbers"),
        (np.array([[np.nan, np.inf]]), "all of its 2 pixels are NaN"),
        (np.array([[1e300]]), "all of its 1 pixels"),
    ],
    ids=str,
)
def test_what_is_no_thermal_picture_is_named(array: Any, message: str) -> None:
    with pytest.raises(ImageError, match=message) as caught:
        from_array(array, "a.npy")
    assert str(caught.value).startswith("a.npy ")
    assert "\n" not in str(caught.value)


def test_temperatures_are_their_own() -> None:
    thermal = from_array(np.array([[0.5, 0.7]]), "a", unit="celsius")
    assert thermal.unit == "celsius"
    assert thermal.celsius is thermal.values


@pytest.mark.parametrize("kelvin_per_count", [0.01, 0.04, 0.1])
def test_linear_counts(kelvin_per_count: float) -> None:
    kelvin = np.array([[280.0, 300.0]])
    counts = from_array((kelvin / kelvin_per_count).round().astype(np.uint16), "a")
    found = in_celsius(counts, kelvin_per_count, "a")
    assert found.celsius == pytest.approx(kelvin - 273.15, abs=kelvin_per_count)
    assert found.celsius is not None
    assert found.celsius.dtype == np.float32
    assert found.values is counts.values


def test_kelvin_per_count_is_for_counts() -> None:
    counts = from_array(np.array([[300]], np.uint16), "a")
    for wrong in (0.0, -1.0, 11.0, float("nan")):
        with pytest.raises(ConfigError, match="`kelvin_per_count` must be above 0"):
            in_celsius(counts, wrong, "a")
    levels = from_array(np.array([[30]], np.uint8), "a")
    with pytest.raises(ConfigError, match="holds levels"):
        in_celsius(levels, 0.01, "a")
    known = Thermal(counts.values, "count", np.zeros((1, 1), np.float32))
    with pytest.raises(ConfigError, match="holds temperatures"):
        in_celsius(known, 0.01, "a")


def test_a_part_keeps_unit_and_temperatures() -> None:
    celsius = np.arange(20, dtype=np.float32).reshape(4, 5)
    taken = Thermal(celsius + 1, "celsius", celsius).part(np.s_[1:3, 2:])
    assert taken.unit == "celsius"
    assert taken.values.tolist() == [[8, 9, 10], [13, 14, 15]]
    assert taken.celsius is not None
    assert taken.celsius.tolist() == [[7, 8, 9], [12, 13, 14]]


def test_numbers_that_are_not_finite_are_no_data() -> None:
    thermal = from_array(np.array([[1.0, np.nan, np.inf, 4.0]]), "a", unit="celsius")
    assert thermal.data is not None
    assert thermal.data.tolist() == [[True, False, False, True]]
    assert np.isfinite(thermal.values).all()
    assert thermal.known.tolist() == [1, 4]
    assert thermal.celsius is not None
    assert np.isnan(thermal.celsius).tolist() == [[False, True, True, False]]
