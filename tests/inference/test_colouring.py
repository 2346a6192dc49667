"""What a fused luma becomes."""

from typing import Any

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.inference.colouring import Colouring
from clfnet.method import FloatImage
from clfnet.thermal import Thermal


@pytest.fixture
def picture() -> FloatImage:
    return np.random.default_rng(0).random((5, 7, 3), np.float32)


def test_the_fused_luma_is_met(picture: FloatImage) -> None:
    fused = np.random.default_rng(1).random((5, 7), np.float32)
    for space in ("bt601", "linear"):
        colouring = Colouring(space)
        found = colouring.luma(colouring(picture, fused, fused))
        np.testing.assert_allclose(found, fused, atol=2e-6)


def test_grey_stays_grey_but_for_paint(picture: FloatImage) -> None:
    grey, fused = picture[..., 0], picture[..., 1]
    np.testing.assert_array_equal(Colouring()(grey, fused, grey), fused)
    assert Colouring(palette="ironbow")(grey, fused, grey).shape == (5, 7, 3)


@pytest.mark.parametrize(
    ("options", "share"),
    [
        ({}, 1.0),
        ({"strength": 0.25}, 0.25),
        ({"palette": "lava"}, 0.0),
        ({"palette": "lava", "strength": 1.0}, 1.0),
    ],
)
def test_strength_and_its_default(options: dict[str, Any], share: float) -> None:
    assert Colouring(**options).share == share


def _spot(warmth: float = 1.0) -> Thermal:
    """Levels of 0 but for one pixel; where it measures, 20 °C and so much more."""
    values = np.zeros((5, 7), np.float32)
    values[2, 3] = 1
    return Thermal(values, "count", 20 + warmth * values)


def _changed(colouring: Colouring, picture: FloatImage, thermal: Thermal) -> list[list[int]]:
    """Paint over a picture; return where that shows."""
    level = thermal.values.astype(np.float32)
    paint = colouring.paint(thermal, level)
    painted = colouring(picture, 1 - picture[..., 0], level, paint, thermal.celsius)
    assert painted.shape == (5, 7, 3)
    return np.argwhere(np.abs(painted - picture).max(axis=2) > 1e-6).tolist()


@pytest.mark.parametrize(
    ("hot", "warmth", "where"),
    [
        (None, 40.0, [[2, 3]]),
        (None, 3.1, [[2, 3]]),
        (None, 2.9, []),  # less than 3 K: nothing is hot by itself
        (0.5, 2.9, [[2, 3]]),  # but what is asked for is painted
        ("22C", 2.9, [[2, 3]]),
        ("22.9C", 2.9, []),
        ("60C", 41.0, [[2, 3]]),
        ("60C", 39.9, []),
    ],
)
def test_paint_goes_over_the_visible_picture(
    picture: FloatImage, hot: float | str | None, warmth: float, where: list[list[int]]
) -> None:
    assert _changed(Colouring(palette="ironbow", hot=hot), picture, _spot(warmth)) == where


def test_a_temperature_decides_whatever_the_range_shows(picture: FloatImage) -> None:
    """All levels are white, as in a range that ends below."""
    celsius = np.full((5, 7), 50, np.float32)
    celsius[1, 1], celsius[4, 6] = 61.5, np.nan
    thermal = Thermal(np.ones((5, 7), np.float32), "count", celsius)
    assert _changed(Colouring(palette="lava", hot="60C"), picture, thermal) == [[1, 1]]


def test_paint_rises_within_a_kelvin(picture: FloatImage) -> None:
    celsius = np.linspace(59.5, 61.5, 35, dtype=np.float32).reshape(5, 7)
    thermal = Thermal(np.ones((5, 7), np.float32), "count", celsius)
    colouring = Colouring(palette="whitehot", hot="60C")
    dark = np.zeros_like(picture)
    level = np.ones((5, 7), np.float32)
    painted = colouring(dark, dark[..., 0], level, colouring.paint(thermal, level), celsius)
    for row in range(5):
        for column in range(7):
            x = min(max(float(celsius[row, column]) - 60, 0), 1)
            assert painted[row, column, 0] == pytest.approx(3 * x**2 - 2 * x**3, abs=1e-5)


def test_a_temperature_of_what_does_not_measure() -> None:
    thermal = Thermal(np.zeros((5, 7), np.uint16), "count")
    with pytest.raises(ConfigError, match=r"`hot` in °C must have temperatures.* holds counts"):
        Colouring(palette="lava", hot="60C").paint(thermal, np.zeros((5, 7), np.float32))


@pytest.mark.parametrize(
    ("values", "unit", "why"),
    [
        ([7000, 7191], "count", "spans 191 counts, less than 192"),
        ([7000, 7192], "count", ""),
        ([0, 40], "level", ""),  # an image for the eye: nobody knows what its levels are
    ],
)
def test_what_does_not_measure_has_a_least_span_too(values: list[int], unit: Any, why: str) -> None:
    thermal = Thermal(np.array([values], np.uint16), unit)
    paint = Colouring(palette="lava").paint(thermal, np.array([[0, 1]], np.float32))
    assert paint is not None
    assert why in paint.why
    assert (paint.above == np.inf) == bool(why)


def test_what_is_said_of_paint() -> None:
    even, warm, level = _spot(2), _spot(9), _spot().values.astype(np.float32)
    plain = Colouring(palette="lava")
    strength, nothing = plain.notes(plain.paint(even, level))
    assert "(strength 0); --strength 1 paints over the fused image" in strength
    assert nothing.startswith("nothing was painted: the infrared image spans 2 K, less than 3,")
    assert plain.record(plain.paint(even, level))["painted"].keys() == {"on", "nothing"}
    whole = Colouring(palette="lava", strength=1.0)
    assert whole.notes(whole.paint(warm, level)) == []
    assert whole.record(whole.paint(warm, level))["painted"] == {
        "on": "fused",
        "above": 0.15,
        "unit": "level",
    }
    half = Colouring(palette="lava", strength=0.5, hot="60C")
    assert half.record(half.paint(warm, level))["painted"] == {
        "on": "visible and fused, blended",
        "above": 60.0,
        "unit": "celsius",
    }
    assert Colouring().paint(even, level) is None


def test_the_record() -> None:
    assert Colouring().record() == {"space": "bt601", "strength": 1.0}
    assert Colouring("linear", 0.5, "lava", 0.7).record() == {
        "space": "linear",
        "strength": 0.5,
        "palette": "lava",
        "hot": 0.7,
    }
