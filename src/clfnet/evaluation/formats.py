"""A table as text: CSV and JSON for machines, at full precision, and Markdown to read."""

import csv
import io
import json
from math import isfinite, isnan, nan

from clfnet.evaluation.table import Scores, Table
from clfnet.metrics import Metric

_ARROWS = {"higher": "↑", "lower": "↓"}


def as_csv(table: Table) -> str:
    """Return one line per method and image, at full precision.

    Args:
        table: what to write.

    Returns:
        CSV with the columns `method`, `name` (the image's stem) and one per metric. Undefined
        values read `nan`, infinite ones `inf`.
    """
    text = io.StringIO()
    names = [metric.name for metric in table.metrics]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "name", *names])
    for method, images in table.methods.items():
        for stem, scores in images.items():
            writer.writerow([method, stem, *(repr(scores[name]) for name in names)])
    return text.getvalue()


def as_json(table: Table) -> str:
    """Return the values of all images and their means, at full precision.

    Args:
        table: what to write.

    Returns:
        `{"dialect": ..., "methods": {NAME: {"mean": {METRIC: value}, "images": {STEM: {METRIC:
        value}}}}}`. JSON has no word for undefined and infinite values: they are `null`.
    """
    means = table.means()
    methods = {
        method: {
            "mean": _finite(means[method]),
            "images": {stem: _finite(scores) for stem, scores in images.items()},
        }
        for method, images in table.methods.items()
    }
    return json.dumps({"dialect": table.dialect, "methods": methods}, indent=2) + "\n"


def as_markdown(table: Table) -> str:
    """Return the means, to four decimals, the best of several methods in bold.

    Args:
        table: what to write.

    Returns:
        A Markdown table with one row per method, and a caption that names the dialect. Arrows tell
        which values are better.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> metrics = tuple(metrics_of("paper", ["EN"]))
        >>> methods = {"ours": {"01": {"EN": 7.0}}, "theirs": {"01": {"EN": 6.5}}}
        >>> print(as_markdown(Table("paper", metrics, methods)), end="")
        | method |       EN ↑ |
        | :----- | ---------: |
        | ours   | **7.0000** |
        | theirs |     6.5000 |
        <BLANKLINE>
        Means over 1 image, dialect `paper`.
    """
    means = table.means()
    columns = [["method", ":-", *(method.replace("|", "\\|") for method in means)]]
    columns += [_column(metric, means) for metric in table.metrics]
    lines = [f"| {' | '.join(row)} |" for row in zip(*map(_aligned, columns), strict=True)]
    count = len(next(iter(table.methods.values())))
    caption = f"Means over {count} image{'s' if count > 1 else ''}, dialect `{table.dialect}`."
    return "\n".join([*lines, "", caption, ""])


def _column(metric: Metric, means: dict[str, dict[str, float]]) -> list[str]:
    values = [scores[metric.name] for scores in means.values()]
    defined = [value for value in values if not isnan(value)]
    best = (max if metric.better == "higher" else min)(defined, default=nan)
    cells = [f"**{v:.4f}**" if v == best and len(values) > 1 else f"{v:.4f}" for v in values]
    return [f"{metric.name} {_ARROWS[metric.better]}", "-:", *cells]


def _aligned(column: list[str]) -> list[str]:
    """Pad the cells of a column to one width, on the side that its rule (":-", "-:") says."""
    head, rule, *cells = column
    width = max(map(len, column))
    pad = str.ljust if rule == ":-" else str.rjust
    return [pad(head, width), pad(rule, width, "-"), *(pad(cell, width) for cell in cells)]


def _finite(scores: Scores) -> dict[str, float | None]:
    return {name: value if isfinite(value) else None for name, value in scores.items()}
