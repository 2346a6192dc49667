"""Ranges: what must hold for every one, and each against a loop of its rule."""

import json
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from clfnet.errors import ConfigError
from clfnet.thermal.range import (
    Agc,
    Auto,
    Full,
    Limits,
    Percentile,
    Range,
    equalised,
    least_span,
    limits_of,
    parse_range,
    spread,
)
from clfnet.thermal.values import Thermal, from_array

COUNTS = np.random.default_rng(0).normal(15000, 300, (40, 50)).astype(np.uint16)
SCENE = from_array(COUNTS, "a")
WARM = Thermal(COUNTS, "count", (COUNTS / 100 - 130).astype(np.float32))

ranges = st.sampled_from(
    [Auto(), Percentile(), Percentile(0, 100), Agc(), Agc(1.0), Agc(1e-9), Limits(-3, 7)]
)
arrays = st.one_of(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    hnp.arrays(np.uint16, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 9), st.integers(1, 9)),
        elements=st.floats(-(2.0**120), 2.0**120, width=32),
    ),
)


@given(values=arrays, choose=ranges)
@settings(deadline=None)
def test_every_range_keeps_order_and_stays_within(values: NDArray[Any], choose: Range) -> None:
    image, record = choose(from_array(values, "a"))
    assert image.shape == values.shape
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    order = np.argsort(values, axis=None, kind="stable")
    assert (np.diff(image.ravel()[order]) >= 0).all()
    json.dumps(record, allow_nan=False)


def test_full() -> None:
    levels = from_array(np.array([[0, 51, 255]], np.uint8), "a")
    image, record = Full()(levels)
    assert image.tolist() == [[0, pytest.approx(0.2), 1]]
    assert record == {"range": "full", "low": 0.0, "high": 255.0, "unit": "level"}
    deep = from_array(np.array([[0, 65535]], np.uint16), "a")
    assert Full()(deep).image.tolist() == [[0, 1]]
    unit = from_array(np.array([[0.25, 1.0]]), "a")
    assert Full()(unit).image.tolist() == [[0.25, 1]]
    with pytest.raises(
        ConfigError, match=r"`range` full must have floats in \[0, 1\], got -1 to 5"
    ):
        Full()(from_array(np.array([[-1.0, 5.0]]), "a"))


