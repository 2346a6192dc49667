"""How well alignment works on real pairs: python benchmarks/align.py --data ../shared/data.

Writes docs/results/align.json. Nothing measured here was tuned on: thresholds come from the
training folders. Four questions:

- landmarks: five pairs of two cameras with different fields of view. Their landmarks obey an
  affine map exactly, so they tell one map per pair, not depth.
- warps: pairs of which both frames are cut anew, the infrared one through a known map. The sets'
  own alignment is off by some pixels, so the error is given against that alignment, and as the
  change against what `register` finds for the uncut pair.
- unrelated: infrared and visible images of two scenes, all of which must be refused.
- speed: CPU and wall seconds at 640x480.

All of it takes an hour of one core; `--part NAME` measures one of them anew and keeps the others.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig, read_landmarks, register
from clfnet.align.geometry import Matrix, Points, Size, apply, normalised
from clfnet.align.landmarks import fit_homography, residuals
from clfnet.align.warp import resample, resize
from clfnet.bench.machine import cpu_name
from clfnet.errors import AlignmentError
from clfnet.inference.arrays import grey
from clfnet.io.box import Box
from clfnet.io.image import read_image

RESULT = Path(__file__).parents[1] / "docs" / "results" / "align.json"
SETS = ("tno/test", "roadscene/test")
KINDS = ("similarity", "affine", "homography")
RUNS = 3
PARTNERS = 4  # unrelated visible images for each infrared one
GOAL = 3.0  # pixels
FAR = 0.02  # of the diagonal: an alignment that is off by more has failed

Grey = NDArray[np.float32]


class Strength(NamedTuple):
    """How far a warp may go.

    Attributes:
        zoom: ratio of the fields of view, or its inverse.
        shift: of the frame's sides.
        turn: degrees.
        skew: of the frame's sides, for affine maps and homographies.
    """

    zoom: float
    shift: float
    turn: float
    skew: float


STRENGTHS = {
    "mild": Strength(1.06, 0.02, 1, 0.01),
    "medium": Strength(1.2, 0.06, 3, 0.03),
    "strong": Strength(1.5, 0.12, 8, 0.06),
}


class Pair(NamedTuple):
    """One scene: its name and both images, grey, in [0, 1]."""

    name: str
    infrared: Grey
    visible: Grey


class Cut(NamedTuple):
    """A pair cut anew from an aligned one.

    Attributes:
        infrared: drawn through `warp`.
        visible: a rectangle of the frame.
        warp: from pixels of the new infrared image to those of the frame.
        offset: from pixels of the frame to those of the new visible image.
    """

    infrared: Grey
    visible: Grey
    warp: Matrix
    offset: Matrix


def read_pairs(folder: Path) -> list[Pair]:
    """Read the pairs of a set, by name."""
    visible = {path.stem: path for path in (folder / "vi").iterdir()}
    names = sorted((folder / "ir").iterdir())
    return [Pair(path.stem, read_grey(path), read_grey(visible[path.stem])) for path in names]


def read_grey(path: Path) -> Grey:
    """Read an image's luma."""
    return grey(read_image(path).pixels)


def size(image: Grey) -> Size:
    """Width and height."""
    return int(image.shape[1]), int(image.shape[0])


def cut(pair: Pair, kind: str, strength: Strength, rng: np.random.Generator) -> Cut:
    """Cut both frames anew so that neither has pixels outside the old frame."""
    frame = np.array(size(pair.visible), float)
    inner, outer = 0.88 / strength.zoom, 0.88
    wide, narrow = (outer, inner) if rng.random() < 0.5 else (inner, outer)
    shift = strength.shift
    while True:
        quad = _quad(wide, kind, strength, rng) * frame + frame / 2 - 0.5
        quad += rng.uniform(-1, 1, 2) * shift * frame
        corner = np.rint(
            frame * (1 - narrow) / 2 + rng.uniform(-1, 1, 2) * 0.3 * shift * frame
        ).astype(int)
        far = corner + (narrow * frame).astype(int)
        inside = (quad >= -0.5).all() and (quad <= frame - 0.5).all()
        if inside and (corner >= 0).all() and (far <= frame).all():
            break
        shift, wide = 0.999 * shift, 0.9995 * wide
    width, height = (int(side) for side in wide * frame)
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    warp = fit_homography(outline, quad)
    infrared, _ = resample(pair.infrared, warp, (width, height))
    box = Box.between(*(int(value) for value in (*corner, *far)))
    offset = np.array([[1.0, 0, -corner[0]], [0, 1, -corner[1]], [0, 0, 1]])
    return Cut(infrared, pair.visible[box.slices], warp, offset)


