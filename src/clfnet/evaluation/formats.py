"""A table as text: CSV and JSON for machines, at full precision; Markdown and LaTeX to read."""

import csv
import io
import json
from collections.abc import Mapping
from math import isfinite, isnan

from clfnet.evaluation.bootstrap import Difference
from clfnet.evaluation.table import Scores, Table, mean_ranks
from clfnet.io.cells import harmless
from clfnet.metrics import Metric

_ARROWS = {"higher": "↑", "lower": "↓"}
_LATEX_ARROWS = {"higher": r"$\uparrow$", "lower": r"$\downarrow$"}
_LATEX_MARKS = (r"\textbf{%s}", r"\underline{%s}", r"\textit{%s}")
_LATEX_SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


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
            names_of = map(harmless, (method, stem))
            writer.writerow([*names_of, *(repr(scores[name]) for name in names)])
    return text.getvalue()


def as_json(table: Table) -> str:
    """Return the values of all images and their means, at full precision.

    Args:
        table: what to write.

    Returns:
        `{"dialect": ..., "stretched": ..., "notes": [...], "methods": {NAME: {"mean": {METRIC:
        value}, "images": {STEM: {METRIC: value}}}}}`. JSON has no word for undefined and infinite
        values: they are `null`.
    """
    means = table.means()
    methods = {
        method: {
            "mean": _finite(means[method]),
            "images": {stem: _finite(scores) for stem, scores in images.items()},
        }
        for method, images in table.methods.items()
    }
    about = {"dialect": table.dialect, "stretched": table.stretched, "notes": [*table.notes]}
    return json.dumps(about | {"methods": methods}, indent=2) + "\n"


def as_markdown(table: Table) -> str:
    """Return the means, to four decimals, the best of several methods in bold.

    Args:
        table: what to write.

    Returns:
        A Markdown table with one row per method, and a caption that names the dialect. Arrows tell
        which values are better. Of several methods the last column has the mean rank, over images
        and metrics; 1 is best. Notes follow.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> metrics = tuple(metrics_of("paper", ["EN"]))
        >>> methods = {"ours": {"01": {"EN": 7.0}}, "theirs": {"01": {"EN": 6.5}}}
        >>> print(as_markdown(Table("paper", metrics, methods)), end="")
        | method |       EN ↑ | rank |
        | :----- | ---------: | ---: |
        | ours   | **7.0000** |  1.0 |
        | theirs |     6.5000 |  2.0 |
        <BLANKLINE>
        Means over 1 image, dialect `paper`.
    """
    means, ranks = table.means(), mean_ranks(table)
    columns = [["method", ":-", *map(_escaped, means)]]
    columns += [_column(metric, means) for metric in table.metrics]
    if len(means) > 1:
        columns.append(["rank", "-:", *(f"{rank:.1f}" for rank in ranks.values())])
    notes = [line for note in table.notes for line in ("", f"Note: {note}.")]
    return "\n".join([*_lines(columns), "", f"{_caption(table)}.", *notes, ""])


def as_latex(table: Table) -> str:
    r"""Return the means, to four decimals, as a table of the `booktabs` package.

    Args:
        table: what to write.

    Returns:
        A `table` environment with one row per method. The best value of several methods is bold,
        the second underlined, the third italic; arrows tell which values are better; the last
        column is the mean rank over images and metrics; the caption names the dialect.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> metrics = tuple(metrics_of("paper", ["EN"]))
        >>> methods = {"ours": {"01": {"EN": 7.0}}, "theirs": {"01": {"EN": 6.5}}}
        >>> print(as_latex(Table("paper", metrics, methods)).splitlines()[7])
        ours & \textbf{7.0000} & 1.0 \\
    """
    means = table.means()
    cells = [_latex_column(metric, means) for metric in table.metrics]
    head = [f"{_latex(metric.name)} {_LATEX_ARROWS[metric.better]}" for metric in table.metrics]
    if len(means) > 1:
        cells.append([f"{rank:.1f}" for rank in mean_ranks(table).values()])
        head.append("rank")
    caption = (
        f"{_caption(table).replace('`', '')}. "
        r"\textbf{First}, \underline{second} and \textit{third} best."
    )
    return _latex_table(["method", *head], [_latex_names(means), *cells], caption)


def differences_as_markdown(
    table: Table,
    baseline: str,
    found: Mapping[str, Mapping[str, Difference]],
    chances: Mapping[str, Mapping[str, float]],
) -> str:
    """Return how much each method's mean differs from the baseline's, with its interval.

    Args:
        table: what was compared.
        baseline: the method that the others are compared with.
        found: of `clfnet.evaluation.differences`.
        chances: of `clfnet.evaluation.wilcoxon`.

    Returns:
        A Markdown table; a difference whose interval leaves zero out is bold.
    """
    columns = [[f"less {_escaped(baseline)}", ":-", *map(_escaped, found)]]
    for metric in table.metrics:
        cells = [
            f"{_interval(of[metric.name], '**%s**')}, p {_chance(chances[method][metric.name])}"
            for method, of in found.items()
        ]
        columns.append([metric.name, "-:", *cells])
    return "\n".join([*_lines(columns), "", f"{_DIFFERENCES}.", ""])


