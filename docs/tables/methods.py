"""The nine methods that the paper compares with."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from experiments.scoring import table_of
from tables.models import RIVALS as SHIPPED
from tables.results import EXPERIMENTS, ROOT, measured

METRICS = ("EN", "MI", "VIF", "SD", "AG", "SF")
DIGITS = {"SF": 4}
UNMOVED = ("EN", "SD", "AG", "SF")
"""What stretching changes most, and another choice of pairs least: by these a row is judged."""


def overview() -> str:
    """What each network holds and computes, and whether it is cut into tiles."""
    lines = [
        "| method | parameters | multiply-adds per pixel | GMAC at 640×480 | smallest side | large "
        "images |\n|---|---|---|---|---|---|\n"
    ]
    for kind, network in _networks().items():
        per_pixel = network["multiply_adds"]
        margin = network["margin"]
        large = "whole" if margin is None else f"tiles, margin {margin} px"
        lines.append(
            f"| [{network['title']}](methods/{kind}.md) | {network['parameters']:,} | "
            f"{per_pixel:,.0f} | {per_pixel * 640 * 480 / 1e9:.1f} | {network['least']} px | "
            f"{large} |\n"
        )
    result = measured("methods")
    note = (
        f"\nCounted in the ONNX graphs at {result['side']}×{result['side']}, borders included."
        f" `{result['command']}`.\n"
    )
    return "".join(lines) + note


def parameters() -> str:
    """Parameters counted here beside those that Table VII prints."""
    lines = [
        "| method | counted | with the discriminator | Table VII prints | relation |\n"
        "|---|---|---|---|---|\n"
    ]
    printed = _paper("table7")
    for network in _networks().values():
        count, both = network["parameters"], network["parameters"] + network["discriminator"]
        theirs = round(printed[network["title"]]["parameters"] * 1e6)
        lines.append(
            f"| {network['title']} | {count:,} | {f'{both:,}' if both > count else ''} | "
            f"{theirs:,} | {_relation(theirs, count, both)} |\n"
        )
    return "".join(lines)


def _relation(printed: int, count: int, both: int) -> str:
    if printed == count:
        return "equal"
    if printed == both:
        return "the discriminator is counted too"
    if printed == 4 * count:
        return "four times: bytes, in float32"
    return "another"


def stretching() -> str:
    """Table II's rows beside the published outputs, as they are stored and stretched."""
    result, paper = measured("methods"), _paper("table2")
    lines = [
        "| row | " + " | ".join(METRICS) + " | nearer to the paper |\n|---|" + "---|" * 7 + "\n"
    ]
    for name, found in result["published"].items():
        theirs = paper[name]
        stored, wide = found["unstretched"], found["stretched"]
        alike = _distance(stored, wide) < 0.01
        if alike:
            lines.append(_row(f"{name}, published (stretched)", wide))
        else:
            nearer = _distance(stored, theirs) < _distance(wide, theirs)
            lines.append(_row(f"{name}, published", stored, "this" if nearer else ""))
            lines.append(_row(f"{name}, stretched", wide, "" if nearer else "this"))
        if name == "DenseFuse":
            plain = result["average"]["unstretched"]
            nearer = _distance(plain, theirs) < _distance(wide, theirs)
            lines.append(_row("average, not stretched", plain, "this" if nearer else ""))
        lines.append(_row(f"*{name}, Table II*", theirs))
    note = (
        f"\nMeans over {result['pairs']} pairs in the `paper` dialect; Table II has 20 others. "
        f"Nearer by the mean relative distance of {', '.join(UNMOVED)}."
        f" `{result['command']}`.\n"
    )
    return "".join(lines) + note


def _row(name: str, values: Mapping[str, float], mark: str = "") -> str:
    cells = [f"{values[metric]:.{DIGITS.get(metric, 2)}f}" for metric in METRICS]
    return f"| {name} | {' | '.join(cells)} | {mark} |\n"


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(abs(one[m] - other[m]) / abs(other[m]) for m in UNMOVED) / len(UNMOVED)


