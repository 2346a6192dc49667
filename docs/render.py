"""Write the tables of README.md, docs/metrics.md and docs/align.md: `make docs`.

They come from experiments, docs/results, the model's manifest and the metrics' registry.

Everything between ``<!-- NAME -->`` and ``<!-- /NAME -->`` is replaced.
"""

import json
import re
from math import isinf, isnan
from pathlib import Path
from typing import Any

from clfnet.experiments.scoring import table_of
from clfnet.metrics import DIALECTS, Metric

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "metrics.md", ROOT / "docs" / "align.md")
EXPERIMENTS = ROOT / "experiments"
RESULTS = ROOT / "docs" / "results"
SCORES = {"tno": "table2", "roadscene": "table3"}
MANIFEST = ROOT / "src" / "clfnet" / "weights" / "manifest.json"

HEAD = (
    "| method | EN | MI | VIF | SD | AG | SF | Qabf | SCD | SSIM | Nabf | VIF plain | SD plain |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)
COLUMNS = (
    ("paper", "EN", 2), ("paper", "MI", 2), ("paper", "VIF", 2), ("paper", "SD", 2),
    ("paper", "AG", 2), ("paper", "SF", 4), ("plain", "Qabf", 3), ("plain", "SCD", 2),
    ("plain", "SSIM", 3), ("plain", "Nabf", 3), ("plain", "VIF", 3), ("plain", "SD", 1),
)  # fmt: skip


NAMED = r" \*"
"""Marks a metric that is computed only where it is named."""


def table(experiment: str) -> str:
    """The scores of an experiment: a row per method, all images stretched."""
    result = json.loads((EXPERIMENTS / experiment / "result.json").read_text("utf-8"))
    rows = {name.partition(": ")[2]: row for name, row in result["rows"].items()}
    tables = {dialect: table_of(rows, "stretched", dialect) for dialect in ("paper", "plain")}
    means = {dialect: of.means() for dialect, of in tables.items()}
    lines = [
        f"| {_strong(method)} | "
        + " | ".join(_cell(means[dialect][method][m], digits) for dialect, m, digits in COLUMNS)
        + " |\n"
        for method in rows
    ]
    count = len(next(iter(tables["paper"].methods.values())))
    note = (
        f"\n`{result['command']}`: {count} pairs, every image stretched to 0..255, weights "
        f"{rows['clfnet']['model'][:12]}. EN to SF in the `paper` dialect, the rest in `plain`. "
        f"–: SCD has no value for an exact copy. Unstretched, with intervals and curves: "
        f"[experiments/{experiment}](experiments/{experiment}/README.md).\n"
    )
    return HEAD + "".join(lines) + note


def card() -> str:
    """The shipped models' facts."""
    parts = []
    for name, model in json.loads(MANIFEST.read_text("utf-8")).items():
        config: dict[str, Any] = model["config"]
        loss, run = config["loss"], config["run"]
        validation = ", ".join(f"{k} {v:.3g}" for k, v in model["scores"].items())
        parts.append(
            f"| `{name}` | |\n|---|---|\n"
            f"| parameters | {model['parameters']:,} |\n"
            f"| ONNX sha256 | `{model['onnx']['sha256']}` |\n"
            f"| safetensors sha256 | `{model['safetensors']['sha256']}` |\n"
            f"| trained on | {model['data']} |\n"
            f"| held out | {', '.join(model['held_out'])} |\n"
            f"| loss | {loss['lambda1']} patchNCE (S = {loss['samples']}, "
            f"τ = {loss['temperature']}, strategy {loss['strategy']}) "
            f"+ {loss['lambda2']} M-SSIM ({loss['window']}) "
            f"+ {loss['intensity']} intensity "
            f"(gain {loss['intensity_gain']}, mix {loss['intensity_mix']}) "
            f"+ {loss['gradient']} gradient (gain {loss['gradient_gain']}) |\n"
            f"| goes on from | {config['model']['start'] or 'nothing'} |\n"
            f"| steps | {model['steps']:,} of {run['steps']:,}, batch {run['batch']} of "
            f"{config['data']['crop']}×{config['data']['crop']}, seed {run['seed']} |\n"
            f"| validation | {validation} |\n"
        )
    return "\n".join(parts)


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


def speed() -> str:
    """How long each metric takes."""
    result = json.loads((RESULTS / "metrics-speed.json").read_text("utf-8"))
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


def align() -> str:
    """How well alignment does on real pairs."""
    result = json.loads((RESULTS / "align.json").read_text("utf-8"))
    goal, far = result["goal_px"], result["failure_percent"]
    marks = "".join(
        f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} px "
        f"| {row['median_px']:.1f} px, {row['median_percent']:.2f} % "
        f"| {row['worst_px']:.1f} px, {row['worst_percent']:.2f} % | {row['quality']:.2f} |\n"
        if "quality" in row
        else f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} "
        f"px | refused | | |\n"
        for row in result["landmarks"]
    )
    warps = "".join(
        f"| {name} | {row['warps']} | {row['accepted']} | {row['failures_accepted']} "
        f"| {row['change_within_goal']} of {row['compared']} | {row['change_median_px']:.2f} px "
        f"| {row['within_goal']} of {row['accepted']} | {row['median_px']:.2f} px |\n"
        for name, row in result["summary"].items()
    )
    wrong, speed = result["unrelated"], result["speed"]
    return (
        "Real pairs of two cameras, 20 landmarks each, distances in visible pixels and in percent "
        "of the diagonal:\n\n"
        "| pair | size | before, median | median | worst | quality |\n|---|---|---|---|---|---|\n"
        f"{marks}\nKnown warps of aligned pairs:\n\n"
        f"| group | warps | accepted | accepted, off by > {far:g} % | warp within {goal:g} px "
        f"| median | within {goal:g} px of the set | median |\n|---|---|---|---|---|---|---|---|\n"
        f"{warps}\n"
        f"Unrelated pairs accepted: {len(wrong['accepted'])} of {wrong['pairs']}. At 640×480: "
        f"{speed['cpu_seconds']:.1f} CPU seconds in the mean, {speed['cpu_seconds_slowest']:.1f} "
        f"at most, of {result['cpu']}. `{result['command']}`\n"
    )


def render(text: str) -> str:
    """A document with its tables up to date."""
    blocks = {"card": card(), "metrics": metrics(), "metrics-speed": speed(), "align": align()}
    blocks |= {f"scores-{name}": table(experiment) for name, experiment in SCORES.items()}
    for name, block in blocks.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda m, b=block: m[1] + b + m[2], text, flags=re.DOTALL)
    return text


def _range(metric: Metric) -> str:
    low = f"{metric.lowest:.4g}".replace("-", "−")
    return f"{low} and more" if isinf(metric.highest) else f"{low} to {metric.highest:.4g}"


def _cell(value: float, digits: int) -> str:
    return "–" if isnan(value) else f"{value:.{digits}f}"


def _strong(method: str) -> str:
    return f"**{method}**" if method.startswith("clfnet") else method


def main() -> None:
    """Rewrite the documents."""
    for path in DOCUMENTS:
        path.write_text(render(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
