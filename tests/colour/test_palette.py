"""Palettes: ends, order of lightness, and heat that can be read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clfnet.colour.luma import Float
from clfnet.colour.palette import PALETTES, hot, overlay, paint
from clfnet.errors import ConfigError

RAMP: Float = np.linspace(0, 1, 256, dtype=np.float32)
UNIT = st.floats(0, 1, width=32)
HEAT = arrays(np.float32, (4, 5), elements=UNIT)
RISING = ("ironbow", "whitehot", "lava", "arctic", "green")


def _reference_lightness(rgb: Float) -> NDArray[np.float64]:
    """L* of CIELAB."""
    v = rgb.astype(np.float64)
    light = np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)
    y = light @ np.array([0.2126, 0.7152, 0.0722])
    lightness: NDArray[np.float64] = np.where(
        y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27
    )
    return lightness


@pytest.mark.parametrize("name", PALETTES)
def test_colours(name: str) -> None:
    colours = paint(name, RAMP)
    assert colours.shape == (256, 3)
    assert colours.dtype == np.float32
    assert (colours.min() >= 0, colours.max() <= 1) == (True, True)
    assert np.abs(np.diff(colours, axis=0)).max() < 0.05  # no edge that the heat does not have
    assert len(np.unique(np.rint(colours * 255), axis=0)) > 200
    ends = ["".join(f"{round(float(c) * 255):02x}" for c in colours[end]) for end in (0, -1)]
    assert ends == [PALETTES[name][0], PALETTES[name][-1]]


@pytest.mark.parametrize("name", RISING)
def test_hotter_is_lighter(name: str) -> None:
    assert (np.diff(_reference_lightness(paint(name, RAMP))) > 0).all()


def test_blackhot_is_darker_where_it_is_hot() -> None:
    np.testing.assert_allclose(paint("blackhot", RAMP), 1 - paint("whitehot", RAMP), atol=1e-7)


def test_rainbow_runs_from_blue_over_green_to_red() -> None:
    cold, middle, hot = paint("rainbow", np.array([0.1, 0.5, 1], np.float32))
    assert [int(c.argmax()) for c in (cold, middle, hot)] == [2, 1, 0]


@given(arrays(np.float32, (3, 4), elements=st.floats(0, 1, width=32)))
def test_whitehot_is_the_thermal_picture(heat: Float) -> None:
    np.testing.assert_allclose(paint("whitehot", heat), np.repeat(heat[..., None], 3, 2), atol=1e-6)


@pytest.mark.parametrize("name", ["ironbow", "lava"])
def test_the_grey_version_is_the_thermal_picture(name: str) -> None:
    np.testing.assert_allclose(paint(name, RAMP) @ [0.299, 0.587, 0.114], RAMP, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "hint"), [("ironbw", "Did you mean `ironbow`"), ("x", r"got 'x'\. Choose one\.$")]
)
def test_unknown(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        paint(name, RAMP)


# Hot areas over an image


def _street(persons: int, seed: int = 0) -> Float:
    """Noise about 0.2 and some bright blocks of 4 by 8 pixels."""
    heat = np.random.default_rng(seed).normal(0.2, 0.02, (80, 100))
    for number in range(persons):
        heat[20:28, 10 + 8 * number : 14 + 8 * number] = 0.8
    return np.clip(heat, 0, 1).astype(np.float32)


@pytest.mark.parametrize("persons", [1, 5, 10])
def test_people_are_hot_and_the_street_is_not(persons: int) -> None:
    heat = _street(persons)
    assert (heat > hot(heat)).sum() == persons * 32


def test_nothing_is_hot_where_all_is_alike() -> None:
    for heat in (_street(0), np.full((9, 9), 0.7, np.float32), np.full((9, 9), 1, np.float32)):
        assert not (heat > hot(heat)).any()


def test_many_temperatures_the_hottest_share_is_hot() -> None:
    heat = np.linspace(0, 1, 10_000, dtype=np.float32).reshape(100, 100)
    assert (heat > hot(heat)).mean() == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize("kind", ["grey", "colour"])
def test_cold_is_the_picture_hot_the_palette(kind: str) -> None:
    rng = np.random.default_rng(0)
    picture = rng.random((80, 100) if kind == "grey" else (80, 100, 3), np.float32)
    heat = _street(3)
    found = overlay(picture, heat, "ironbow")
    assert found.shape == (80, 100, 3)
    assert found.dtype == np.float32
    person = heat > 0.5
    np.testing.assert_array_equal(found[person], paint("ironbow", heat)[person])
    base = np.broadcast_to(np.atleast_3d(picture), found.shape)
    np.testing.assert_array_equal(found[~person], base[~person])


@given(HEAT, UNIT, UNIT, st.sampled_from(sorted(PALETTES)))
@settings(deadline=None)
def test_it_stays_between_picture_and_paint(
    heat: Float, threshold: float, strength: float, palette: str
) -> None:
    picture = np.full((4, 5, 3), 0.4, np.float32)
    found = overlay(picture, heat, palette, threshold=threshold, strength=strength)
    colours = paint(palette, heat)
    assert (found >= np.minimum(picture, colours) - 1e-6).all()
    assert (found <= np.maximum(picture, colours) + 1e-6).all()
    cold = heat <= threshold
    np.testing.assert_array_equal(found[cold], picture[cold])
    np.testing.assert_array_equal(overlay(picture, heat, palette, strength=0), picture)


def test_opacity_rises_smoothly() -> None:
    heat = np.linspace(0, 1, 1001, dtype=np.float32)[None]
    black = np.zeros((1, 1001), np.float32)
    opacity = overlay(black, heat, "whitehot", threshold=0.5)[0, 1:, 0] / heat[0, 1:]
    assert (np.diff(opacity) >= -1e-6).all()
    assert np.diff(opacity).max() < 0.02
    assert opacity[549] == pytest.approx(0.5, abs=1e-3)  # at 0.55


@pytest.mark.parametrize("threshold", [0.9, 1])
def test_high_thresholds(threshold: float) -> None:
    heat = np.array([[0.5, 1]], np.float32)
    found = overlay(np.zeros((1, 2), np.float32), heat, "whitehot", threshold=threshold)
    assert found[0, :, 0].tolist() == [0, threshold < 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"palette": "pink"}, "`palette` must be one of ironbow"),
        ({"threshold": 1.5}, r"`threshold` must be in \[0, 1\], got 1.5"),
        ({"threshold": float("nan")}, "got nan"),
        ({"strength": -1}, "`strength` must be"),
    ],
)
def test_bad_values(arguments: dict[str, float], message: str) -> None:
    picture = np.zeros((2, 2), np.float32)
    with pytest.raises(ConfigError, match=message):
        overlay(picture, picture, **{"palette": "ironbow", **arguments})  # type: ignore[arg-type]