def test_percentile_records_what_it_used() -> None:
    image, record = Percentile(10, 90)(SCENE)
    ordered = np.sort(COUNTS, axis=None).astype(float)
    assert record["low"] == pytest.approx(ordered[200], abs=2)
    assert record["high"] == pytest.approx(ordered[1799], abs=2)
    assert (record["low_percentile"], record["unit"]) == (10, "count")
    assert (image == 0).mean() == pytest.approx(0.1, abs=0.01)
    assert (image == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_limits_of_counts_and_of_temperatures_agree() -> None:
    by_count = Limits(14000, 16000)(WARM)
    by_celsius = Limits(10, 30, "celsius")(WARM)
    np.testing.assert_allclose(by_count.image, by_celsius.image, atol=1e-5)
    assert by_celsius.record == {"range": "limits", "low": 10, "high": 30, "unit": "celsius"}
    with pytest.raises(ConfigError, match=r"must have temperatures, but the file holds counts"):
        Limits(10, 30, "celsius")(SCENE)


def test_auto_leaves_pictures_and_spreads_counts() -> None:
    levels = from_array(np.array([[60, 90]], np.uint8), "a")
    assert Auto()(levels).record["range"] == "full"
    assert Auto()(from_array(np.array([[0.2, 0.3]]), "a")).record["range"] == "full"
    assert Auto()(SCENE).record["range"] == "percentile"
    cold = from_array(np.array([[0.2, 0.3]]), "a", unit="celsius")
    assert Auto()(cold).record["range"] == "percentile"


@pytest.mark.parametrize("choose", [Percentile(), Agc()])
def test_one_value_is_grey(choose: Range) -> None:
    image, record = choose(from_array(np.full((3, 4), 15000, np.uint16), "a"))
    assert (image == 0.5).all()
    assert record["low"] == record["high"] == 15000


@pytest.mark.parametrize(
    ("array", "unit", "least"),
    [
        (np.array([[7000, 7005]], np.uint16), None, 64),
        (np.array([[20.0, 20.4]]), "celsius", 1),
        (np.array([[290.0, 290.4]]), None, 1),
    ],
)
def test_the_default_range_has_a_least_span(
    array: NDArray[Any], unit: Literal["celsius"] | None, least: float
) -> None:
    image, record = Auto()(from_array(array, "a", unit=unit))
    assert record["least_span"] == least
    assert image[0, 0] < 0.01
    assert image[0, 1] == pytest.approx((array[0, 1] - array[0, 0]) / least, abs=0.01)


def test_the_least_span_of_counts_with_temperatures_is_one_degree() -> None:
    counts = np.array([[1000, 1010]], np.uint16)  # 0.5 degrees apart
    found = Thermal(counts, "count", np.array([[20, 20.5]], np.float32))
    assert least_span(found) == pytest.approx(20)
    assert least_span(Thermal(counts, "count")) == 64


def test_a_flat_scene_is_dark_by_default() -> None:
    image, _ = Auto()(from_array(np.full((3, 4), 7000, np.uint16), "a"))
    assert (image == 0).all()


def test_no_data_does_not_count() -> None:
    values = np.linspace(10, 30, 400, dtype=np.float32).reshape(20, 20)
    holes = values.copy()
    holes[:10] = np.nan
    for choose in (Auto(), Percentile(), Agc()):
        low, high = (choose(from_array(holes, "a")).record[end] for end in ("low", "high"))
        assert 19.9 < float(low) < float(high) < 30.1


def test_a_small_spot_on_one_value_is_seen() -> None:
    values = np.full((100, 100), 15000, np.uint16)
    values[0, 0] = 16000
    assert limits_of(values, 0.5, 99.5) == (15000, 16000)
    assert Percentile()(from_array(values, "a")).image[0, 0] == 1


def test_no_temperature_is_as_cold_as_can_be() -> None:
    assert spread(np.array([np.nan, 20.0, 40.0]), 20, 40).tolist() == [0, 0, 1]


def _reference_equalised(values: NDArray[np.uint16], plateau: float) -> NDArray[np.float64]:
    """Bins of one count each: the share of lesser values, each value counted up to the plateau."""
    counted: dict[int, float] = {}
    for value in values.ravel().tolist():
        counted[value] = min(counted.get(value, 0) + 1, plateau * values.size)
    total = sum(counted.values())
    result = np.zeros(values.shape)
    for place in np.ndindex(values.shape):
        below = sum(count for other, count in counted.items() if other < values[place])
        result[place] = (below + counted[int(values[place])] / 2) / total
    return result


@pytest.mark.parametrize("plateau", [0.003, 0.02, 1.0])
def test_equalised_as_the_rule_says(plateau: float) -> None:
    values = np.random.default_rng(1).normal(1000, 40, (20, 20)).astype(np.uint16)
    found = equalised(values, plateau=plateau, step=0)
    np.testing.assert_allclose(found, _reference_equalised(values, plateau), atol=1e-6)


def test_a_plateau_takes_contrast_from_the_ground_and_gives_it_to_the_rest() -> None:
    ground = np.random.default_rng(2).normal(1000, 5, 9000)
    body = np.random.default_rng(3).uniform(1100, 1400, 1000)
    values = np.concatenate([ground, body]).round().astype(np.uint16).reshape(100, 100)

    def share_of_body(plateau: float) -> float:
        image = equalised(values, plateau=plateau, step=0)
        return float(np.ptp(image.ravel()[9000:]))

    shares = [share_of_body(plateau) for plateau in (1.0, 0.02, 0.003, 0.0005)]
    assert shares[0] < 0.12
    assert shares == sorted(shares)
    assert shares[-1] > 0.7


def test_a_flat_scene_stays_flat() -> None:
    values = np.random.default_rng(4).integers(15000, 15004, (50, 50)).astype(np.uint16)
    image = Agc()(from_array(values, "a")).image
    steps = np.unique(image)
    assert np.diff(steps).max() <= 12 / 255 + 1e-6
    assert (steps[0] + steps[-1]) / 2 == pytest.approx(0.5, abs=1e-6)
    celsius = 20 + (values - 15000) * np.float32(0.001)
    warm = Agc()(from_array(celsius, "a", unit="celsius")).image
    assert np.ptp(warm) <= 0.003 / 0.02 * 12 / 255 + 1e-6


def test_wide_counts_share_bins_evenly() -> None:
    values = np.linspace(0, 65535, 256 * 256).astype(np.uint16).reshape(256, 256)
    image = equalised(values, plateau=1.0, step=1.0)
    np.testing.assert_allclose(image, values / 65535, atol=2e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto", Auto()),
        ("full", Full()),
        ("Percentile", Percentile(0.5, 99.5)),
        ("percentile:1,99", Percentile(1, 99)),
        ("agc", Agc()),
        ("agc:0.02", Agc(0.02)),
        ("20000,24000", Limits(20000, 24000)),
        ("-5,5.5", Limits(-5, 5.5)),
        ("20C,40C", Limits(20, 40, "celsius")),
        ("-10c, 40 °C", Limits(-10, 40, "celsius")),
        ("-40C,-10C", Limits(-40, -10, "celsius")),
    ],
)
def test_texts_of_ranges(text: str, expected: Range) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be auto, full, percentile"),
        ("agcc", "must be auto"),
        ("full:1", "must be auto"),
        ("agc:", "must be auto"),
        ("agc:x", "must be auto"),
        ("percentile:1", "must be auto"),
        ("20C,40", "must be auto"),
        ("20", "must be auto"),
        ("1,2,3", "must be auto"),
        ("a,b", "must be auto"),
        ("40C,20C", "LOW < HIGH, got 40 and 20"),
        ("nan,5", "LOW < HIGH"),
        ("5,inf", "LOW < HIGH"),
        ("percentile:99,1", "LOW < HIGH ≤ 100, got 99 and 1"),
        ("percentile:-1,50", "LOW < HIGH"),
        ("percentile:nan,50", "LOW < HIGH"),
        ("agc:0", "plateau above 0 and at most 1, got 0"),
        ("agc:nan", "plateau above 0"),
    ],
)
def test_texts_that_are_no_range_are_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_range(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("text", ["auto", "full", "percentile", "agc", "0.2,0.7"])
def test_pointwise_ranges_map_parts_as_the_whole(text: str, dtype: type) -> None:
    values = np.random.default_rng(0).random((40, 40))
    thermal = from_array((values * (1 if dtype is np.float32 else 250)).astype(dtype), "a")
    chosen = parse_range(text)
    whole, record = chosen(thermal)
    corner, of_corner = chosen(thermal.part(np.s_[:9, :9]))
    equal = bool((corner == whole[:9, :9]).all()) and record == of_corner
    if chosen.is_pointwise(thermal):
        assert equal
    else:
        assert not equal or thermal.values.dtype == np.float32


@pytest.mark.parametrize(("highest", "wanted"), [(1.0, True), (1.5, False), (float("nan"), False)])
def test_floats_are_levels_pixel_by_pixel_where_none_is_out_of_range(
    highest: float, wanted: bool
) -> None:
    values = np.array([[0.0, 0.5, highest]], np.float32)
    thermal = Thermal(values, "level")
    assert parse_range("full").is_pointwise(thermal) == wanted
    assert parse_range("auto").is_pointwise(thermal) == wanted
