import numpy as np
import pytest

from clfnet.inference.parts import is_pointwise, part
from clfnet.thermal import Thermal, from_array, parse_range


def test_a_part_keeps_unit_and_temperatures() -> None:
    celsius = np.arange(20, dtype=np.float32).reshape(4, 5)
    taken = part(Thermal(celsius + 1, "celsius", celsius), np.s_[1:3, 2:])
    assert taken.unit == "celsius"
    assert taken.values.tolist() == [[8, 9, 10], [13, 14, 15]]
    assert taken.celsius is not None
    assert taken.celsius.tolist() == [[7, 8, 9], [12, 13, 14]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("text", ["auto", "full", "percentile", "agc", "0.2,0.7"])
def test_pointwise_ranges_map_parts_as_the_whole(text: str, dtype: type) -> None:
    values = np.random.default_rng(0).random((40, 40))
    thermal = from_array((values * (1 if dtype is np.float32 else 250)).astype(dtype), "a")
    chosen = parse_range(text)
    whole, record = chosen(thermal)
    corner, of_corner = chosen(part(thermal, np.s_[:9, :9]))
    equal = bool((corner == whole[:9, :9]).all()) and record == of_corner
    if is_pointwise(chosen, thermal):
        assert equal
    else:
        assert not equal or thermal.values.dtype == np.float32
