"""The result of a yardstick as text: Markdown to read, JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import Any

from clfnet.evaluation.bootstrap import Difference
from clfnet.io.markdown import grid
from clfnet.usefulness.folders import Report
from clfnet.usefulness.yardstick import PARTS, Bar, Usefulness

MERGED = "both sources, merged"
"""The row of the sources' detections merged, which D and C are taken over."""


def parts_as_markdown(methods: Mapping[str, Usefulness]) -> str:
    """Return the five parts, U and the guards of each method, the best of several in bold.

    Args:
        methods: by name.

    Returns:
        A Markdown table: D, C, S, P, W, U, the least part, the share of the day's pixels that are
        sunk, and the contrast of what is cold that is kept, by light.
    """
    lights = _lights(methods)
    head = [
        *PARTS,
        "U",
        "least",
        "sunk %",
        *(f"cold kept, {light}".rstrip(", ") for light in lights),
    ]
    rows = {
        name: [
            *use.parts.values(),
            use.u,
            use.least,
            100 * use.sunk,
            *(use.by_light[light]["cold"] for light in lights),
        ]
        for name, use in methods.items()
    }
    digits = [3] * 7 + [1] + [2] * len(lights)
    best = dict.fromkeys(range(7), max)
    return _table(head, rows, digits, best if len(rows) > 1 else {})


def precision_as_markdown(methods: Mapping[str, Usefulness], bar: Bar) -> str:
    """Return the average precision of persons by light and detector, and its mean.

    Args:
        methods: by name.
        bar: what they are measured by; it has the last row.
    """
    columns = [(light, name) for light, of in bar.precision.items() for name in of]
    every = {name: use.precision for name, use in methods.items()} | {MERGED: bar.precision}
    rows = {
        method: [
            *(precision[light][name] for light, name in columns),
            sum(precision[light][name] for light, name in columns) / max(1, len(columns)),
        ]
        for method, precision in every.items()
    }
    head = [*(f"{light} {name}".strip() for light, name in columns), "mean"]
    return _table(head, rows, [3] * len(head), {})


def lights_as_markdown(methods: Mapping[str, Usefulness]) -> str:
    """Return detection, structure and pop-out by light."""
    columns = [(part, light) for part in ("D", "S", "P") for light in _lights(methods)]
    rows = {
        name: [use.by_light[light][part] for part, light in columns]
        for name, use in methods.items()
    }
    head = [f"{part} {light}".strip() for part, light in columns]
    return _table(head, rows, [3] * len(head), {})


def differences_as_markdown(
    baseline: str, differences: Mapping[str, Mapping[str, Difference]]
) -> str:
    """Return how methods differ from a baseline, bold where the interval leaves zero out."""
    head = [f"less {baseline}", *PARTS, "U"]
    lines = [
        [method, *(_difference(of[part]) for part in (*PARTS, "U"))]
        for method, of in differences.items()
    ]
    return grid(head, lines)


def as_markdown(report: Report, baseline: str | None = None) -> str:
    """Return all tables of a report, each with a line that says what it shows."""
    parts = [
        "Persons found, structure and contrast kept (1 is as good as could be asked for):\n",
        parts_as_markdown(report.methods),
        "Average precision of persons at an overlap of 0.5 (AP50):\n",
        precision_as_markdown(report.methods, report.bar),
        "By light:\n",
        lights_as_markdown(report.methods),
    ]
    if baseline is not None:
        parts += [
            f"Difference from {baseline}, with the 95 % interval of the paired bootstrap over "
            "scenes; bold where it leaves zero out:\n",
            differences_as_markdown(baseline, report.differences),
        ]
    return "\n".join(parts)


def as_json(report: Report) -> str:
    """Return a report's values; what has none is `null`.

    Returns:
        `{"methods": {NAME: {"parts": {D, C, S, P, W}, "U", "least", "sunk", "precision": {LIGHT:
        {DETECTOR: value}}, "by_light": {LIGHT: {"D", "S", "P", "cold"}}}}, "merged": {"precision":
        ...}, "differences": {NAME: {PART: [mean, low, high]}}}`.
    """
    found = {
        "methods": {name: plain(use) for name, use in report.methods.items()},
        "merged": {"precision": report.bar.precision},
        "differences": {
            method: {part: [d.mean, d.low, d.high] for part, d in of.items()}
            for method, of in report.differences.items()
        },
    }
    return json.dumps(finite(found), indent=1, allow_nan=False) + "\n"


def plain(use: Usefulness) -> dict[str, Any]:
    """Return a method's values as JSON holds them."""
    found = {
        "parts": dict(use.parts),
        "U": use.u,
        "least": use.least,
        "sunk": use.sunk,
        "precision": {light: dict(of) for light, of in use.precision.items()},
        "by_light": {light: dict(of) for light, of in use.by_light.items()},
    }
    return dict(finite(found))


def finite(value: Any) -> Any:
    """Return JSON's values with null where a number is none, and six decimals."""
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if isfinite(value) else None
    return value


def _lights(methods: Mapping[str, Usefulness]) -> list[str]:
    return list(next(iter(methods.values())).by_light) if methods else []


def _difference(difference: Difference) -> str:
    if isnan(difference.mean):
        return "–"
    mark = "**" if difference.certain else ""
    return f"{mark}{difference.mean:+.3f}{mark} ({difference.low:+.3f}, {difference.high:+.3f})"


def _table(
    head: Sequence[str],
    rows: Mapping[str, Sequence[float]],
    digits: Sequence[int],
    best: Mapping[int, Any],
) -> str:
    """A table of numbers; the best of the columns in `best` is bold."""
    wanted = {
        column: choose([row[column] for row in rows.values() if not isnan(row[column])], default=0)
        for column, choose in best.items()
    }
    lines = [
        [name, *(_cell(v, digits[i], i in wanted and v == wanted[i]) for i, v in enumerate(row))]
        for name, row in rows.items()
    ]
    return grid(["", *head], lines)


def _cell(value: float, digits: int, is_best: bool) -> str:
    text = "–" if isnan(value) else f"{value:.{digits}f}"
    return f"**{text}**" if is_best else text
