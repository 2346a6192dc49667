"""Wilcoxon's test and Holm's correction, against formulations of their own."""

from itertools import product
from math import isnan, nan

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.evaluation import Table, wilcoxon
from clfnet.evaluation.wilcoxon import holm
from clfnet.metrics import metrics_of


def exact(gaps: list[float]) -> float:
    """Try all signs: how often is the smaller sum of ranks as small as this one?"""
    ranks = [sorted(map(abs, gaps)).index(abs(gap)) + 1 for gap in gaps]

    def smaller(signs: tuple[int, ...]) -> int:
        plus = sum(rank for rank, sign in zip(ranks, signs, strict=True) if sign > 0)
        return min(plus, sum(ranks) - plus)

    found = smaller(tuple(1 if gap > 0 else -1 for gap in gaps))
    every = [smaller(signs) <= found for signs in product((-1, 1), repeat=len(gaps))]
    return sum(every) / len(every)


def table(**values: list[float]) -> Table:
    methods = {
        name: {str(i): {"EN": value} for i, value in enumerate(row)} for name, row in values.items()
    }
    return Table("plain", tuple(metrics_of("plain", ["EN"])), methods)


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_count_over_all_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = rng.normal(0.4, 1, 9).tolist(), rng.normal(0, 1, 9).tolist()
    found = wilcoxon(table(ours=ours, theirs=theirs), "theirs")["ours"]["EN"]
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    assert found == pytest.approx(exact(gaps))


def test_many_comparisons_are_held_against_each_other() -> None:
    base = [0.0] * 8
    better = [float(n) for n in range(1, 9)]
    alone = wilcoxon(table(a=better, base=base), "base")["a"]["EN"]
    among = wilcoxon(table(a=better, b=base, c=better, base=base), "base")
    assert alone == pytest.approx(2 / 2**8)
    assert among["a"]["EN"] == pytest.approx(3 * alone)
    assert among["b"]["EN"] == 1


def test_holm_equals_its_definition() -> None:
    chances = np.random.default_rng(0).random(12) / 10
    chances[4] = nan
    order = sorted((c, i) for i, c in enumerate(chances) if not isnan(c))
    expected = [nan] * 12
    most = 0.0
    for place, (chance, index) in enumerate(order):
        most = max(most, min(1.0, chance * (len(order) - place)))
        expected[index] = most
    np.testing.assert_allclose(holm(chances), expected)


def test_what_is_undefined_is_no_comparison() -> None:
    found = wilcoxon(table(a=[1.0, nan, 2], b=[3.0, 4, 6], base=[0.0, 0, 0]), "base")
    assert isnan(found["a"]["EN"])
    assert found["b"]["EN"] == pytest.approx(2 / 2**3)


def test_an_unknown_baseline() -> None:
    with pytest.raises(ConfigError, match="`baseline` must be one of a, got 'b'"):
        wilcoxon(table(a=[1.0]), "b")
