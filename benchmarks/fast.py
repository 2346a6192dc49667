"""How near `fast` comes to `clfnet`, and how quick it is: `python benchmarks/fast.py`.

Writes docs/results/fast.json. Both models fuse the test pairs of TNO and RoadScene, which neither
was trained on; every metric is the mean over a set's pairs, with and without stretching. The six of
the paper are in its dialect, SCD and Qabf in `plain`. Speed is of arrays in to arrays out.
"""

import argparse
import json
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from eight_metrics import measured

from clfnet.bench import describe
from clfnet.inference.find import find_method
from clfnet.inference.fuser import Fuser
from clfnet.io.image import read_image
from clfnet.io.pairing import pair_folders
from clfnet.metrics import to_grey
from clfnet.weights import load_manifest

RESULT = Path(__file__).parents[1] / "docs" / "results" / "fast.json"
SETS = {"TNO": "tno/test", "RoadScene": "roadscene/test"}
MODELS = ("clfnet", "fast")
FRAMES = 40


def quality(folder: Path, *, stretch: bool) -> dict[str, dict[str, float]]:
    """Each model's means over the pairs of a set."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in MODELS}
    for files in pair_folders(folder / "ir", folder / "vi"):
        infrared, visible = (to_grey(read_image(file).pixels) for file in files)
        for name in MODELS:
            fused = Fuser(FUSING[name], stretch=stretch)(infrared, visible)
            rows[name].append(measured(fused, infrared, visible))
    return {
        name: {metric: float(np.mean([row[metric] for row in of])) for metric in of[0]}
        for name, of in rows.items()
    }


def speed(threads: int) -> dict[str, Any]:
    """Frames per second at 640×480, the models taking turns: medians of many frames."""
    pair = np.random.default_rng(0).random((2, 480, 640), np.float32)
    methods = {name: find_method(name, threads=threads) for name in MODELS}
    wall: dict[str, list[float]] = {name: [] for name in MODELS}
    cpu: dict[str, list[float]] = {name: [] for name in MODELS}
    for turn in range(FRAMES + 3):
        for name, method in methods.items():
            if name == "clfnet" and turn % 8:  # takes long
                continue
            start, busy = perf_counter(), process_time()
            method(*pair)
            if turn >= 3 or name == "clfnet":
                wall[name].append(perf_counter() - start)
                cpu[name].append(process_time() - busy)
    return {
        name: {
            "frames_per_second": round(1 / median(wall[name]), 1),
            "fewest": round(1 / max(wall[name]), 1),
            "cpu_seconds": round(median(cpu[name]), 4),
        }
        for name in MODELS
    }


FUSING = {name: find_method(name) for name in MODELS}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    manifest = load_manifest()
    result = {
        "command": "python benchmarks/fast.py",
        "machine": describe(),
        "models": {name: manifest[name].onnx.sha256 for name in MODELS},
        "speed": {str(threads): speed(threads) for threads in (1, 2)},
        "quality": {
            f"{name}, {'stretched' if stretch else 'not stretched'}": quality(
                data / folder, stretch=stretch
            )
            for name, folder in SETS.items()
            for stretch in (False, True)
        },
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
