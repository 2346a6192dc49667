"""Tables I, VI, VIII and Fig. 19: recipes trained on an equal budget, and scored."""

from dataclasses import replace
from functools import partial
from math import ceil, copysign
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np

from clfnet.evaluation.difference import difference_map
from clfnet.evaluation.panel import panel
from clfnet.graphs import full_graph
from clfnet.inference.backend import OnnxMethod
from clfnet.io.image import Image, read_image, write_image
from clfnet.io.markdown import grid
from clfnet.metrics import to_grey
from clfnet.training import TrainConfig, load, resume, train
from clfnet.training.config import as_tables, with_steps
from clfnet.training.dataset import Crops, load_pairs
from clfnet.training.log import read_log
from clfnet.training.network_file import load_network
from clfnet.training.trainer import CHECKPOINT, LAST
from experiments.markdown import means, number
from experiments.results import Results, fingerprint
from experiments.run import Run
from experiments.scoring import COLUMNS, MODES, scores, table_of
from experiments.spec import Difference, Row, Sweep

TIMED = (2, 12)
"""Steps of the two short runs whose difference is the time of a step."""

REPEATS = 3
"""How often each is run."""


def measure(spec: Sweep, run: Run, results: Results) -> None:
    """Train and score every row; what is trained or begun goes on from there."""
    budget = spec.budget if run.budget is None else run.budget
    recipes = {row.name: recipe(spec, row, run.data, budget) for row in spec.rows}
    for name, config in run.track({f"train {n}": (n, config) for n, config in recipes.items()}):
        of = fingerprint(as_tables(config), COLUMNS)
        results.row(name, of, partial(_trained, spec, run, name, config))
    for name, config in run.track({f"time {n}": (n, config) for n, config in recipes.items()}):
        of = fingerprint(as_tables(config), TIMED)
        results.row(_time(name), of, partial(_timed, config))
    results.keep_only([*recipes, *map(_time, recipes)])
    for difference in spec.difference:
        _draw(spec, run, difference)


def recipe(spec: Sweep, row: Row, data: Path, budget: float) -> TrainConfig:
    """Return what is trained for a row; below the full budget fewer steps on smaller crops."""
    place = [
        f"data.infrared={str(data / spec.train_infrared)!r}",
        f"data.visible={str(data / spec.train_visible)!r}",
    ]
    full = load(Path(spec.recipe), place)
    pairs, _ = load_pairs(full.data)
    full = with_steps(full, ceil(len(Crops(pairs, full.data, 0)) / full.run.batch))
    steps = max(1, round(budget * full.run.steps))
    small = spec.small if budget < 1 else ()
    length = [f"run.steps={steps}", "run.epochs=0"]
    return load(Path(row.recipe or spec.recipe), [*place, *spec.set, *small, *length, *row.set])


def run_folder(work: Path, config: TrainConfig) -> Path:
    """Return where a recipe is trained; equal recipes of several tables share it."""
    return work.parent / "training" / fingerprint(as_tables(config))


def seconds(config: TrainConfig) -> float:
    """Return the CPU seconds of a step, from two short runs whose difference has no start-up.

    Each is the quickest of a few: other work on the machine only ever adds.
    """
    short, long = (min(_spent(config, steps) for _ in range(REPEATS)) for steps in TIMED)
    return round((long - short) / (TIMED[1] - TIMED[0]), 4)


def _spent(config: TrainConfig, steps: int) -> float:
    with TemporaryDirectory() as folder:
        start = process_time()
        train(replace(config, run=replace(config.run, steps=steps)), Path(folder)).go_on()
        return process_time() - start


