"""Isotherms, pixel by pixel."""

import math

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.thermal.isotherm import Isotherm

CELSIUS = np.array([[10, 39.99, 40], [60, 60.01, np.nan]], np.float32)


@pytest.mark.parametrize(
    ("given", "held", "text"),
    [
        ({"above": "40C"}, [[0, 0, 1], [1, 1, 0]], "above 40 °C"),
        ({"below": "40"}, [[1, 1, 1], [0, 0, 0]], "below 40 °C"),
        ({"between": "40 °C, 60C"}, [[0, 0, 1], [1, 0, 0]], "40 to 60 °C"),
        ({"between": "-5,10"}, [[1, 0, 0], [0, 0, 0]], "-5 to 10 °C"),
    ],
)
def test_what_it_holds(given: dict[str, str], held: list[list[int]], text: str) -> None:
    found = Isotherm.parse(**given)
    assert found is not None
    np.testing.assert_array_equal(found.holds(CELSIUS), np.array(held, bool))
    assert found.share(CELSIUS) == sum(map(sum, held)) / 5
    assert str(found) == text


def test_none() -> None:
    assert Isotherm.parse() is None
    assert Isotherm(1, 2).share(np.full((1, 1), np.nan, np.float32)) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"above": "hot"}, "`above` must be in °C, e.g. 60C, got 'hot'"),
        ({"above": "inf"}, "`above` must be in °C"),
        ({"between": "40C"}, "`between` must be in °C, e.g. 40C,60C, got .40C"),
        ({"between": "60C,40C"}, "LOW < HIGH, got 60 and 40"),
        ({"between": "1,2,3"}, "`between` must be in °C"),
        ({"above": "1", "below": "2"}, "`above` and `below` must not be given together"),
    ],
)
def test_what_is_no_isotherm(given: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Isotherm.parse(**given)


def test_limits_that_are_no_numbers() -> None:
    with pytest.raises(ConfigError, match="LOW < HIGH"):
        Isotherm(math.nan, 3)
