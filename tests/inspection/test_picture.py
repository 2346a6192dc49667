"""Images with a scale: colours, marks and ticks are where and what they should be."""

from collections.abc import Callable
from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clfnet.colour import paint
from clfnet.errors import ConfigError
from clfnet.inspection import Look, Measured, draw
from clfnet.inspection.picture import draw_visible, ticks
from clfnet.io.labels import GROUND
from clfnet.thermal.isotherm import Isotherm

Measure = Callable[..., Measured]
SCALE, EDGE = 20, 16  # 32 pixels become 640; the gap around them


def _colour(celsius: float, low: float, high: float, palette: str = "ironbow") -> np.ndarray:
    level = np.array([(celsius - low) / (high - low)], np.float32).clip(0, 1)
    return np.asarray(np.rint(255 * paint(palette, level)[0]))


def _at(picture: np.ndarray, x: int, y: int) -> np.ndarray:
    """The colour in the middle of a pixel of the thermal image, drawn on paper."""
    return np.asarray(picture[y * SCALE + SCALE // 2, x * SCALE + SCALE // 2], float)


def test_colours_are_the_palette_s(measured: Measure, celsius: np.ndarray) -> None:
    look = Look("lava", "20C,80C", light=True)
    picture = draw(measured(), look)
    for x, y in ((8, 5), (25, 20), (14, 14)):  # inner parts of even areas
        around = celsius[y - 1 : y + 2, x - 1 : x + 2]
        ends = [_colour(float(end), 20, 80, "lava") for end in (around.min(), around.max())]
        assert (_at(picture, x, y) >= np.minimum(*ends) - 2).all()
        assert (_at(picture, x, y) <= np.maximum(*ends) + 2).all()
    assert picture[20 * SCALE + 20, 3 * SCALE + 20].tolist() == [44, 47, 54]  # no temperature
    assert draw(measured(), Look("lava", "20C,80C"))[0, 0].tolist() == [*GROUND]


def test_the_isotherm_is_in_colour_and_the_rest_grey(
    measured: Measure, celsius: np.ndarray
) -> None:
    picture = draw(measured(isotherm=Isotherm(low=60.0)), Look(light=True))
    inside, outside = _at(picture, 8, 5), _at(picture, 14, 14)
    assert np.ptp(outside) == 0
    low, high = np.nanmin(celsius), np.nanmax(celsius)
    np.testing.assert_allclose(inside, _colour(77.25, low, high), atol=2)
    rim = picture[4 * SCALE - 12 : 4 * SCALE + 12, 8 * SCALE].astype(int)
    assert (rim.min(axis=1) == 255).any()  # a white line between


def test_marks_are_where_they_are_measured(measured: Measure) -> None:
    plain = draw(measured(), Look(light=True))
    spot = draw(measured(spots=["a=16,12"]), Look(light=True))
    rows, columns = np.nonzero((spot != plain).any(axis=2))
    assert rows.min() > 10 * SCALE
    assert columns.min() > 14 * SCALE
    middle = (slice(12 * SCALE + 8, 12 * SCALE + 12), slice(16 * SCALE + 8, 16 * SCALE + 12))
    np.testing.assert_array_equal(spot[middle], plain[middle])  # the pixel itself stays open
    box = draw(measured(boxes=["b=10,12,6,4"]), Look(light=True))
    changed = (box != plain).any(axis=2)
    assert changed[12 * SCALE, 10 * SCALE : 16 * SCALE].all()
    assert changed[12 * SCALE : 16 * SCALE, 10 * SCALE].all()
    assert not changed[13 * SCALE : 15 * SCALE, 11 * SCALE : 15 * SCALE].any()


def test_the_scale_is_the_palette_from_high_to_low(measured: Measure) -> None:
    picture = draw(measured(), Look("whitehot", "20C,80C", light=True))
    bar = picture[:, 640 + 40]
    column = next(
        picture[60:470, x, 0].astype(int)
        for x in range(650, picture.shape[1])
        if len(np.unique(picture[60:470, x, 0])) > 200
    )
    assert (np.diff(column) <= 0).all()
    assert column[0] > 235 > 20 > column[-1]
    assert bar.shape[1] == 3


@given(st.floats(-50, 900), st.floats(0.05, 1500))
def test_ticks_are_round_and_inside(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert 3 <= len(found) <= 10
    assert low - 1e-6 * span <= found[0]
    assert found[-1] <= low + span * (1 + 1e-6)
    steps = np.diff(found)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)
    first = steps[0] / 10 ** np.floor(log10(steps[0]) + 1e-6)
    assert min(abs(first - each) for each in (1, 2, 5)) < 1e-3


@pytest.mark.parametrize("chosen", ["full", "agc", "7000,8000"])
def test_a_scale_in_celsius_needs_a_linear_range(chosen: str) -> None:
    with pytest.raises(ConfigError, match="`range` must be auto, percentile:LOW,HIGH or LOWC"):
        Look(thermal_range=chosen)


def test_unknown_palette() -> None:
    with pytest.raises(ConfigError, match="Did you mean `ironbow`"):
        Look("ironbew")


def test_an_even_image_has_a_scale_of_a_kelvin(measured: Measure) -> None:
    found = measured()
    found.reading.celsius[:] = 21.5
    low, high = Look().limits(found)
    assert high - low == pytest.approx(1.0)
    draw(found)


def test_marks_on_the_visible_image(flir_measured: Measured) -> None:
    """Infrared pixels are 2 visible ones wide, from 10 + 2 and 7 - 1 on (zoom 1.25 of 80 by 60)."""
    visible = flir_measured.reading.visible
    assert visible is not None
    marked = draw_visible(flir_measured, visible.pixels)  # type: ignore[arg-type]
    changed = (marked != visible.pixels).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert abs(int(columns.min()) - 10) <= 2
    assert abs(int(columns.max()) - 74) <= 2
    assert abs(int(rows.min()) - 5) <= 2
    assert abs(int(rows.max()) - 53) <= 2
    flir_measured.reading.__dict__["alignment"] = None
    np.testing.assert_array_equal(
        draw_visible(flir_measured, visible.pixels),  # type: ignore[arg-type]
        visible.pixels,
    )
