"""Statistics of temperatures, by loops over pixels."""

import math

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.io.box import Box
from clfnet.io.regions import Region
from clfnet.thermal.statistics import statistics_of, summary


@pytest.fixture
def celsius() -> np.ndarray:
    image = np.random.default_rng(0).normal(30, 9, (13, 19)).astype(np.float32)
    image[2, 3] = image[5, 11] = np.nan
    return image


def _percentile(values: list[float], percent: float) -> float:
    place = (len(values) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


@pytest.mark.parametrize("box", [(0, 0, 19, 13), (2, 1, 12, 6), (7, 4, 1, 1)])
def test_statistics(celsius: np.ndarray, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    pixels = {
        (column, row): float(celsius[row, column])
        for row in range(y, y + height)
        for column in range(x, x + width)
        if not math.isnan(celsius[row, column])
    }
    found = statistics_of(celsius, Region("a", Box(*box)), (10, 50, 90))
    values = sorted(pixels.values())
    assert found.minimum == values[0] == pixels[found.coldest]
    assert found.maximum == values[-1] == pixels[found.hottest]
    assert found.mean == pytest.approx(math.fsum(values) / len(values), abs=1e-9)
    assert found.pixels == len(values)
    for percent in (10, 50, 90):
        assert found.percentiles[percent] == pytest.approx(_percentile(values, percent))


def test_the_whole_is_the_default(celsius: np.ndarray) -> None:
    assert statistics_of(celsius) == statistics_of(celsius, Region("all", Box(0, 0, 19, 13)))


def test_a_region_without_a_temperature(celsius: np.ndarray) -> None:
    with pytest.raises(InputError, match="hole must have a temperature"):
        statistics_of(celsius, Region("hole", Box(3, 2)))


def test_a_region_outside(celsius: np.ndarray) -> None:
    with pytest.raises(InputError, match="inside the 19x13 image"):
        statistics_of(celsius, Region("far", Box(19, 0)))


def test_a_mean_of_many_pixels_is_not_off_by_float32() -> None:
    image = np.full((2000, 1500), 20.1, np.float32)
    assert statistics_of(image).mean == pytest.approx(float(np.float32(20.1)), abs=1e-9)


def test_summary(celsius: np.ndarray) -> None:
    found = statistics_of(celsius)
    expected = {"min": found.minimum, "mean": found.mean, "max": found.maximum}
    assert summary(celsius) == {name: round(value, 2) for name, value in expected.items()}
    assert summary(np.full((2, 2), np.nan, np.float32)) == {}
