"""The scores of methods, from experiments."""

import json
from collections.abc import Sequence
from functools import partial
from math import isnan

from experiments.scoring import table_of
from tables.results import EXPERIMENTS

HEAD = (
    "| method | EN | MI | VIF | SD | AG | SF | Qabf | SCD | SSIM | Nabf | VIF plain | SD plain |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)


COLUMNS = (
    ("paper", "EN", 2), ("paper", "MI", 2), ("paper", "VIF", 2), ("paper", "SD", 2),
    ("paper", "AG", 2), ("paper", "SF", 4), ("plain", "Qabf", 3), ("plain", "SCD", 2),
    ("plain", "SSIM", 3), ("plain", "Nabf", 3), ("plain", "VIF", 3), ("plain", "SD", 1),
)  # fmt: skip


SHORT = ("clfnet", "average", "CLF-Net", "SeAFusion")
"""The methods of the README's table."""


def table(experiment: str, methods: Sequence[str] = ()) -> str:
    """The scores of an experiment: a row per method, all images stretched."""
    result = json.loads((EXPERIMENTS / experiment / "result.json").read_text("utf-8"))
    rows = {name.partition(": ")[2]: row for name, row in result["rows"].items()}
    tables = {dialect: table_of(rows, "stretched", dialect) for dialect in ("paper", "plain")}
    means = {dialect: of.means() for dialect, of in tables.items()}
    lines = [
        f"| {_strong(method)} | "
        + " | ".join(_cell(means[dialect][method][m], digits) for dialect, m, digits in COLUMNS)
        + " |\n"
        for method in methods or means["paper"]
    ]
    if methods:
        return HEAD + "".join(lines)
    count = len(next(iter(tables["paper"].methods.values())))
    note = (
        f"\n`{result['command']}`: {count} pairs, every image stretched to 0..255, weights "
        f"{rows['clfnet']['model'][:12]}. EN to SF in the `paper` dialect, the rest in `plain`. "
        f"–: SCD has no value for an exact copy. Unstretched, with intervals and curves: "
        f"[experiments/{experiment}](../experiments/{experiment}/README.md).\n"
    )
    return HEAD + "".join(lines) + note


def _cell(value: float, digits: int) -> str:
    return "–" if isnan(value) else f"{value:.{digits}f}"


def _strong(method: str) -> str:
    return f"**{method}**" if method.startswith("clfnet") else method


BLOCKS = {
    "scores-short": partial(table, "table2", SHORT),
    "scores-tno": partial(table, "table2"),
    "scores-roadscene": partial(table, "table3"),
}
