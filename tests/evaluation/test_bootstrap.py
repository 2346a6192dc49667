from math import isnan, nan

import numpy as np
import pytest
from scipy import stats

from clfnet.errors import ConfigError
from clfnet.evaluation import Difference, Table, differences
from clfnet.metrics import metrics_of

METRICS = tuple(metrics_of("paper", ["EN", "CC"]))


def _table(**values: list[float]) -> Table:
    """One metric's values by method; the other metric is undefined for the first image."""
    return Table(
        "paper",
        METRICS,
        {
            method: {f"{i}": {"EN": v, "CC": nan if i == 0 else v} for i, v in enumerate(row)}
            for method, row in values.items()
        },
    )


def test_equals_the_paired_percentile_interval_of_scipy() -> None:
    rng = np.random.default_rng(1)
    base, better = rng.normal(6, 1, 20), rng.normal(0.3, 0.5, 20)
    found = differences(_table(ours=[*(base + better)], theirs=[*base]), "theirs")
    interval = stats.bootstrap(
        (better,), np.mean, n_resamples=100_000, method="percentile", rng=rng
    ).confidence_interval
    assert list(found) == ["ours"]
    assert found["ours"]["EN"].mean == pytest.approx(better.mean())
    assert found["ours"]["EN"].low == pytest.approx(interval.low, abs=0.01)
    assert found["ours"]["EN"].high == pytest.approx(interval.high, abs=0.01)


def test_more_confidence_is_wider() -> None:
    table = _table(ours=[1.0, 2, 4, 3, 5, 9], theirs=[0.0, 3, 2, 1, 7, 4])
    ninety, most = (differences(table, "theirs", confidence=c)["ours"]["EN"] for c in (0.8, 0.99))
    assert most.low < ninety.low < ninety.mean < ninety.high < most.high


def test_the_order_of_methods_and_the_others_change_nothing() -> None:
    rows = {"a": [1.0, 2, 4], "b": [2.0, 2, 3], "c": [5.0, 1, 1]}
    alone = differences(_table(a=rows["a"], b=rows["b"]), "b")["a"]["EN"]
    among = differences(_table(c=rows["c"], b=rows["b"], a=rows["a"]), "b")["a"]["EN"]
    assert alone == among


def test_what_is_undefined_for_one_image_stays_so() -> None:
    difference = differences(_table(a=[1.0, 2], b=[0.0, 0]), "b")["a"]["CC"]
    assert all(map(isnan, (difference.mean, difference.low, difference.high)))
    assert not difference.certain


def test_certain_is_an_interval_without_zero() -> None:
    assert Difference(1, 0.5, 2).certain
    assert Difference(-1, -2, -0.5).certain
    assert not Difference(1, -0.5, 2).certain


def test_refuses_what_makes_no_sense() -> None:
    table = _table(ours=[1.0], theirs=[2.0])
    with pytest.raises(ConfigError, match="`baseline` must be one of ours, theirs, got 'their'"):
        differences(table, "their")
    with pytest.raises(ConfigError, match=r"`confidence` must be .* got 1"):
        differences(table, "ours", confidence=1)
