"""Turns, samples and what they sum up to."""

import time
from collections import Counter
from functools import partial

import pytest

from clfnet.bench import timing
from clfnet.bench.timing import Sample, in_turns, spread, summary, timed


def test_all_take_turns_in_orders_of_their_own() -> None:
    calls: list[str] = []
    each = {name: partial(calls.append, name) for name in "abc"}
    samples = in_turns(each, repeats=6, seed=1)
    turns = [calls[start : start + 3] for start in range(0, 18, 3)]
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert len({tuple(turn) for turn in turns}) > 1
    assert Counter({name: len(of) for name, of in samples.items()}) == dict.fromkeys("abc", 6)
    again: list[str] = []
    in_turns({name: partial(again.append, name) for name in "abc"}, repeats=6, seed=1)
    assert again == calls


def test_patience_ends_the_turns_but_not_before_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def take() -> None:
        now[0] += 10

    monkeypatch.setattr(timing, "perf_counter", lambda: now[0])
    assert len(in_turns({"a": take}, repeats=9, patience=5)["a"]) == 2
    assert len(in_turns({"a": take}, repeats=9, patience=35)["a"]) == 4
    assert len(in_turns({"a": take}, repeats=1, patience=5)["a"]) == 1
    assert [sample.wall for sample in in_turns({"a": take}, repeats=2)["a"]] == [10, 10]


def test_waiting_costs_seconds_but_no_cpu() -> None:
    waited = timed(lambda: time.sleep(0.2))
    assert waited.wall >= 0.2
    assert waited.cpu < 0.1

    def work() -> None:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass

    assert timed(work).cpu >= 0.05


def test_summary_is_of_medians() -> None:
    found = summary([Sample(0.5, 1.0), Sample(8.0, 9.0), Sample(0.25, 2.0)])
    assert found["repeats"] == 3
    assert found["images_per_second"] == 2.0
    assert (found["seconds"]["median"], found["cpu_seconds"]["median"]) == (0.5, 2.0)
    assert (found["seconds"]["min"], found["seconds"]["max"]) == (0.25, 8.0)


def test_quartiles() -> None:
    """Of 0 … 8, in whatever order: every second value."""
    assert spread([8, 1, 6, 3, 4, 5, 2, 7, 0]) == {
        "min": 0.0, "lower": 2.0, "median": 4.0, "upper": 6.0, "max": 8.0,
    }  # fmt: skip
