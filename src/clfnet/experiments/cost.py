"""Table VII: what a method costs: seconds, weights, multiply-adds, memory."""

import os
import resource
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from platform import machine, processor
from statistics import mean, median, stdev
from time import perf_counter
from typing import Any

import numpy as np

from clfnet import __version__, weights
from clfnet.data.pairing import pair_folders
from clfnet.errors import InputError
from clfnet.experiments.markdown import grid, number
from clfnet.experiments.results import Results, fingerprint
from clfnet.experiments.run import Run
from clfnet.experiments.spec import Cost, Pairs
from clfnet.inference.find import find_method
from clfnet.io.image import read_image
from clfnet.method import FloatImage
from clfnet.metrics import to_grey

MEMORY_SIZE = (480, 640)
"""Rows and columns of the pair whose fusing is watched for memory."""


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


def peak_memory(method: str) -> float:
    """Return by how many MiB fusing a 640×480 pair, loading included, raises a process's peak."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak_memory, method).result()


def _peak_memory(method: str) -> float:
    """What `peak_memory` does in the new process."""
    rng = np.random.default_rng(0)
    pair = rng.random((2, *MEMORY_SIZE), np.float32)
    before = _peak()
    find_method(method)(*pair)
    return round((_peak() - before) / 2**20, 1)


def _peak() -> int:
    """The process's peak memory in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, getrusage would count what the parent held when it forked
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _facts(method: str) -> dict[str, Any]:
    """What does not depend on the pairs."""
    model = weights.load_manifest().get(method)
    return {
        "parameters": model.card["parameters"] if model else 0,
        "multiply-adds per pixel": multiply_adds(model.onnx.path) if model else None,
        "peak MiB": peak_memory(method),
    }


def multiply_adds(graph: Path) -> int:
    """Return the multiply-adds per pixel of an ONNX graph whose convolutions keep the size.

    Raises:
        InputError: a convolution has a stride.
    """
    import onnx

    model = onnx.load(graph)
    sizes = {tensor.name: int(np.prod(tensor.dims)) for tensor in model.graph.initializer}
    total = 0
    for node in model.graph.node:
        if node.op_type == "Conv":
            if any(set(a.ints) != {1} for a in node.attribute if a.name == "strides"):
                raise InputError(f"{graph} must keep the size of its input, but has a stride.")
            total += sizes[node.input[1]]
    return total


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
                f"{adds * np.prod(MEMORY_SIZE) / 1e9:.1f}" if adds else "–",
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