def _quad(wide: float, kind: str, strength: Strength, rng: np.random.Generator) -> Points:
    """Corners of the infrared frame about the middle, in sides of the whole frame."""
    corners = wide * np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    if kind != "similarity":
        stretch, shear = rng.uniform(-strength.skew, strength.skew, 2)
        corners = corners @ np.array([[1 + stretch, shear], [0, 1 - stretch]])
    if kind == "homography":
        corners += rng.uniform(-0.5, 0.5, (4, 2)) * strength.skew * wide
    angle = np.radians(rng.uniform(-strength.turn, strength.turn))
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(corners @ np.array([[cosine, sine], [-sine, cosine]]), np.float64)


def error(expected: Matrix, found: Matrix, infrared: Size, visible: Size) -> float:
    """Mean distance over a grid of the overlap, visible pixels."""
    x, y = np.meshgrid(np.linspace(0, infrared[0] - 1, 12), np.linspace(0, infrared[1] - 1, 12))
    points = np.column_stack([x.ravel(), y.ravel()])
    placed = apply(expected, points)
    seen = ((placed >= 0) & (placed <= np.array(visible) - 1)).all(axis=1)
    return float(np.linalg.norm(apply(found, points[seen]) - placed[seen], axis=1).mean())


def attempt(infrared: Grey, visible: Grey) -> Rig | None:
    """Register; None if refused."""
    try:
        return register(infrared, visible)
    except AlignmentError:
        return None


def landmarks(data: Path) -> list[dict[str, Any]]:
    """Distances of the landmarks under the alignment found."""
    rows = []
    for pair in read_pairs(data / "unregistered"):
        marks = read_landmarks(data / "unregistered" / "landmarks" / f"{pair.name}.csv")
        rig = attempt(pair.infrared, pair.visible)
        row: dict[str, Any] = {"name": pair.name, "size": list(size(pair.visible))}
        before = np.linalg.norm(marks.infrared - marks.visible, axis=1)
        row["median_before_px"] = round(float(np.median(before)), 2)
        if rig:
            distances, diagonal = residuals(rig.homography, marks), np.hypot(*pair.visible.shape)
            values = {"median": float(np.median(distances)), "worst": float(distances.max())}
            row |= {f"{key}_px": round(value, 2) for key, value in values.items()}
            row |= {f"{key}_percent": round(100 * v / diagonal, 2) for key, v in values.items()}
            row |= {"quality": rig.quality, "made": rig.made}
        rows.append(row)
    return rows


def warps(data: Path) -> Iterator[dict[str, Any]]:
    """Known maps of every kind and strength, of every pair."""
    rng = np.random.default_rng(0)
    for name in SETS:
        for pair in read_pairs(data / name):
            whole = attempt(pair.infrared, pair.visible)
            rest = {"rest_px": _rest(pair, whole)} if whole else {}
            for kind in KINDS:
                for strength, values in STRENGTHS.items():
                    made = cut(pair, kind, values, rng)
                    row = {"pair": f"{name}/{pair.name}", "kind": kind, "strength": strength}
                    yield row | _outcome(made, whole) | rest


def _rest(pair: Pair, whole: Rig) -> float:
    """How far `register` sees the uncut pair from where the set puts it, pixels."""
    sizes = size(pair.infrared), size(pair.visible)
    return round(error(np.eye(3), whole.homography, *sizes), 2)


def _outcome(made: Cut, whole: Rig | None) -> dict[str, Any]:
    rig = attempt(made.infrared, made.visible)
    if rig is None:
        return {"accepted": False}
    sizes = size(made.infrared), size(made.visible)
    by_set = normalised(made.offset @ made.warp)
    off = error(by_set, rig.homography, *sizes)
    row = {"accepted": True, "quality": rig.quality, "made": rig.made, "error_px": round(off, 2)}
    row["error_percent"] = round(100 * off / float(np.hypot(*made.visible.shape)), 2)
    if whole:
        by_whole = normalised(made.offset @ whole.homography @ made.warp)
        row["change_px"] = round(error(by_whole, rig.homography, *sizes), 2)
    return row


