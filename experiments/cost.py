"""Table VII: what a method costs: seconds, weights, multiply-adds, memory."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from platform import machine, processor
from statistics import mean, median, stdev
from time import perf_counter
from typing import Any

import numpy as np

from clfnet import __version__, weights
from clfnet.bench import SIZES, Candidate, multiply_adds, peak_memory
from clfnet.inference.find import find_method
from clfnet.io.image import read_image
from clfnet.io.markdown import grid
from clfnet.io.pairing import pair_folders
from clfnet.method import FloatImage
from clfnet.metrics import to_grey
from experiments.markdown import number
from experiments.results import Results, fingerprint
from experiments.run import Run
from experiments.spec import Cost, Pairs

MEMORY_SIZE = SIZES["vga"]
"""Of the pair whose fusing is watched for memory, and whose multiply-adds are counted."""


def measure(spec: Cost, run: Run, results: Results) -> None:
    """Time all methods on every set, in turn for each image, and then measure their memory."""
    for pairs in run.track({f"time {pairs.name}": pairs for pairs in spec.sets}):
        of = fingerprint(spec.methods, spec.repeats, __version__, _cpu())
        results.row(f"seconds: {pairs.name}", of, partial(_timed, spec, run.data, pairs))
    for method in run.track({f"memory of {method}": method for method in spec.methods}):
        results.row(method, fingerprint(__version__), partial(_facts, method))


def seconds(
    spec: Cost, images: Sequence[tuple[FloatImage, FloatImage]]
) -> dict[str, dict[str, float]]:
    """Return by method the mean and standard deviation over the images of the seconds to fuse one.

    Methods take turns on each image, so that what else the machine does falls on all alike; an
    image's time is the median of its repeats, arrays in to array out, after one call to warm up.
    """
    methods = {name: find_method(name) for name in spec.methods}
    times: dict[str, list[float]] = {name: [] for name in methods}
    for infrared, visible in images:
        spent: dict[str, list[float]] = {name: [] for name in methods}
        for turn in range(spec.repeats + 1):
            for name, method in methods.items():
                start = perf_counter()
                method(infrared, visible)
                if turn:
                    spent[name].append(perf_counter() - start)
        for name in methods:
            times[name].append(median(spent[name]))
    return {
        name: {"mean": round(mean(of), 5), "sd": round(stdev(of), 5) if len(of) > 1 else 0.0}
        for name, of in times.items()
    }


def _facts(method: str) -> dict[str, Any]:
    """What does not depend on the pairs."""
    model = weights.load_manifest().get(method)
    return {
        "parameters": model.card["parameters"] if model else 0,
        "multiply-adds per pixel": adds_per_pixel(model.onnx.path) if model else None,
        "peak MiB": peak_memory(Candidate(method), MEMORY_SIZE),
    }


def adds_per_pixel(graph: Path) -> int:
    """Return the multiply-adds of an ONNX graph per pixel of a 640×480 pair."""
    return round(multiply_adds(graph, MEMORY_SIZE.height, MEMORY_SIZE.width) / MEMORY_SIZE.pixels)


def render(spec: Cost, results: Results) -> str:
    """Return the table as Markdown."""
    timed = {pairs.name: results.rows[f"seconds: {pairs.name}"]["seconds"] for pairs in spec.sets}
    rows = []
    for method in spec.methods:
        facts = results.rows[method]
        each = [f"{of[method]['mean']:.4f} ± {of[method]['sd']:.4f}" for of in timed.values()]
        adds = facts["multiply-adds per pixel"]
        rows.append(
            [
                method,
                *each,
                f"{facts['parameters'] / 1e6:.6f}" if facts["parameters"] else "–",
                f"{adds * MEMORY_SIZE.pixels / 1e9:.1f}" if adds else "–",
                number(facts["peak MiB"]),
            ]
        )
    for method, printed in spec.paper.items():
        rows.append([f"{method} · *paper*", *_printed(printed, list(timed)), "", ""])
    head = [
        *("", *(f"{name}, s" for name in timed), "parameters, M"),
        *("GMAC at 640×480", "peak MiB at 640×480"),
    ]
    return grid(head, rows)


def _printed(values: Mapping[str, float], sets: Sequence[str]) -> list[str]:
    """The paper's cells: for each set, `NAME` and `NAME sd`; then parameters."""
    times = [f"{values[name]:.4f} ± {values[f'{name} sd']:.4f}" for name in sets]
    return [*times, f"{values['parameters']:.6f}"]


def _timed(spec: Cost, data: Path, pairs: Pairs) -> dict[str, Any]:
    return {"seconds": seconds(spec, _load(data, pairs)), "machine": _cpu()}


def _load(data: Path, pairs: Pairs) -> list[tuple[FloatImage, FloatImage]]:
    """The pairs of a set as a method takes them."""
    return [
        (_unit(infrared), _unit(visible))
        for infrared, visible in pair_folders(data / pairs.infrared, data / pairs.visible)
    ]


def _unit(path: Path) -> FloatImage:
    levels = to_grey(read_image(path).pixels)
    return levels.astype(np.float32) / np.float32(255)


def _cpu() -> str:
    """The machine, as far as it tells."""
    return f"{machine()} {processor()} {os.cpu_count()} cores"
