"""What a user knows better than the camera, against the way of the radiance written forward."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.read import numbers, read_thermal, stated
from clfnet.thermal.surroundings import Surroundings


def _forward(kelvin: float, *, e: float, t: float, d: float, h: float, air: float) -> float:
    """Counts of the made camera of tests for an object, with window and its temperature as there.

    R. P. Tattersall, Thermimage: `temp2raw`; Minkina and Dudzik 2009.
    """
    r1, b, f, o, r2 = 17837.5, 1450.4, 1.0, -1143.0, 0.012333
    water = h / 100 * math.exp(1.5587 + 6.939e-2 * air - 2.7816e-4 * air**2 + 6.8455e-7 * air**3)
    root, damp = math.sqrt(d / 2), math.sqrt(water)
    tau = 1.9 * math.exp(-root * (0.006569 - 0.002276 * damp))
    tau -= 0.9 * math.exp(-root * (0.01262 - 0.00667 * damp))

    def seen(at: float) -> float:
        return r1 / (r2 * (math.exp(b / at) - f)) - o

    object_ray = e * seen(kelvin) + (1 - e) * seen(t + 273.15)
    half = tau * object_ray + (1 - tau) * seen(air + 273.15)
    return tau * half + (1 - tau) * seen(air + 273.15)


@pytest.mark.parametrize("celsius", [-15.0, 21.0, 95.0])
@pytest.mark.parametrize(
    ("e", "t", "d", "h", "air"), [(0.6, -40, 0, 50, 20), (0.95, 35, 80, 95, 31), (1, 20, 9, 0, -8)]
)
def test_each_is_used(
    tmp_path: Path, fff_block: Callable[..., bytes], celsius: float, e: float, t: float, d: float,
    h: float, air: float,
) -> None:  # fmt: skip
    count = _forward(celsius + 273.15, e=e, t=t, d=d, h=h, air=air)
    path = tmp_path / "a.fff"
    around = np.array([[math.floor(count), math.ceil(count)]], np.uint16)
    path.write_bytes(fff_block(around))
    options = ThermalOptions(surroundings=Surroundings(e, t, d, h, air))
    thermal = read_thermal(path, options)
    assert thermal.celsius is not None
    low, high = thermal.celsius[0]
    assert low - 1e-3 <= celsius <= high + 1e-3
    assert thermal.planck is not None
    assert (thermal.planck.emissivity, thermal.planck.distance) == (e, d)


def test_what_is_not_given_is_the_camera_s(
    tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts))
    recorded = read_thermal(path)
    same = read_thermal(path, ThermalOptions(surroundings=Surroundings(emissivity=0.95)))
    assert recorded.celsius is not None
    assert same.celsius is not None
    np.testing.assert_allclose(same.celsius, recorded.celsius, atol=1e-4)
    less = read_thermal(path, ThermalOptions(surroundings=Surroundings(emissivity=0.5)))
    assert less.celsius is not None
    assert less.celsius.max() > recorded.celsius.max() + 3  # warmer than what it reflects


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"emissivity": 0}, "`emissivity` must be above 0 and at most 1, got 0"),
        ({"emissivity": 1.1}, "`emissivity` must be above 0"),
        ({"reflected": -200}, "`reflected` must be in"),
        ({"distance": -1}, "`distance` must be in"),
        ({"humidity": 101}, "`humidity` must be in"),
        ({"atmosphere": math.nan}, "`atmosphere` must be in"),
    ],
)
def test_what_is_out_of_range(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Surroundings(**given)


def test_files_without_constants_refuse_them() -> None:
    options = ThermalOptions(surroundings=Surroundings(distance=3.0))
    with pytest.raises(ConfigError, match="`distance` must be given for a radiometric file of FL"):
        stated(numbers(np.array([[7000, 8000]], np.uint16), "a"), options, "a")


def test_air_that_lets_nothing_through(
    tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts))
    options = ThermalOptions(surroundings=Surroundings(distance=10000, humidity=100, atmosphere=99))
    with pytest.raises(ConfigError, match="must let some radiance through"):
        read_thermal(path, options)
