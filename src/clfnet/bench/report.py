"""Measure candidates at sizes: seconds, CPU seconds, memory, multiply-adds, weights."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from clfnet import weights
from clfnet.bench.candidate import Candidate
from clfnet.bench.fit import fit
from clfnet.bench.graph import multiply_adds, weight_count
from clfnet.bench.machine import describe
from clfnet.bench.memory import peak_memory
from clfnet.bench.size import Size
from clfnet.bench.timing import in_turns, summary
from clfnet.colour.luma import bt601
from clfnet.errors import ClfnetError
from clfnet.example import night_street
from clfnet.inference.files import Job, fuse_file
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image
from clfnet.method import FusionMethod

KINDS = ("network", "end_to_end")
"""What is timed: grey arrays in to array out; or reading two PNG, fusing in colour, writing one."""

Report = dict[str, Any]
Tell = Callable[[str, int, int], object]


def run(
    candidates: Sequence[Candidate],
    sizes: Sequence[Size],
    *,
    kinds: Sequence[str] = KINDS,
    repeats: int = 7,
    patience: float = 60.0,
    seed: int = 0,
    tell: Tell | None = None,
) -> Report:
    """Measure every candidate at every size.

    At each size, all candidates are warmed up by one image and then take turns (see `in_turns`), on
    the built-in scene. Memory is watched in a process of its own for each.

    Args:
        candidates: what is measured.
        sizes: of the images.
        kinds: which of `KINDS`.
        repeats: how often each is timed.
        patience: seconds at one size after which no further repeat begins, once there were two.
        seed: of the orders in which candidates take turns.
        tell: told what is done next, how many steps are done, of how many.

    Returns:
        Plain values, ready for JSON: `machine`, `rows`, `fits` of CPU seconds to megapixels, and
        `notes` on what could not be had. A row of a candidate that failed has its `error`.

    Raises:
        ClfnetError: a candidate cannot be loaded.
    """
    methods = {candidate: candidate.load() for candidate in candidates}
    machine = describe()  # first, since its load should be that of others
    rows: list[dict[str, Any]] = []
    notes: dict[str, None] = {}
    steps = _Steps(len(sizes) * (len(candidates) + 1), tell)
    for size in sizes:
        # Before timing: a candidate that does not fit into memory ends its process, but not ours.
        found = {candidate: _facts(candidate, size, notes, steps) for candidate in methods}
        sound = {each: methods[each] for each in methods if "error" not in found[each]}
        steps(f"{size}: time")
        times = _times(sound, size, kinds, repeats=repeats, patience=patience, seed=seed)
        rows += [found[each] | times.get(each, {}) for each in candidates]
    return {
        "machine": machine,
        "repeats": repeats,
        "patience": patience,
        "rows": rows,
        "fits": fits(rows),
        "notes": list(notes),
    }


def fits(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return, by candidate, how CPU seconds grow with megapixels, where sizes suffice."""
    found = []
    for one in dict.fromkeys(map(candidate_of, rows)):
        of = [row for row in rows if candidate_of(row) == one]
        for kind in KINDS:
            points = points_of(of, kind)
            if len({x for x, _ in points}) > 1 and all(y > 0 for _, y in points):
                x, y = zip(*points, strict=True)
                fitted = {key: round(value, 4) for key, value in fit(x, y)._asdict().items()}
                found.append(asdict(one) | {"kind": kind} | fitted)
    return found


def candidate_of(row: Mapping[str, Any]) -> Candidate:
    """Return what a row or a fit is about."""
    return Candidate(row["model"], row["threads"], row["backend"])


def points_of(rows: Sequence[Mapping[str, Any]], kind: str) -> list[tuple[float, float]]:
    """Return megapixels and median CPU seconds of rows that have this kind, by size."""
    return sorted(
        (row["width"] * row["height"] / 1e6, row[kind]["cpu_seconds"]["median"])
        for row in rows
        if kind in row
    )


class _Steps:
    """Counts and tells."""

    def __init__(self, total: int, tell: Tell | None) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def __call__(self, text: str) -> None:
        if self._tell:
            self._tell(text, self._done, self._total)
        self._done += 1


def _facts(
    candidate: Candidate, size: Size, notes: dict[str, None], steps: _Steps
) -> dict[str, Any]:
    """What is measured but once; on failure, the error."""
    steps(f"{size}: memory of {candidate}")
    row: dict[str, Any] = asdict(candidate) | size._asdict()
    row |= _computed(candidate, size, notes)
    try:
        return row | {"peak_mib": peak_memory(candidate, size)}
    except ClfnetError as error:
        return row | {"error": str(error)}


def _computed(candidate: Candidate, size: Size, notes: dict[str, None]) -> dict[str, Any]:
    """Weights and multiply-adds; None, and a note, for what cannot be counted."""
    path = candidate.graph
    if path is None:
        return {"weights": 0, "bytes": 0, "multiply_adds": None}
    shipped = weights.load_manifest().get(candidate.model)
    counts = {
        "weights": (lambda: shipped.card["parameters"]) if shipped else partial(weight_count, path),
        "multiply_adds": partial(multiply_adds, path, size.height, size.width),
    }
    row: dict[str, Any] = {"bytes": path.stat().st_size}
    for name, count in counts.items():
        try:
            row[name] = count()
        except ClfnetError as error:  # e.g. onnx is not installed
            row[name] = None
            notes[str(error)] = None
    return row


def _times(
    methods: Mapping[Candidate, FusionMethod], size: Size, kinds: Sequence[str], **options: Any
) -> dict[Candidate, dict[str, Any]]:
    """Each candidate's summaries by kind, or its error."""
    with tempfile.TemporaryDirectory(prefix="clfnet-bench-") as folder:
        calls = _calls(methods, size, Path(folder))
        failed: dict[Candidate, dict[str, Any]] = {}
        for candidate in methods:
            try:
                calls[candidate, kinds[-1]]()  # warms up all: end to end includes the network
            except (ClfnetError, MemoryError) as error:
                failed[candidate] = {"error": str(error) or "out of memory"}
        turns = {
            key: call for key, call in calls.items() if key[0] not in failed and key[1] in kinds
        }
        samples = in_turns(turns, **options)
    found: dict[Candidate, dict[str, Any]] = failed
    for (candidate, kind), of in samples.items():
        found.setdefault(candidate, {})[kind] = summary(of)
    return found


def _calls(
    methods: Mapping[Candidate, FusionMethod], size: Size, folder: Path
) -> dict[tuple[Candidate, str], Callable[[], object]]:
    """What is timed, by candidate and kind."""
    infrared, visible = night_street(*size)
    job = Job(folder / "infrared.png", folder / "visible.png", folder / "fused.png")
    write_image(job.infrared, Image(infrared))
    write_image(folder / "visible.png", Image(visible))
    infrared_unit = infrared.astype(np.float32) / np.float32(255)
    visible_unit = bt601.luma(visible.astype(np.float32) / np.float32(255))
    calls: dict[tuple[Candidate, str], Callable[[], object]] = {}
    for candidate, method in methods.items():
        calls[candidate, "network"] = partial(method, infrared_unit, visible_unit)
        calls[candidate, "end_to_end"] = partial(fuse_file, Fuser(method), job, overwrite=True)
    return calls
