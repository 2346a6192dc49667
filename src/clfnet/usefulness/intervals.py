"""Confidence intervals of differences in usefulness: the paired bootstrap over scenes."""

from collections.abc import Mapping

import numpy as np

from clfnet.errors import ConfigError
from clfnet.evaluation.bootstrap import Difference
from clfnet.usefulness.yardstick import PARTS, Measured, Usefulness, Yardstick

DRAWS = 1000
"""Percentiles of 2.5 % rest on 25 of so many."""


def differences_of_use(
    yardstick: Yardstick,
    methods: Mapping[str, Measured],
    baseline: str,
    *,
    draws: int = DRAWS,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[str, dict[str, Difference]]:
    """Return by method and part how it differs from the baseline, with an interval.

    Scenes are drawn with replacement, all images of a scene together, and all methods are weighed
    on the same scenes: the percentile interval. Images of one scene are no independent tests.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Args:
        yardstick: what measured.
        methods: by name, what it measured.
        baseline: the method that the others are compared with.
        draws: how often scenes are drawn.
        confidence: how often such an interval holds the true difference, above 0, below 1.
        seed: of the drawing.

    Returns:
        For every other method, of D, C, S, P, W and U; not a number where a part has no value.

    Raises:
        ConfigError: there is no such method, or the confidence is out of range.
    """
    if baseline not in methods:
        raise ConfigError(f"`baseline` must be one of {', '.join(methods)}, got {baseline!r}.")
    if not 0 < confidence < 1:
        raise ConfigError(f"`confidence` must be above 0 and below 1, got {confidence}.")
    names, scene = np.unique([pair.scene for pair in yardstick.pairs], return_inverse=True)
    rng, even = np.random.default_rng(seed), np.full(len(names), 1 / len(names))
    weights = [yardstick.once]
    weights += [rng.multinomial(len(names), even)[scene].astype(float) for _ in range(draws)]
    values = np.empty((len(weights), len(methods), len(PARTS) + 1))
    for draw, counts in enumerate(weights):
        bar = yardstick.bar(counts)
        for row, measured in enumerate(methods.values()):
            values[draw, row] = _row(yardstick.score(measured, counts, bar))
    gaps = values - values[:, [list(methods).index(baseline)]]  # (1 + draws, methods, parts)
    tail = (1 - confidence) / 2
    return {
        method: {
            part: _difference(gaps[:, row, column], tail)
            for column, part in enumerate((*PARTS, "U"))
        }
        for row, method in enumerate(methods)
        if method != baseline
    }


def _row(use: Usefulness) -> list[float]:
    return [*use.parts.values(), use.u]


def _difference(gaps: np.ndarray, tail: float) -> Difference:
    """Of the images as they are, and over the draws in which the part has a value."""
    known = gaps[1:][~np.isnan(gaps[1:])]
    low, high = np.quantile(known, (tail, 1 - tail)) if len(known) else (np.nan, np.nan)
    return Difference(float(gaps[0]), float(low), float(high))
