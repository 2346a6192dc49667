"""Tables for the experiments' README files."""

from collections.abc import Mapping
from math import isnan

from clfnet.evaluation import Table, differences, mean_ranks
from clfnet.evaluation.formats import places
from clfnet.io.markdown import grid

DIGITS: Mapping[str, int] = {"SF": 4, "Qabf": 3, "SCD": 3, "CC": 3, "SSIM": 3, "MS-SSIM": 3,
                             "Nabf": 3, "FMI": 3, "VIF": 3}  # fmt: skip
"""Decimals; two for any other metric."""


def number(value: float | None, metric: str = "") -> str:
    """Return a value with the decimals of its metric; a dash if there is none."""
    return "–" if value is None or isnan(value) else f"{value:.{DIGITS.get(metric, 2)}f}"


def means(
    table: Table, paper: Mapping[str, Mapping[str, float]] | None = None, rank: bool = True
) -> str:
    """Return the means of a table, the three best marked, with the paper's values below ours."""
    marks = {1: "**{}**", 2: "<u>{}</u>", 3: "*{}*"}
    of = table.means()
    names = [metric.name for metric in table.metrics]
    columns = [places([of[method][m.name] for method in of], m) for m in table.metrics]
    ranks = mean_ranks(table)
    rows = []
    for index, (method, values) in enumerate(of.items()):
        cells = [
            marks.get(column[index], "{}").format(number(values[name], name))
            for name, column in zip(names, columns, strict=True)
        ]
        rows.append([method, *cells, *([f"{ranks[method]:.1f}"] if rank else [])])
        if paper and method in paper:
            printed = [number(paper[method].get(name), name) for name in names]
            rows.append(["· *paper prints*", *printed, *([""] if rank else [])])
    if paper:
        for method in [method for method in paper if method not in of]:
            printed = [number(paper[method].get(name), name) for name in names]
            rows.append([f"{method} · *paper only*", *printed, *([""] if rank else [])])
    arrows = {"higher": "↑", "lower": "↓"}
    head = ["", *(f"{m.name} {arrows[m.better]}" for m in table.metrics)]
    return grid([*head, *(["rank"] if rank else [])], rows)


def intervals(table: Table, baseline: str) -> str:
    """Return how the other methods differ from the baseline, with 95 % intervals."""
    found = differences(table, baseline)
    rows = [
        [
            method,
            *(
                f"{'**' if d.certain else ''}{d.mean:+.3g}{'**' if d.certain else ''} "
                f"({d.low:+.3g}, {d.high:+.3g})"
                for d in of.values()
            ),
        ]
        for method, of in found.items()
    ]
    return grid([f"less {baseline}", *(metric.name for metric in table.metrics)], rows)
