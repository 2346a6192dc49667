"""Hints at black-hot images, on real and made ones."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from clfnet.example import night_street
from clfnet.thermal import Thermal, read_thermal
from clfnet.thermal.polarity import looks_black_hot, skewness


def test_skewness_is_scipy_s() -> None:
    values = np.random.default_rng(0).gamma(2, 9, (40, 50)).astype(np.float32)
    assert skewness(values) == pytest.approx(float(stats.skew(values.ravel())), abs=1e-5)
    assert skewness(np.full((3, 3), 7, np.uint8)) == 0


def test_somebody_on_even_ground_and_the_negative() -> None:
    ground = np.random.default_rng(0).normal(60, 8, (80, 100))
    ground[30:50, 40:46] = 230
    street = ground.astype(np.uint8)
    assert not looks_black_hot(Thermal(street, "level"))
    assert looks_black_hot(Thermal(255 - street, "level"))
    assert not looks_black_hot(Thermal((255 - street).astype(np.uint16), "count"))


def test_a_bright_sky_tells_where_temperatures_are_many() -> None:
    infrared = night_street().infrared
    assert not looks_black_hot(Thermal(infrared, "level"))
    assert looks_black_hot(Thermal(255 - infrared, "level"))
    assert skewness(255 - infrared) > -1
    assert not looks_black_hot(Thermal(infrared[::-1], "level"))  # a warm ceiling


def test_nothing_is_said_of_a_scene_without_sky() -> None:
    even = np.random.default_rng(0).integers(0, 256, (60, 80), np.uint8)
    for levels in (even, 255 - even, np.zeros((5, 5), np.uint8), np.zeros((1, 1), np.uint8)):
        assert not looks_black_hot(Thermal(levels, "level"))


@pytest.mark.parametrize("folder", ["tno/test", "msrs", "roadscene/test"])
def test_real_ones(shared: Path, folder: str) -> None:
    files = sorted((shared / "data" / folder / "ir").iterdir())
    assert not [file.name for file in files if looks_black_hot(read_thermal(file))]
