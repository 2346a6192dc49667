"""Two processes, started by torchrun, train one network on twice the batch."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from clfnet.errors import ConfigError
from clfnet.training import train
from clfnet.training.config import DistillConfig, TrainConfig
from clfnet.training.config import Recipe as AnyRecipe
from clfnet.training.distributed import Process, allow_tf32, process_group, without_tf32
from clfnet.training.log import read_log

Recipe = Callable[..., TrainConfig]
RecipeFile = Callable[[AnyRecipe], Path]

# `clfnet train`, after which each process also writes down its own weights
WORKER = """
import os, sys
import torch
from clfnet.cli import main
from clfnet.training.trainer import _Trainer

run = _Trainer.run

def run_and_tell(self):
    result = run(self)
    torch.save(self.objective.state_dict(), f"{sys.argv[0]}.{os.environ['RANK']}")
    return result

_Trainer.run = run_and_tell
main()
"""


def torchrun(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_one_process_is_the_plain_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group() as process:
        assert (process.rank, process.size, process.leads) == (0, 1, True)
        assert not torch.distributed.is_initialized()
    assert not Process(rank=1, size=2).leads


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="`device` must be one of cpu, cuda, got 'tpu'"):
        process_group("tpu").__enter__()
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="`device` must be cpu where PyTorch"):
            process_group("cuda").__enter__()


@pytest.mark.slow
def test_torchrun_runs_the_command(recipe: Recipe, recipe_file: RecipeFile, tmp_path: Path) -> None:
    """Batch norm sees each process's batch alone, so only that it works is asserted here."""
    file, folder = recipe_file(recipe(loss={"samples": 8, "detach_keys": True})), tmp_path / "run"
    done = torchrun("-m", "clfnet", "train", file, "-o", folder)
    assert done.returncode == 0, done.stderr
    assert "step 6/6" in done.stderr
    rows = read_log(folder / "log.csv")
    for name, steps in (("loss", [1, 2, 3, 4, 5, 6]), ("validation score", [3, 6])):
        assert [step for step, key, _ in rows if key == name] == steps  # once each
    assert all(math.isfinite(value) for _, _, value in rows)
    for weights in ("best.safetensors", "last.safetensors"):
        assert all(t.isfinite().all() for t in load_file(folder / weights).values())


@pytest.mark.slow
def test_two_processes_equal_one_with_twice_the_batch(
    recipe: Recipe, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    """Exactly so where nothing couples the crops of a batch: no head, frozen batch norm."""

    def config(batch: int) -> TrainConfig:
        return recipe(
            loss={"lambda1": 0, "intensity": 1.0, "gradient": 1.0},
            run={"freeze_statistics": 0.0, "batch": batch},
        )

    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    done = torchrun(worker, "train", recipe_file(config(2)), "-o", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    ranks = [torch.load(f"{worker}.{rank}", weights_only=True) for rank in (0, 1)]
    for name, tensor in ranks[0].items():
        assert torch.equal(tensor, ranks[1][name]), name

    train(config(4), tmp_path / "one")
    train(config(2), tmp_path / "half")
    one, two, half = (load_file(tmp_path / n / "last.safetensors") for n in ("one", "two", "half"))
    for name, tensor in two.items():
        assert torch.equal(tensor, ranks[0][f"network.{name}"]), name
        torch.testing.assert_close(tensor, one[name], rtol=0, atol=2e-5)
    assert max(float((two[name] - half[name]).abs().max()) for name in two) > 1e-3


@pytest.mark.slow
def test_two_processes_train_a_student_as_one_with_twice_the_batch(
    student_recipe: Callable[..., DistillConfig], recipe_file: RecipeFile, tmp_path: Path
) -> None:
    file = recipe_file(student_recipe(run={"batch": 2}))
    done = torchrun("-m", "clfnet", "train", file, "-o", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    train(student_recipe(run={"batch": 4}), tmp_path / "one")
    one, two = (load_file(tmp_path / name / "last.safetensors") for name in ("one", "two"))
    for name, tensor in two.items():
        torch.testing.assert_close(tensor, one[name], rtol=0, atol=2e-5)
    pictures = [
        sorted(p.name for p in (tmp_path / n / "teacher").iterdir()) for n in ("one", "two")
    ]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) == 6


@pytest.mark.parametrize("allowed", [False, True])
def test_tf32_is_off_inside_and_then_as_before(*, allowed: bool) -> None:
    convolutions: Any = getattr(torch.backends.cudnn, "conv", None)  # untyped
    before = convolutions.fp32_precision
    try:
        allow_tf32(allowed)
        told = convolutions.fp32_precision
        assert told == ("tf32" if allowed else "ieee")
        with without_tf32():
            assert convolutions.fp32_precision == "ieee"
        assert convolutions.fp32_precision == told
    finally:
        allow_tf32(before == "tf32")
