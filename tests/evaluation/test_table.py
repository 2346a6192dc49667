from math import isnan, nan

import numpy as np
import pytest
from scipy.stats import rankdata

from clfnet.evaluation import Table, mean_ranks
from clfnet.metrics import metrics_of

METRICS = tuple(metrics_of("paper", ["EN", "CC"]))


def test_means_are_over_images() -> None:
    images = {"01": {"EN": 1.0, "CC": 0.5}, "02": {"EN": 2.0, "CC": -0.5}}
    table = Table("paper", METRICS, {"a": images, "b": {"01": images["01"]}})
    assert table.means() == {"a": {"EN": 1.5, "CC": 0.0}, "b": {"EN": 1.0, "CC": 0.5}}


def test_a_mean_of_something_undefined_is_undefined() -> None:
    images = {"01": {"EN": 1.0, "CC": nan}, "02": {"EN": 2.0, "CC": 0.5}}
    means = Table("paper", METRICS, {"a": images}).means()["a"]
    assert means["EN"] == 1.5
    assert isnan(means["CC"])


def test_values_are_methods_by_images() -> None:
    images = {"01": {"EN": 1.0, "CC": 0.5}, "02": {"EN": 2.0, "CC": -0.5}}
    table = Table("paper", METRICS, {"a": images, "b": images})
    assert table.values("EN").tolist() == [[1, 2], [1, 2]]


def test_ranks_are_the_means_of_those_of_each_image() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (5, 7, 2)).astype(float)  # methods, images, metrics; many equal
    metrics = tuple(metrics_of("paper", ["EN", "MSE"]))
    methods = {
        f"m{i}": {f"{j}": {"EN": values[i, j, 0], "MSE": values[i, j, 1]} for j in range(7)}
        for i in range(5)
    }
    ranks = Table("paper", metrics, methods).ranks()
    for i in range(5):
        higher = np.mean([rankdata(-values[:, j, 0])[i] for j in range(7)])
        lower = np.mean([rankdata(values[:, j, 1])[i] for j in range(7)])
        assert ranks[f"m{i}"] == pytest.approx({"EN": higher, "MSE": lower})
        assert mean_ranks(Table("paper", metrics, methods))[f"m{i}"] == pytest.approx(
            (higher + lower) / 2
        )


def test_what_is_undefined_ranks_last() -> None:
    methods = {name: {"01": {"EN": value}} for name, value in (("a", nan), ("b", 0), ("c", nan))}
    ranks = Table("paper", METRICS[:1], methods).ranks()
    assert ranks == {"a": {"EN": 2.5}, "b": {"EN": 1}, "c": {"EN": 2.5}}
