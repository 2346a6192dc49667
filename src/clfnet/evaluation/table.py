"""What an evaluation finds: the value of every metric, for every method and image."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, did_you_mean
from clfnet.evaluation.sources import Files, Reading
from clfnet.metrics import Metric

Scores = Mapping[str, float]
"""By the metric's name, its value."""


@dataclass(frozen=True)
class Table:
    """The scores of one or many methods on one set of images.

    Attributes:
        dialect: the convention the values follow; those of two dialects cannot be compared.
        metrics: what was measured, in the order of the columns.
        methods: by method and image, the scores.
        files: by method and image, what was scored; empty where that is not known.
        reading: how those files were read.
        stretched: every fused image was stretched to 0..255 before.
        notes: what a reader should know, a sentence each.
    """

    dialect: str
    metrics: tuple[Metric, ...]
    methods: Mapping[str, Mapping[str, Scores]]
    files: Mapping[str, Mapping[str, Files]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    stretched: bool = False
    notes: tuple[str, ...] = ()

    def only(self, names: Iterable[str]) -> "Table":
        """Return it with some of its metrics, in this order.

        Raises:
            ConfigError: one of them was not measured.
        """
        known = {metric.name.casefold(): metric for metric in self.metrics}
        for name in (names := list(names)):
            if name.casefold() not in known:
                measured = [metric.name for metric in self.metrics]
                raise ConfigError(
                    f"`columns` must be of {', '.join(measured)}, got {name!r}. "
                    f"{did_you_mean(name, measured, 'Add it to --metrics.')}"
                )
        return replace(self, metrics=tuple(known[name.casefold()] for name in names))

    def means(self) -> dict[str, dict[str, float]]:
        """Return by method and metric the mean over the images.

        It is not a number where the metric is undefined for one of them.

        Example:
            >>> from clfnet.metrics import metrics_of
            >>> images = {"a": {"EN": 6.0}, "b": {"EN": 7.0}}
            >>> Table("paper", tuple(metrics_of("paper", ["EN"])), {"ours": images}).means()
            {'ours': {'EN': 6.5}}
        """
        return {
            method: {
                metric.name: float(np.mean([scores[metric.name] for scores in images.values()]))
                for metric in self.metrics
            }
            for method, images in self.methods.items()
        }

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return one metric's values: float64, shape (methods, images)."""
        return np.array(
            [[scores[metric] for scores in images.values()] for images in self.methods.values()]
        )

    def ranks(self) -> dict[str, dict[str, float]]:
        """Return by method and metric the mean over the images of the method's rank.

        The best method of an image has rank 1; equal ones share the mean of their ranks; undefined
        values come last.

        Example:
            >>> from clfnet.metrics import metrics_of
            >>> methods = {"ours": {"a": {"EN": 7.0}}, "theirs": {"a": {"EN": 6.0}}}
            >>> Table("paper", tuple(metrics_of("paper", ["EN"])), methods).ranks()
            {'ours': {'EN': 1.0}, 'theirs': {'EN': 2.0}}
        """
        means = {
            metric.name: _ranks(_cost(self.values(metric.name), metric)).mean(axis=1)
            for metric in self.metrics
        }
        return {
            method: {name: float(rank[row]) for name, rank in means.items()}
            for row, method in enumerate(self.methods)
        }


def mean_ranks(table: Table) -> dict[str, float]:
    """Return by method the mean of its ranks over all metrics; 1 is best everywhere."""
    return {
        method: float(np.mean(list(of_metrics.values())))
        for method, of_metrics in table.ranks().items()
    }


def _cost(values: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
    """The values so that less is better, and what is undefined the worst."""
    cost = -values if metric.better == "higher" else values
    return np.where(np.isnan(cost), np.inf, cost)


def _ranks(cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rank of each method (row) for each image (column); equal ones share their mean."""
    below = (cost[:, None] > cost[None]).sum(axis=1)  # (M, M, I) → (M, I)
    equal = (cost[:, None] == cost[None]).sum(axis=1)  # itself included
    ranks: NDArray[np.float64] = below + (equal + 1) / 2
    return ranks
