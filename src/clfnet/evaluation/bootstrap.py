"""The paired bootstrap: confidence intervals of the difference between two methods."""

from dataclasses import dataclass

import numpy as np

from clfnet.errors import ConfigError
from clfnet.evaluation.table import Table
from clfnet.metrics.image import FloatArray

RESAMPLES = 10_000
"""Percentiles of 2.5 % rest on 250 of so many."""

CHUNK = 100
"""Draws made at a time: how often each image was drawn takes memory."""


@dataclass(frozen=True)
class Difference:
    """How much higher one method's mean is than another's, over the same images.

    Attributes:
        mean: the difference of the means.
        low: the interval's lower end.
        high: its upper end.
    """

    mean: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def differences(
    table: Table, baseline: str, *, confidence: float = 0.95, seed: int = 0
) -> dict[str, dict[str, Difference]]:
    """Return by method and metric how its mean differs from the baseline's, with an interval.

    Images are drawn with replacement, both methods' values of an image together, so that what is
    hard for both does not count: the percentile interval of 10,000 means. A few images make it too
    narrow: eight is few.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Args:
        table: the scores, of the same images for all methods.
        baseline: the method that the others are compared with.
        confidence: how often such an interval holds the true difference, above 0, below 1.
        seed: of the drawing.

    Returns:
        A difference for every other method; not a number where a metric is undefined for an image.

    Raises:
        ConfigError: the table has no such method, or the confidence is out of range.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> ours = {"a": {"EN": 7.0}, "b": {"EN": 7.5}}
        >>> theirs = {"a": {"EN": 6.0}, "b": {"EN": 6.5}}
        >>> table = Table("paper", tuple(metrics_of("paper", ["EN"])), {"us": ours, "they": theirs})
        >>> differences(table, "they")
        {'us': {'EN': Difference(mean=1.0, low=1.0, high=1.0)}}
    """
    if baseline not in table.methods:
        known = ", ".join(table.methods)
        raise ConfigError(f"`baseline` must be one of {known}, got {baseline!r}.")
    if not 0 < confidence < 1:
        raise ConfigError(f"`confidence` must be above 0 and below 1, got {confidence}.")
    others = [method for method in table.methods if method != baseline]
    values = np.array([table.values(metric.name) for metric in table.metrics])  # (K, M, I)
    gaps = values - values[:, [list(table.methods).index(baseline)]]
    means, low, high = _intervals(gaps, confidence, np.random.default_rng(seed))  # each (K, M)
    rows = {method: row for row, method in enumerate(table.methods)}
    return {
        method: {
            metric.name: Difference(*(float(of[column, rows[method]]) for of in (means, low, high)))
            for column, metric in enumerate(table.metrics)
        }
        for method in others
    }


def _intervals(
    gaps: FloatArray, confidence: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The means over the last axis and the two ends of their intervals."""
    count = gaps.shape[-1]
    chances = np.full(count, 1 / count)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):  # what is undefined or infinite for an image stays so
        drawn = [
            gaps @ rng.multinomial(count, chances, CHUNK).T / count  # (K, M, CHUNK)
            for _ in range(RESAMPLES // CHUNK)
        ]
        low, high = np.quantile(np.concatenate(drawn, axis=-1), (tail, 1 - tail), axis=-1)
    return gaps.mean(axis=-1), low, high