def render(spec: Sweep, results: Results) -> str:
    """Return the tables as Markdown."""
    rows = {row.name: results.rows[row.name] for row in spec.rows if row.name in results.rows}
    paper = {row.name: row.paper for row in spec.rows if row.paper}
    parts = [_facts(spec, results)]
    for mode in MODES:
        parts.append(f"{spec.test.name}, fused images {mode}, dialect `paper`:\n")
        parts.append(means(table_of(rows, mode, "paper"), paper, rank=False))
        parts.append(f"{spec.test.name}, fused images {mode}, dialect `plain`:\n")
        parts.append(means(table_of(rows, mode, "plain"), rank=False))
    parts.append(_directions(spec, rows))
    return "\n".join(parts)


def _trained(spec: Sweep, run: Run, name: str, config: TrainConfig) -> dict[str, Any]:
    """Train a row, or go on, and score its last network."""
    folder = run_folder(run.work, config)
    if not (folder / LAST).exists():
        if (folder / CHECKPOINT).exists():
            resume(folder).go_on()
        else:
            train(config, folder).go_on()
    method = _method(folder, name)
    shares = [value for _, key, value in read_log(folder / "log.csv") if key == "infrared_share"]
    return {
        "steps": config.run.steps,
        "crop": config.data.crop,
        "infrared share": round(float(np.mean(shares[-50:])), 4) if shares else None,
        **scores(run.data, spec.test, method, run.work / "fused"),
    }


def _timed(config: TrainConfig) -> dict[str, Any]:
    return {"seconds per step": seconds(config)}


def _method(folder: Path, name: str) -> OnnxMethod:
    """A trained network, as it would be shipped."""
    return OnnxMethod(full_graph(load_network(folder / LAST)).SerializeToString(), name=name)


def _draw(spec: Sweep, run: Run, difference: Difference) -> None:
    """Fig. 19: sources, both rows' fused images and where they differ."""
    for image in difference.images:
        folders = {
            "infrared": run.data / spec.test.infrared,
            "visible": run.data / spec.test.visible,
            difference.first: run.work / "fused/stretched" / difference.first,
            difference.second: run.work / "fused/stretched" / difference.second,
        }
        shown = {
            name: to_grey(read_image(next(folder.glob(f"{image}.*"))).pixels)
            for name, folder in folders.items()
        }
        shown["difference, inverted"] = difference_map(
            shown[difference.first], shown[difference.second]
        )
        path = run.work / f"difference-{difference.first.replace(' ', '-')}-{image}.png"
        write_image(path, Image(panel(shown, columns=len(shown))), overwrite=True)


def _facts(spec: Sweep, results: Results) -> str:
    """Steps, share of infrared and seconds of each row."""
    rows = []
    for row in spec.rows:
        found, timed = results.rows.get(row.name), results.rows.get(_time(row.name))
        if found and timed:
            rows.append(
                [
                    row.name,
                    f"{found['steps']:,}",
                    f"{found['crop']}×{found['crop']}",
                    number(found["infrared share"]),
                    number(timed["seconds per step"]),
                ]
            )
    return grid(["", "steps", "crops", "infrared share", "CPU s per step"], rows)


def _directions(spec: Sweep, rows: dict[str, Any]) -> str:
    """In how many metrics a row moves from the first row as the paper's does."""
    first, *others = [row for row in spec.rows if row.paper and row.name in rows]
    table = table_of(rows, "stretched", "paper").means()
    lines = []
    for row in others:
        cells, agreed = [], 0
        for metric in COLUMNS["paper"]:
            ours = table[row.name][metric] - table[first.name][metric]
            theirs = row.paper[metric] - first.paper[metric]
            same = copysign(1, ours) == copysign(1, theirs)
            agreed += same
            cells.append(f"{ours:+.3g} / {theirs:+.3g} {'✓' if same else '✗'}")
        lines.append([row.name, *cells, f"{agreed} of {len(cells)}"])
    head = [f"less {first.name}: ours / paper", *COLUMNS["paper"], "same direction"]
    return "Directions (stretched):\n\n" + grid(head, lines)


def _time(name: str) -> str:
    return f"time: {name}"
