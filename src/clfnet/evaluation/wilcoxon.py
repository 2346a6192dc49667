"""Wilcoxon's signed-rank test between methods, corrected for many comparisons by Holm's method."""

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, MissingExtraError
from clfnet.evaluation.table import Table


def wilcoxon(table: Table, baseline: str) -> dict[str, dict[str, float]]:
    """Return by method and metric how probable such differences from the baseline are by chance.

    The two-sided signed-rank test of the images' paired differences, images of no difference left
    out; then Holm's step-down correction over all methods and metrics of the table: of all values
    below 0.05 together, one is wrong with a probability of at most 0.05.

    Sources: Wilcoxon, "Individual comparisons by ranking methods" (1945); Holm, "A simple
    sequentially rejective multiple test procedure" (1979).

    Args:
        table: the scores, of the same images for all methods.
        baseline: the method that the others are compared with.

    Returns:
        A probability for every other method and metric; 1 where all images are equal; not a number
        where a metric is undefined for an image, which does not count as a comparison.

    Raises:
        ConfigError: the table has no such method.
        MissingExtraError: scipy is not installed.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> ours = {str(n): {"EN": 7 + n / 100} for n in range(8)}
        >>> theirs = {str(n): {"EN": 6.0} for n in range(8)}
        >>> metrics = tuple(metrics_of("plain", ["EN"]))
        >>> wilcoxon(Table("plain", metrics, {"ours": ours, "theirs": theirs}), "theirs")
        {'ours': {'EN': 0.0078125}}
    """
    if baseline not in table.methods:
        known = ", ".join(table.methods)
        raise ConfigError(f"`baseline` must be one of {known}, got {baseline!r}.")
    others = [method for method in table.methods if method != baseline]
    rows = [list(table.methods).index(method) for method in [baseline, *others]]
    values = np.array([table.values(metric.name)[rows] for metric in table.metrics])  # (K, M, I)
    chances = np.array([[_chance(gap) for gap in of] for of in values[:, 1:] - values[:, :1]])
    corrected = holm(chances.ravel()).reshape(chances.shape)  # (K, M - 1)
    return {
        method: {metric.name: float(corrected[k, m]) for k, metric in enumerate(table.metrics)}
        for m, method in enumerate(others)
    }


def holm(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correct the probabilities of several tests, (N,); what is no number stays and does not count.

    Sorted, the n-th of N (from 0 on) times N − n, at least the one before it, at most 1.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
        [0.03, 0.06, 0.06]
    """
    corrected = chances.copy()
    known = np.flatnonzero(~np.isnan(chances))
    order = known[np.argsort(chances[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(chances[order] * factors), 1)
    return corrected


def _chance(gaps: NDArray[np.float64]) -> float:
    try:
        from scipy.stats import wilcoxon as test
    except ImportError as error:
        raise MissingExtraError("scipy", "evaluate") from error
    if not np.isfinite(gaps).all():
        return np.nan
    if not gaps.any():
        return 1.0
    return float(test(gaps).pvalue)