def differences_as_latex(
    table: Table,
    baseline: str,
    found: Mapping[str, Mapping[str, Difference]],
    chances: Mapping[str, Mapping[str, float]],
) -> str:
    r"""Return the same as a table of the `booktabs` package, two rows per method.

    Args:
        table: what was compared.
        baseline: the method that the others are compared with.
        found: of `clfnet.evaluation.differences`.
        chances: of `clfnet.evaluation.wilcoxon`.
    """
    names = [text for method in found for text in (_latex(method), "")]
    columns = [names]
    for metric in table.metrics:
        cells: list[str] = []
        for method, of in found.items():
            text = _interval(of[metric.name], r"\textbf{%s}")
            mean, interval = text.split(" ", 1)
            chance = _chance(chances[method][metric.name]).replace("<", "$<$")
            cells += [mean, rf"{{\scriptsize {interval} {chance}}}"]
        columns.append(cells)
    head = [f"less {_latex(baseline)}", *(_latex(metric.name) for metric in table.metrics)]
    return _latex_table(head, columns, f"{_latex(_DIFFERENCES)}.")


_DIFFERENCES = (
    "Difference of the means, with the 95 % interval of the paired bootstrap and p of Wilcoxon's "
    "signed-rank test after Holm over the whole table"
)


def _interval(difference: Difference, certain: str) -> str:
    text = f"{difference.mean:+.4f}"
    text = certain % text if difference.certain else text
    return f"{text} ({difference.low:+.4f}, {difference.high:+.4f})"


def _chance(chance: float) -> str:
    return "–" if isnan(chance) else "<0.001" if chance < 0.001 else f"{chance:.3f}"


def _latex_table(head: list[str], columns: list[list[str]], caption: str) -> str:
    rows = (" & ".join(row) for row in zip(*columns, strict=True))
    return "\n".join(
        [
            r"% \usepackage{booktabs}",
            r"\begin{table}",
            r"\centering",
            rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
            r"\toprule",
            " & ".join(head) + r" \\",
            r"\midrule",
            *(rf"{row} \\" for row in rows),
            r"\bottomrule",
            r"\end{tabular}",
            rf"\caption{{{caption}}}",
            r"\end{table}",
            "",
        ]
    )


def _caption(table: Table) -> str:
    count = len(next(iter(table.methods.values())))
    how = ", fused images stretched to 0..255" if table.stretched else ""
    return f"Means over {count} image{'s' if count > 1 else ''}, dialect `{table.dialect}`{how}"


def _escaped(method: str) -> str:
    return method.replace("|", "\\|")


def _latex(text: str) -> str:
    return text.translate(_LATEX_SPECIAL)


def _latex_names(means: Mapping[str, object]) -> list[str]:
    return [_latex(method) for method in means]


def places(values: list[float], metric: Metric) -> list[int]:
    """Return the place of each value, 1 for the best; equal ones share it, undefined have 0.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> places([0.5, 0.1, 0.5, float("nan"), 0.2], metrics_of("paper", ["SSIM"])[0])
        [1, 4, 1, 0, 3]
    """
    cost = [-value if metric.better == "higher" else value for value in values]
    return [0 if isnan(c) else 1 + sum(other < c for other in cost) for c in cost]


def _latex_column(metric: Metric, means: Mapping[str, Scores]) -> list[str]:
    values = [scores[metric.name] for scores in means.values()]
    cells = ["--" if isnan(value) else f"{value:.4f}" for value in values]
    if len(values) == 1:
        return cells
    return [
        _LATEX_MARKS[place - 1] % cell if 0 < place <= len(_LATEX_MARKS) else cell
        for cell, place in zip(cells, places(values, metric), strict=True)
    ]


def _column(metric: Metric, means: Mapping[str, Scores]) -> list[str]:
    values = [scores[metric.name] for scores in means.values()]
    cells = [
        f"**{value:.4f}**" if place == 1 and len(values) > 1 else f"{value:.4f}"
        for value, place in zip(values, places(values, metric), strict=True)
    ]
    return [f"{metric.name} {_ARROWS[metric.better]}", "-:", *cells]


def _lines(columns: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in zip(*map(_aligned, columns), strict=True)]


def _aligned(column: list[str]) -> list[str]:
    """Pad the cells of a column to one width, on the side that its rule (":-", "-:") says."""
    head, rule, *cells = column
    width = max(map(len, column))
    pad = str.ljust if rule == ":-" else str.rjust
    return [pad(head, width), pad(rule, width, "-"), *(pad(cell, width) for cell in cells)]


def _finite(scores: Scores) -> dict[str, float | None]:
    return {name: value if isfinite(value) else None for name, value in scores.items()}