def page(kind: str) -> str:
    """What one method costs, and what the paper prints of it."""
    network = _networks()[kind]
    title = network["title"]
    margin = network["margin"]
    lines = [
        f"| {title} | |\n|---|---|\n",
        f"| parameters | {network['parameters']:,}"
        + (f", {network['frozen']:,} of them frozen" if network["frozen"] else "")
        + (
            f"; the discriminator's {network['discriminator']:,}"
            if network["discriminator"]
            else ""
        )
        + " |\n",
        f"| multiply-adds per pixel | {network['multiply_adds']:,.0f} |\n",
        f"| ONNX | {network['onnx_bytes'] / 1e6:.1f} MB |\n",
        f"| smallest side | {network['least']} pixels |\n",
        "| large images | "
        + (
            "whole: a pixel depends on all others"
            if margin is None
            else f"in tiles; a pixel depends on {margin} around it"
        )
        + " |\n",
    ]
    for name, table in (("TNO", "table2"), ("RoadScene", "table3")):
        values = _paper(table).get(title)
        if values:
            printed = ", ".join(
                f"{metric} {values[metric]:.{DIGITS.get(metric, 2)}f}" for metric in METRICS
            )
            lines.append(f"| the paper on {name} | {printed} |\n")
    found = measured("methods")["published"].get(title)
    for how, words in (("unstretched", "as stored"), ("stretched", "stretched")):
        if found:
            scores = ", ".join(f"{m} {found[how][m]:.{DIGITS.get(m, 2)}f}" for m in METRICS)
            lines.append(f"| published outputs, {words}, 8 TNO pairs | {scores} |\n")
    return "".join(lines + _trained(kind))


def _trained(kind: str) -> list[str]:
    """What the shipped weights are, and how they score; nothing where there are none."""
    model = json.loads(SHIPPED.read_text("utf-8")).get(kind)
    if model is None:
        return []
    lines = [
        f"| shipped weights `{kind}` | {model['steps']:,} steps, {model['crops']}; ONNX sha256 "
        f"{model['onnx']['sha256'][:12]} |\n",
    ]
    for name, experiment in (("TNO", "table2"), ("RoadScene", "table3")):
        rows = json.loads((EXPERIMENTS / experiment / "result.json").read_text("utf-8"))["rows"]
        row = rows.get(f"{name}: {kind}")
        for how, words in (("unstretched", "as they come"), ("stretched", "stretched")):
            if row:
                (means,) = table_of({kind: row}, how, "paper").means().values()
                scores = ", ".join(f"{m} {means[m]:.{DIGITS.get(m, 2)}f}" for m in METRICS)
                count = len(row[how]["paper"])
                lines.append(f"| shipped weights, {words}, {count} {name} pairs | {scores} |\n")
    return lines


def budgets() -> str:
    """What the recipes for a CPU train, and those of the shipped weights."""
    lines = [
        "| recipe | steps | crops of a step | their side | GMAC of a step | TMAC |\n"
        "|---|---|---|---|---|---|\n"
    ]
    recipes = ROOT / "configs" / "rivals"
    for path in (*sorted(recipes.glob("*-short.toml")), *sorted(recipes.glob("*-cpu.toml"))):
        text = path.read_text("utf-8")
        recipe = tomllib.loads(text)
        steps = recipe["run"]["steps"]
        comment = " ".join(line.removeprefix("# ") for line in text.splitlines())
        found = re.search(r"here ([\d.]+) GMAC a step", comment)
        assert found is not None  # noqa: S101 -- tested
        lines.append(
            f"| [{path.stem}](../configs/rivals/{path.name}) | {steps:,} | "
            f"{recipe['run']['batch']} | {recipe['data']['crop']} px | {found[1]} | "
            f"{steps * float(found[1]) / 1000:.0f} |\n"
        )
    return "".join(lines)


def _networks() -> dict[str, Any]:
    networks: dict[str, Any] = measured("methods")["networks"]
    return networks


def _paper(experiment: str) -> dict[str, dict[str, float]]:
    text = (EXPERIMENTS / experiment / "experiment.toml").read_text("utf-8")
    printed: dict[str, dict[str, float]] = tomllib.loads(text)["paper"]
    return printed


KINDS = (
    *("densefuse", "rfn_nest", "fusiongan", "ganmcc", "ifcnn", "pmgi", "u2fusion"),
    *("stdfusionnet", "ifsepr"),
)

BLOCKS: dict[str, Callable[[], str]] = {
    "methods": overview,
    "methods-budgets": budgets,
    "methods-parameters": parameters,
    "methods-stretching": stretching,
    **{f"method-{kind}": partial(page, kind) for kind in KINDS},
}
