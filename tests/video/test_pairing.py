"""Pairs by time, against a search of all frames."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clfnet.video.frames import Frame
from clfnet.video.pairing import NearestPairs, NewestPairs

PIXELS = np.zeros((1, 1), np.uint8)


def frames(times: list[float]) -> list[Frame]:
    return [Frame(time, PIXELS) for time in times]


def regular(rate: float | Fraction, number: int, start: float = 0.0) -> list[float]:
    return [start + float(i / Fraction(rate)) for i in range(number)]


def paired(
    infrared: list[float], visible: list[float], *, offset: float = 0.0, period: float
) -> tuple[NearestPairs, list[tuple[float, float]]]:
    pairs = NearestPairs(frames(infrared), frames(visible), offset=offset, period=period)
    return pairs, [(heat.time, light.time) for heat, light in pairs]


def _reference(
    infrared: list[float], visible: list[float], offset: float, period: float
) -> list[tuple[float, float]]:
    """Every visible frame against every infrared frame."""
    found = []
    for light in visible:
        time = light - offset
        if infrared[0] - period / 2 <= time < infrared[-1] + period:
            found.append((min(infrared, key=lambda heat: (abs(heat - time), heat)), light))
    return found


milliseconds = st.lists(st.integers(1, 400), min_size=1, max_size=30).map(
    lambda gaps: [float(t) / 1000 for t in np.cumsum(gaps) - gaps[0]]
)


@given(milliseconds, milliseconds, st.integers(-3000, 3000), st.integers(10, 200))
def test_equals_a_search_of_all_frames(
    infrared: list[float], visible: list[float], offset: int, period: int
) -> None:
    # Times a third of a millisecond apart from any middle and any end: nothing hangs on rounding.
    shift = offset / 1000 + 0.0002
    _, found = paired(infrared, visible, offset=shift, period=period / 1000)
    assert found == _reference(infrared, visible, shift, period / 1000)


def test_29_97_and_9_frames_per_second() -> None:
    ntsc = Fraction(30000, 1001)
    pairs, found = paired(regular(9, 90), regular(ntsc, 300), period=1 / 9)
    assert len(found) == pairs.count == 300  # both last ten seconds
    assert len({heat for heat, _ in found}) == 90
    assert (pairs.repeated, pairs.dropped) == (210, 0)
    assert pairs.largest_lag == pytest.approx(1 / 18, abs=0.01) or pairs.largest_lag < 1 / 9


def test_faster_infrared_is_dropped() -> None:
    pairs, found = paired(regular(60, 120), regular(30, 60), period=1 / 60)
    assert [heat for heat, _ in found] == [light for _, light in found]
    assert (pairs.count, pairs.repeated, pairs.dropped) == (60, 0, 59)


@pytest.mark.parametrize(("offset", "first"), [(0.4, (0.0, 0.4)), (-0.4, (0.4, 0.0))])
def test_a_positive_offset_means_that_the_infrared_began_later(
    offset: float, first: tuple[float, float]
) -> None:
    pairs, found = paired(regular(10, 20), regular(10, 20), offset=offset, period=0.1)
    assert found[0] == pytest.approx(first)
    assert len(found) == 16
    assert (pairs.repeated, pairs.dropped) == (0, 0)
    assert pairs.largest_lag < 1e-9


def test_a_gap_is_bridged_and_told() -> None:
    infrared = [0.0, 0.1, 2.0, 2.1]
    pairs, found = paired(infrared, regular(10, 22), period=0.1)
    assert [heat for heat, _ in found] == [0.0] + 10 * [0.1] + 10 * [2.0] + [2.1]
    assert pairs.largest_lag == pytest.approx(0.9)


def test_nothing_overlaps() -> None:
    assert paired(regular(10, 5), regular(10, 5), offset=9.0, period=0.1)[1] == []
    assert paired(regular(10, 5), regular(10, 5), offset=-9.0, period=0.1)[1] == []
    assert paired([], regular(10, 5), period=0.1)[1] == []
    assert paired(regular(10, 5), [], period=0.1)[1] == []


def test_reads_no_further_than_it_must() -> None:
    taken = {"infrared": 0, "visible": 0}

    def endless(kind: str, rate: int) -> Iterator[Frame]:
        for index in count():
            taken[kind] += 1
            yield Frame(index / rate, PIXELS)

    pairs = NearestPairs(endless("infrared", 10), endless("visible", 30), period=0.1)
    list(islice(pairs, 300))
    assert taken["visible"] == 300
    assert taken["infrared"] <= 102
    short = NearestPairs(frames(regular(10, 3)), endless("visible", 10), period=0.1)
    assert len(list(short)) == 3
    assert taken["visible"] == 304


def test_newest_takes_what_is_there() -> None:
    heat = frames([0.0, 1.0])
    answers = iter([heat[0], heat[0], heat[1], None])
    pairs = NewestPairs(lambda: next(answers), frames([0.0, 0.1, 0.2, 0.3]))
    assert [(a.time, b.time) for a, b in pairs] == [(0.0, 0.0), (0.0, 0.1), (1.0, 0.2)]
    assert (pairs.count, pairs.repeated) == (3, 1)
