"""What an evaluation finds: the value of every metric, for every method and image."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

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
    """

    dialect: str
    metrics: tuple[Metric, ...]
    methods: Mapping[str, Mapping[str, Scores]]

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
