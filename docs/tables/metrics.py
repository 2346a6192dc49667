"""The metrics and what they cost."""

from math import isinf

from clfnet.metrics import DIALECTS, Metric
from tables.results import measured

NAMED = r" \*"
"""Marks a metric that is computed only where it is named."""


def metrics() -> str:
    """What each metric is: a row for each form that it has in the dialects."""
    names = dict.fromkeys(name for known in DIALECTS.values() for name in known)
    head = (
        "| metric | what | unit | range | better | minimum side | dialects | source |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(map(_forms, names)) + f"\n{NAMED.strip()} only where it is named\n"


def _forms(name: str) -> str:
    forms: dict[int, tuple[Metric, list[str]]] = {}
    for dialect, known in DIALECTS.items():
        if name in known:
            metric = known[name]
            forms.setdefault(id(metric), (metric, []))[1].append(f"`{dialect}`")
    return "".join(
        f"| {name if metric.by_default else name + NAMED} | {metric.title} | {metric.unit} "
        f"| {_range(metric)} | {metric.better} | {metric.minimum_side} "
        f"| {'all' if len(dialects) == len(DIALECTS) else ', '.join(dialects)} "
        f"| {metric.source} |\n"
        for metric, dialects in forms.values()
    )


def _range(metric: Metric) -> str:
    low = f"{metric.lowest:.4g}".replace("-", "−")
    return f"{low} and more" if isinf(metric.highest) else f"{low} to {metric.highest:.4g}"


def speed() -> str:
    """How long each metric takes."""
    result = measured("metrics-speed")
    rows = [
        f"| {name} | `{dialect}` | {seconds:.3f} |\n"
        for dialect, times in result["seconds_per_megapixel"].items()
        for name, seconds in times.items()
    ]
    note = (
        f"\n`{result['command']}` on {result['size']}, one core of {result['cpu']}. What dialects "
        f"compute alike is under the first of them. The paper's six together take "
        f"{result['paper_six_seconds']:.3f} s an image.\n"
    )
    return (
        "| metric | dialect | CPU seconds per megapixel |\n|---|---|---|\n" + "".join(rows) + note
    )


BLOCKS = {"metrics": metrics, "metrics-speed": speed}