def unrelated(data: Path) -> dict[str, Any]:
    """Infrared of one scene, visible of another: how many are accepted."""
    pairs = [pair for name in SETS for pair in read_pairs(data / name)]
    rng = np.random.default_rng(0)
    accepted, count = [], 0
    for index, pair in enumerate(pairs):
        others = [other for other in range(len(pairs)) if other != index]
        for other in rng.choice(others, PARTNERS, replace=False):
            count += 1
            rig = attempt(pair.infrared, pairs[other].visible)
            if rig:
                accepted.append([pair.name, pairs[other].name, rig.quality])
    return {"pairs": count, "accepted": accepted}


def speed(data: Path) -> dict[str, float]:
    """Seconds at 640x480: the least of several runs, in the mean over pairs."""
    cpus, walls = [], []
    for pair in read_pairs(data / "unregistered"):
        infrared, visible = (resize(image, (640, 480)) for image in pair[1:])
        used, passed = [], []
        for _ in range(RUNS):
            start, wall = time.process_time(), time.perf_counter()
            attempt(infrared, visible)
            used.append(time.process_time() - start)
            passed.append(time.perf_counter() - wall)
        cpus.append(min(used))
        walls.append(min(passed))
    return {
        "cpu_seconds": round(float(np.mean(cpus)), 2),
        "cpu_seconds_slowest": round(max(cpus), 2),
        "wall_seconds": round(float(np.mean(walls)), 2),
        "wall_seconds_slowest": round(max(walls), 2),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What a group of warps came to."""
    accepted = [row for row in rows if row["accepted"]]
    errors = [row["error_px"] for row in accepted]
    changes = [row["change_px"] for row in accepted if "change_px" in row]
    rests = [row["rest_px"] for row in rows if "rest_px" in row]
    return {
        "warps": len(rows),
        "accepted": len(accepted),
        "within_goal": sum(value <= GOAL for value in errors),
        "median_px": round(float(np.median(errors)), 2) if errors else None,
        "worst_px": max(errors, default=None),
        "failures_accepted": sum(row["error_percent"] > 100 * FAR for row in accepted),
        "compared": len(changes),
        "change_within_goal": sum(value <= GOAL for value in changes),
        "change_median_px": round(float(np.median(changes)), 2) if changes else None,
        "change_worst_px": max(changes, default=None),
        "rest_median_px": round(float(np.median(rests)), 2) if rests else None,
    }


def grouped(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Summaries of the warps by set and strength, by kind, and of all."""
    groups = {
        f"{name}, {strength}": [
            row for row in rows if row["pair"].startswith(name) and row["strength"] == strength
        ]
        for name in SETS
        for strength in STRENGTHS
    }
    groups |= {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    groups["all"] = rows
    return {name: summary(group) for name, group in groups.items()}


PARTS: dict[str, Callable[[Path], Any]] = {
    "landmarks": landmarks,
    "warps": lambda data: list(warps(data)),
    "unrelated": unrelated,
    "speed": speed,
}


def measure(data: Path, parts: Iterable[str], known: dict[str, Any]) -> dict[str, Any]:
    """Measure some parts; what is known of the others is kept."""
    found = {
        part: measured(data) if part in parts else known[part] for part, measured in PARTS.items()
    }
    rows = found.pop("warps")
    return {
        "command": "python benchmarks/align.py",
        "cpu": cpu_name() if "speed" in parts else known["cpu"],
        "goal_px": GOAL,
        "failure_percent": 100 * FAR,
        "summary": grouped(rows),
        **found,
        "warps": rows,
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure alignment on real pairs.")
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="folder of the data sets")
    parser.add_argument("--part", action="append", choices=[*PARTS], help="this one alone")
    chosen = parser.parse_args()
    known = json.loads(RESULT.read_text("utf-8")) if chosen.part else {}
    result = measure(chosen.data, chosen.part or PARTS, known)
    text = json.dumps(result, indent=1) + "\n"
    RESULT.write_text(text, encoding="utf-8")
    print(json.dumps({key: result[key] for key in result if key != "warps"}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
