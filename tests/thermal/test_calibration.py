"""Counts by points that a user measured."""

from itertools import pairwise

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.thermal.calibration import Calibration
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.read import numbers, stated
from clfnet.thermal.values import Thermal


def _naive(count: float, points: list[tuple[float, float]]) -> float:
    """The line through the two points around a count, or through the outermost two."""
    pairs = [*pairwise(points)]
    (x0, y0), (x1, y1) = next((pair for pair in pairs if count <= pair[1][0]), pairs[-1])
    return y0 + (y1 - y0) * (count - x0) / (x1 - x0)


@pytest.mark.parametrize("points", [[(7000, 20), (9000, 60)], [(0, 5), (10, 0), (300, -90)]])
def test_lines_between_points(points: list[tuple[float, float]]) -> None:
    text = ",".join(f"{count}={celsius}C" for count, celsius in reversed(points))
    counts = np.array([[0, 5, 10, 11, 299, 300, 301, 7000, 8000, 9000, 65535]], np.uint16)
    found = Calibration.parse(text).celsius(counts)
    assert found.dtype == np.float32
    expected = [_naive(float(count), points) for count in counts[0]]
    np.testing.assert_allclose(found[0], expected, rtol=1e-6, atol=1e-5)


def test_counts_beyond_are_said() -> None:
    counts = np.array([[6000, 7000, 8000, 9000]], np.uint16)
    options = ThermalOptions(calibration="7000=20C,9000=60C")
    thermal = stated(numbers(counts, "a"), options, "a")
    assert thermal.celsius is not None
    np.testing.assert_allclose(thermal.celsius, [[0, 20, 40, 60]])
    assert thermal.notes == (
        "25 % of the pixels are beyond the calibration of 7000 to 9000 counts; their temperatures "
        "are continued from it",
    )
    assert not stated(numbers(counts[:, 1:], "a"), options, "a").notes


def test_no_data_has_no_temperature() -> None:
    data = np.array([[True, False]])
    counts = Thermal(np.array([[7000, 7000]], np.uint16), "count", data=data)
    found = stated(counts, ThermalOptions(calibration="7000=20C,9000=60C"), "a").celsius
    np.testing.assert_array_equal(found, np.array([[20, np.nan]], np.float32))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be COUNT=CELSIUS"),
        ("7000=20C", "two or more different counts"),
        ("7000=20C,7000=60C", "two or more different counts"),
        ("1=20C,2=30C,3=25C", "all rise or all fall"),
        ("1=20C,2=nan", "must be COUNT=CELSIUS"),
        ("1=20C,x=30C", "must be COUNT=CELSIUS"),
        ("nan=20C,1=30C", "two or more different counts"),
    ],
)
def test_what_is_no_calibration(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ThermalOptions(calibration=text)


def test_levels_and_temperatures_are_no_counts() -> None:
    options = ThermalOptions(calibration="0=20C,255=60C")
    levels = numbers(np.array([[0, 255]], np.uint8), "a")
    with pytest.raises(ConfigError, match=r"a holds levels of brightness. .*--unit counts"):
        stated(levels, options, "a")
    counted = stated(levels, ThermalOptions(unit="counts", calibration="0=20C,255=60C"), "a")
    assert counted.celsius is not None
    np.testing.assert_allclose(counted.celsius, [[20, 60]])
    warm = Thermal(np.zeros((1, 1), np.float32), "celsius", np.zeros((1, 1), np.float32))
    with pytest.raises(ConfigError, match="a holds temperatures"):
        stated(warm, options, "a")


def test_one_of_two_says_what_a_count_is() -> None:
    with pytest.raises(ConfigError, match="`kelvin_per_count` must not be given with `calib"):
        ThermalOptions(kelvin_per_count=0.01, calibration="0=20C,255=60C")
    with pytest.raises(ConfigError, match="`calibration` must not be given with `unit` kelvin"):
        ThermalOptions(unit="kelvin", calibration="0=20C,255=60C")
