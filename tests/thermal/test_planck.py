"""Temperatures, against the way of the radiance written forward."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clfnet.thermal.planck import Planck, black_body, celsius

CAMERA = Planck(r1=17837.5, b=1450.4, f=1.0, o=-1143.0, r2=0.012333)


def _reference_counts(kelvin: float, p: Planck) -> float:
    """Object → half the air → window → half the air → sensor."""
    t = p.air - 273.15
    water = p.humidity * math.exp(1.5587 + 6.939e-2 * t - 2.7816e-4 * t**2 + 6.8455e-7 * t**3)
    passed = [
        math.exp(-math.sqrt(p.distance / 2) * (alpha + beta * math.sqrt(water)))
        for alpha, beta in ((p.alpha1, p.beta1), (p.alpha2, p.beta2))
    ]
    air = p.x * passed[0] + (1 - p.x) * passed[1]

    def seen(temperature: float) -> float:
        return p.r1 / (p.r2 * (math.exp(p.b / temperature) - p.f)) - p.o

    ray = p.emissivity * seen(kelvin) + (1 - p.emissivity) * seen(p.reflected)
    ray = air * ray + (1 - air) * seen(p.air)
    ray = p.transmission * ray + (1 - p.transmission) * seen(p.window)
    return air * ray + (1 - air) * seen(p.air)


@given(
    kelvin=st.floats(260, 440),
    emissivity=st.floats(0.3, 1),
    distance=st.floats(0, 100),
    transmission=st.floats(0.5, 1),
    humidity=st.floats(0, 1),
    around=st.floats(260, 310),
)
def test_undoes_the_way_of_the_radiance(
    kelvin: float,
    emissivity: float,
    distance: float,
    transmission: float,
    humidity: float,
    around: float,
) -> None:
    planck = replace(
        CAMERA,
        emissivity=emissivity,
        distance=distance,
        transmission=transmission,
        humidity=humidity,
        reflected=around,
        air=around - 3,
        window=around + 7,
    )
    count = _reference_counts(kelvin, planck)
    assert planck.is_usable()
    low, high = celsius(np.array([math.floor(count), math.ceil(count)], np.uint16), planck)
    assert low - 1e-3 <= kelvin - 273.15 <= high + 1e-3


def test_a_black_body_close_by() -> None:
    count = round(black_body(300.0, CAMERA))
    assert celsius(np.array([count], np.uint16), CAMERA) == pytest.approx(26.85, abs=0.01)


def test_greater_counts_are_warmer_and_those_of_nothing_are_nan() -> None:
    counts = np.arange(0, 65536, 7, dtype=np.uint16)
    found = celsius(counts, replace(CAMERA, o=-7000.0, emissivity=0.9, distance=3.0))
    known = np.isfinite(found)
    assert found.dtype == np.float32
    assert np.isnan(found[0])
    assert known[-1]
    assert (np.diff(found[known]) > 0).all()
    assert (np.diff(known.astype(int)) >= 0).all()
    assert found[known].min() > -273.15


@pytest.mark.parametrize(
    "change",
    [
        {"r1": 0.0},
        {"b": math.nan},
        {"r2": math.inf},
        {"emissivity": 0.0},
        {"emissivity": 1.2},
        {"transmission": 0.0},
        {"humidity": 5.0},
        {"distance": -1.0},
        {"air": 0.0},
        {"distance": 1e9},
        {"distance": 1.0, "alpha1": -1e9},
        {"b": 1e9},
        {"f": math.exp(1450.4 / 293.15)},
        {"humidity": 1.0, "air": 4999.0, "distance": 1.0},
    ],
    ids=str,
)
def test_what_no_camera_has_is_not_usable(change: dict[str, float]) -> None:
    assert not replace(CAMERA, **change).is_usable()
