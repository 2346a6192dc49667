"""Differences between regions whose names may be hard to tell apart."""

import pytest

from clfnet.errors import InputError
from clfnet.thermal.difference import Difference
from clfnet.thermal.statistics import Statistics


def _of(low: float, mean: float, high: float) -> Statistics:
    return Statistics(low, mean, high, {}, (0, 0), (0, 0), 1)


STATISTICS = {
    "whole": _of(0, 20, 40),
    "a-b": _of(30, 33, 39),
    "c": _of(5, 7, 8),
    "b-c": _of(1, 2, 4),
}


@pytest.mark.parametrize(
    ("text", "kelvin"),
    [
        ("a-b-c", 33 - 7),
        ("c-whole", 7 - 20),
        ("a-b.max-c.min", 39 - 5),
        (" c.max - b-c.mean", 8 - 2),
        ("whole.min-whole.max", -40),
    ],
)
def test_kelvin(text: str, kelvin: float) -> None:
    assert Difference.parse(text, ["a-b", "c", "b-c"]).kelvin(STATISTICS) == kelvin


@pytest.mark.parametrize("text", ["", "c", "c-", "c-d", "c.top-a-b", "-"])
def test_what_names_others(text: str) -> None:
    with pytest.raises(InputError, match="`delta` must be A-B of named spots and boxes") as caught:
        Difference.parse(text, ["a-b", "c"])
    assert "whole, a-b, c" in str(caught.value)
