"""A training step on a GPU, as one CUDA graph and operator by operator: `make bench-gpu`.

The paper's recipe (batch 4 of 128×128, S = 200) in float32, TF32 and bfloat16: milliseconds of a
step, those of them in which the processor works, and what a whole run of 20,140 steps takes. Writes
docs/results/training_gpu.json. With `--device cpu` it only shows that it works.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from clfnet.bench import describe
from clfnet.example import night_street
from clfnet.io.image import Image, write_image
from clfnet.training.config import TrainConfig, parse
from clfnet.training.distributed import Process, allow_tf32
from clfnet.training.engine import WARM_UP, Engine, Updater, cuda_graph
from clfnet.training.task import Context, FusionTask
from clfnet.training.trainer import LAUNCHED

RESULT = Path(__file__).parents[1] / "docs" / "results" / "training_gpu.json"
RUN = 20_140
"""Steps of the paper's 20 epochs on 4,027 crops."""

PRECISIONS = {"float32": (), "TF32": ("tf32",), "bfloat16": ("tf32", "amp")}
"""Which of the recipe's options are set."""


def recipe(folder: Path, crop: int) -> TrainConfig:
    """The paper's (Sec. IV-A.3), on the built-in pair."""
    scene = night_street()
    write_image(folder / "ir" / "street.png", Image(scene.infrared))
    write_image(folder / "vi" / "street.png", Image(scene.visible))
    data = {"infrared": str(folder / "ir"), "visible": str(folder / "vi"), "crop": crop}
    return parse({"data": data, "run": {"steps": 10**6}})


def measured(config: TrainConfig, device: str, steps: int, *, graph: bool) -> dict[str, float]:
    """Milliseconds of a step: "step" in all, "processor" until it was launched."""
    process = Process(device=torch.device(device))
    allow_tf32(config.run.tf32)
    task = FusionTask(config, Context(Path(), process, fresh=True))
    task.objective.to(process.device)
    updaters = [Updater(update, process) for update in task.updates]
    engine = Engine(
        task, updaters, process, lambda update, _: update.optimizer.learning_rate,
        capacity=LAUNCHED, capture=cuda_graph if graph else None,
    )  # fmt: skip
    engine.run(0, min(LAUNCHED, WARM_UP + 2)).rows()
    start = time.perf_counter()
    blocks = [engine.run(first, min(LAUNCHED, steps)) for first in range(50, 50 + steps, LAUNCHED)]
    launched = time.perf_counter()
    for block in blocks:
        block.rows()
    ended = time.perf_counter()
    count = sum(len(block.values) for block in blocks)
    return {
        "step": 1000 * (ended - start) / count,
        "processor": 1000 * (launched - start) / count,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cpu", "cuda"))
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    rows: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        config = recipe(Path(folder), options.crop)
        for name, changes in PRECISIONS.items():
            run = replace(config.run, tf32="tf32" in changes, amp="amp" in changes)
            changed = replace(config, run=run)
            for graph in (False, True) if options.device == "cuda" else (False,):
                row = measured(changed, options.device, options.steps, graph=graph)
                row["run in minutes"] = row["step"] * RUN / 60_000
                rows[f"{name}, {'graph' if graph else 'operators'}"] = row
                print(name, graph, row)  # noqa: T201
    gpu = torch.cuda.get_device_name() if options.device == "cuda" else None
    result = {
        "command": "python benchmarks/training_gpu.py",
        "machine": describe(),
        "gpu": gpu,
        "torch": torch.__version__,
        "milliseconds": rows,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
