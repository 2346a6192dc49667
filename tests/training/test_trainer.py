"""The loop: it resumes bit for bit, keeps the best, and stops before it spoils anything."""

import errno
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.tensorboard import SummaryWriter

from clfnet.errors import (
    ConfigError,
    InputError,
    OutputExistsError,
    TrainingError,
    WeightsError,
)
from clfnet.io.image import read_image
from clfnet.training import learning_rate, log, resume, train, trainer
from clfnet.training.checkpoint import load_checkpoint, save_checkpoint
from clfnet.training.config import OptimizerConfig, TrainConfig
from clfnet.training.engine import Engine
from clfnet.training.log import RunLog, read_log
from clfnet.training.network_file import network_tensors
from clfnet.training.objective import Objective
from clfnet.training.validation import Validator

Recipe = Callable[..., TrainConfig]

PLAIN: dict[str, Any] = {}
RICH: dict[str, Any] = {
    "loss": {"lambda1": 0.05, "detach_keys": True, "intensity": 1.0, "gradient": 2.0, "samples": 8},
    "optimizer": {"schedule": "cosine", "warmup": 0.3, "clip": 0.5},
    "run": {"statistics": "sources", "freeze_statistics": 0.5},
}


class Stopped(BaseException):
    """Somebody pulled the plug."""


def tensors(value: Any, path: str = "") -> dict[str, Tensor]:
    """Every tensor in nested dicts and lists, by its path."""
    if isinstance(value, Tensor):
        return {path: value}
    if isinstance(value, list):
        value = dict(enumerate(value))
    inner = value.items() if isinstance(value, dict) else ()
    return {k: v for key, item in inner for k, v in tensors(item, f"{path}/{key}").items()}


def assert_same_run(one: Path, other: Path) -> None:
    for name in ("log.csv", trainer.BEST, trainer.LAST):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    states = [load_checkpoint(folder / trainer.CHECKPOINT) for folder in (one, other)]
    for key in ("config", "step", "best"):
        assert states[0][key] == states[1][key], key
    expected, got = map(tensors, states)
    assert any("exp_avg_sq" in name for name in expected)
    assert expected.keys() == got.keys()
    for name, tensor in expected.items():
        assert torch.equal(tensor, got[name]), name
    samples = [sorted(path.name for path in (f / "samples").iterdir()) for f in (one, other)]
    assert samples[0] == samples[1]


def values(folder: Path, name: str) -> dict[int, float]:
    return {step: value for step, key, value in read_log(folder / "log.csv") if key == name}


def test_a_run_leaves_weights_log_checkpoint_and_samples(recipe: Recipe, tmp_path: Path) -> None:
    result = train(recipe(), tmp_path / "run")
    assert (result.folder, result.steps) == (tmp_path / "run", 6)
    for name in ("loss", "m_ssim", "patch_nce", "infrared_share", "gradient norm"):
        logged = values(result.folder, name)
        assert list(logged) == [1, 2, 3, 4, 5, 6]
        assert all(map(math.isfinite, logged.values()))
    assert all(0 <= share <= 1 for share in values(result.folder, "infrared_share").values())
    scores = values(result.folder, "validation score")
    assert list(scores) == [3, 6]
    assert result.best == max(scores.values())
    sheets = sorted((result.folder / "samples").iterdir())
    assert [sheet.name for sheet in sheets] == ["000003.png", "000006.png"]
    assert read_image(sheets[0]).pixels.shape == (48, 3 * 48)  # the held-out pair and its fusion
    assert list((result.folder / "tensorboard").iterdir())
    state = load_checkpoint(result.folder / trainer.CHECKPOINT)
    assert (state["step"], state["best"], state["config"]) == (6, result.best, recipe())
    last = load_file(result.folder / trainer.LAST)
    for name, tensor in last.items():
        assert torch.equal(tensor, state["objective"][f"network.{name}"]), name
    assert not list(result.folder.rglob("*.tmp"))


def test_the_loss_falls(recipe: Recipe, tmp_path: Path) -> None:
    config = recipe(
        model={"width": 4},
        loss={"lambda1": 0, "lambda2": 0, "intensity": 1},
        optimizer={"learning_rate": 0.02},
        run={"steps": 80, "validate_every": 80, "checkpoint_every": 80},
    )
    train(config, tmp_path)
    losses = list(values(tmp_path, "loss").values())
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])


def test_progress_is_whole_on_a_narrow_terminal(
    recipe: Recipe, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Progress goes to stderr: steps done, losses, infrared share and speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        train(recipe(), tmp_path)
    out, err = capfd.readouterr()
    assert out == ""
    shown = " ".join(err.split())
    assert "step 6/6 ━" in shown
    for name in ("loss", "m_ssim", "patch_nce", "infrared_share", "images/s"):
        assert re.search(rf"{name} [\d.]+(?= |$)", shown), name


def test_the_seed_decides(recipe: Recipe, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train(recipe(run={"seed": seed}), tmp_path / name)
    assert_same_run(tmp_path / "a", tmp_path / "b")
    assert values(tmp_path / "a", "loss") != values(tmp_path / "c", "loss")


@pytest.mark.parametrize("changes", [PLAIN, RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("stop", [2, 3, 5])
def test_resuming_equals_never_having_stopped(
    recipe: Recipe, tmp_path: Path, changes: dict[str, Any], stop: int
) -> None:
    """Stopped right after the log has a step's rows: checkpoints are of steps 2, 4 and 6."""
    config = recipe(**changes)
    train(config, tmp_path / "straight")
    write = RunLog.write

    def write_and_stop(log: RunLog, step: int, row: dict[str, float]) -> None:
        write(log, step, row)
        if step == stop + 1:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunLog, "write", write_and_stop)
        with pytest.raises(Stopped):
            train(config, tmp_path / "stopped")
    stopped = load_checkpoint(tmp_path / "stopped" / trainer.CHECKPOINT)
    assert stopped["step"] == stop // 2 * 2
    assert not (tmp_path / "stopped" / trainer.LAST).exists()
    torch.manual_seed(12345)  # nothing hangs on the global generator
    result = resume(tmp_path / "stopped")
    assert result.steps == 6
    assert_same_run(tmp_path / "straight", tmp_path / "stopped")


def test_resuming_a_finished_run_changes_nothing(recipe: Recipe, tmp_path: Path) -> None:
    first = train(recipe(), tmp_path / "a")
    train(recipe(), tmp_path / "b")
    assert resume(tmp_path / "b") == replace(first, folder=tmp_path / "b")
    assert_same_run(tmp_path / "a", tmp_path / "b")


def test_resuming_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"checkpoint\.pt is not there"):
        resume(tmp_path)


@pytest.mark.slow
def test_kill_9_and_resume_equals_never_having_stopped(
    recipe: Recipe, recipe_file: Callable[[TrainConfig], Path], tmp_path: Path
) -> None:
    config = recipe(
        **RICH | {"run": {"steps": 80, "validate_every": 11, "checkpoint_every": 7, "threads": 1}}
    )
    file, folder = recipe_file(config), tmp_path / "killed"
    clfnet = [sys.executable, "-m", "clfnet", "train"]
    with subprocess.Popen([*clfnet, file, "-o", folder], stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 120
            while not ((folder / trainer.CHECKPOINT).exists() and len(values(folder, "loss")) > 17):
                assert process.poll() is None, "ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.002)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (folder / trainer.LAST).exists()
    assert 14 <= load_checkpoint(folder / trainer.CHECKPOINT)["step"] < 80
    train(config, tmp_path / "straight")
    resumed = subprocess.run(
        [*clfnet, "--resume", folder], capture_output=True, text=True, timeout=120
    )
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.startswith(f"{folder}: 80 steps, best validation score ")
    assert_same_run(tmp_path / "straight", folder)


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Run as a GPU does, five steps at once; the list gets the first and the number of each."""
    blocks: list[tuple[int, int]] = []

    class Launching(Engine):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{**options, "capacity": 5})

        def run(self, first: int, count: int) -> Any:
            blocks.append((first, count))
            return super().run(first, count)

    monkeypatch.setattr(trainer, "Engine", Launching)
    return blocks


BLOCKS = {**RICH, "run": {**RICH["run"], "steps": 14, "validate_every": 8, "checkpoint_every": 7}}


def test_steps_in_blocks_are_logged_validated_and_kept_as_single_ones(
    recipe: Recipe, tmp_path: Path, in_blocks: list[tuple[int, int]]
) -> None:
    """A block ends where something is due, or the mode changes: here after 7 steps, both."""
    train(recipe(**BLOCKS), tmp_path / "blocks")
    assert in_blocks == [(0, 5), (5, 2), (7, 1), (8, 5), (13, 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "Engine", Engine)
        train(recipe(**BLOCKS), tmp_path / "single")
    assert_same_run(tmp_path / "single", tmp_path / "blocks")


def test_a_block_that_is_not_finite_stops_the_run_before_it_is_kept(
    recipe: Recipe,
    tmp_path: Path,
    in_blocks: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoiled(monkeypatch, 10, math.nan)
    with pytest.raises(TrainingError, match=r"at step 10\. The last good checkpoint is"):
        train(recipe(**BLOCKS), tmp_path)
    assert load_checkpoint(tmp_path / trainer.CHECKPOINT)["step"] == 7
    assert list(values(tmp_path, "loss")) == list(range(1, 10))


def test_a_signal_between_blocks_keeps_what_was_launched(
    recipe: Recipe, tmp_path: Path, in_blocks: list[tuple[int, int]]
) -> None:
    engine_of_blocks: Any = vars(trainer)["Engine"]
    run = engine_of_blocks.run

    def run_and_ask(engine: Any, first: int, count: int) -> Any:
        if first == 8:
            os.kill(os.getpid(), signal.SIGTERM)
        return run(engine, first, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_of_blocks, "run", run_and_ask)
        assert train(recipe(**BLOCKS), tmp_path / "stopped").steps == 13
    assert list(values(tmp_path / "stopped", "loss")) == list(range(1, 14))
    resume(tmp_path / "stopped")
    train(recipe(**BLOCKS), tmp_path / "straight")
    assert_same_run(tmp_path / "straight", tmp_path / "stopped")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_checkpoint_of_the_last_step(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    config = recipe(**RICH | {"run": {"checkpoint_every": 100, "validate_every": 100}})
    run = Engine.run

    def run_and_ask(engine: Any, first: int, count: int) -> Any:
        if first == 3:
            os.kill(os.getpid(), number)
        return run(engine, first, count)

    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "run", run_and_ask)
        result = train(config, tmp_path / "stopped")
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before
    assert (result.steps, result.signal) == (4, number)
    with pytest.raises(KeyboardInterrupt if number == signal.SIGINT else SystemExit):
        result.go_on()
    assert load_checkpoint(tmp_path / "stopped" / trainer.CHECKPOINT)["step"] == 4
    assert list(values(tmp_path / "stopped", "loss")) == [1, 2, 3, 4]
    assert not (tmp_path / "stopped" / trainer.LAST).exists()
    resume(tmp_path / "stopped").go_on()
    train(config, tmp_path / "straight")
    assert_same_run(tmp_path / "straight", tmp_path / "stopped")


def test_a_second_signal_does_what_it_does_elsewhere(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_twice(*_: object) -> None:
        for _turn in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)

    monkeypatch.setattr(Engine, "run", ask_twice)
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), tmp_path)


def test_a_damaged_checkpoint_is_replaced_by_the_one_before(
    recipe: Recipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("damaged", "straight"):
        train(recipe(), tmp_path / name)
    path = tmp_path / "damaged" / trainer.CHECKPOINT
    data = bytearray(path.read_bytes())
    weight = load_checkpoint(path)["objective"]["network.decoder.blocks.0.conv1.weight"]
    data[data.index(weight.numpy().tobytes()) + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"checkpoint\.pt is damaged"):
        load_checkpoint(path)
    assert load_checkpoint(path.with_name(trainer.PREVIOUS))["step"] == 4
    resume(tmp_path / "damaged")
    said = " ".join(capsys.readouterr().err.split())
    assert "Going on from checkpoint-previous.pt, of step 4." in said
    assert_same_run(tmp_path / "straight", tmp_path / "damaged")
    assert load_checkpoint(path.with_name(trainer.PREVIOUS))["step"] == 4


def test_what_killed_runs_left_is_swept(recipe: Recipe, tmp_path: Path) -> None:
    train(recipe(run={"steps": 1}), tmp_path)
    for folder in (tmp_path, tmp_path / "samples"):
        (folder / ".clfnet-0123456789abcdef.tmp").write_bytes(b"half")
    resume(tmp_path)
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("what", ["log", "events", "checkpoint"])
def test_a_full_disk_is_one_line_and_the_run_can_go_on(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    config = recipe(run={"checkpoint_every": 1})
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    calls = [0]

    def failing(real: Callable[..., Any], at: int) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            calls[0] += 1
            if calls[0] == at:
                raise full
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        if what == "events":
            patch.setattr(SummaryWriter, "add_scalar", failing(SummaryWriter.add_scalar, 20))
        elif what == "checkpoint":
            patch.setattr(os, "fsync", failing(os.fsync, 6))
        else:
            patch.setattr(log, "_csv", failing(log._csv, 4))
        with pytest.raises(InputError, match="No space left on device") as caught:
            train(config, tmp_path / "full")
    assert "\n" not in str(caught.value)
    assert 1 <= load_checkpoint(tmp_path / "full" / trainer.CHECKPOINT)["step"] < 6
    resume(tmp_path / "full")
    train(config, tmp_path / "straight")
    assert_same_run(tmp_path / "straight", tmp_path / "full")


def test_an_existing_run_is_refused_and_kept(recipe: Recipe, tmp_path: Path) -> None:
    train(recipe(run={"steps": 1}), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(OutputExistsError, match="must not hold a run yet, but does"):
        train(recipe(), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_best_network_is_kept(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Tensor]] = []
    real = Validator.__call__

    def validate(self: Validator, network: Any) -> Any:
        measured, pictures = real(self, network)
        seen.append({name: tensor.clone() for name, tensor in network_tensors(network).items()})
        return measured | {"score": (0.2, 0.9, 0.9, 0.5)[len(seen) - 1]}, pictures

    monkeypatch.setattr(Validator, "__call__", validate)
    config = recipe(run={"steps": 7, "validate_every": 2, "batch": 2})
    result = train(config, tmp_path)
    assert len(seen) == 4  # steps 2, 4, 6 and the last, 7
    assert result.best == 0.9
    for name, which in ((trainer.BEST, 1), (trainer.LAST, 3)):
        weights = load_file(tmp_path / name)
        assert weights.keys() == seen[which].keys()
        for key, tensor in weights.items():
            assert torch.equal(tensor, seen[which][key]), key
    assert not torch.equal(
        seen[1]["decoder.blocks.0.conv1.weight"], seen[2]["decoder.blocks.0.conv1.weight"]
    )


def test_without_held_out_pairs_the_last_network_is_the_best(
    recipe: Recipe, tmp_path: Path
) -> None:
    result = train(recipe(data={"held_out": []}), tmp_path)
    assert result.best == -math.inf
    assert (tmp_path / trainer.BEST).read_bytes() == (tmp_path / trainer.LAST).read_bytes()
    assert not (tmp_path / "samples").exists()


def test_epochs_are_counted_in_crops(recipe: Recipe, tmp_path: Path) -> None:
    # two pairs of 9 crops each, five batches of 4 to show them all
    config = recipe(data={"stride": 16}, run={"steps": 0, "epochs": 2, "batch": 4})
    assert train(config, tmp_path).steps == 10


def spoiled(monkeypatch: pytest.MonkeyPatch, at: int, by: float) -> None:
    """Let the loss of the `at`-th step, from 1, be multiplied."""
    forward, calls = Objective.forward, [0]

    def multiplied(self: Objective, *args: Tensor) -> dict[str, Tensor]:
        calls[0] += 1
        terms = forward(self, *args)
        return {**terms, "loss": terms["loss"] * by} if calls[0] == at else terms

    monkeypatch.setattr(Objective, "forward", multiplied)


@pytest.mark.parametrize("factor", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_the_run_and_spoils_nothing(
    recipe: Recipe, tmp_path: Path, factor: float
) -> None:
    kept = tmp_path / "spoiled" / trainer.CHECKPOINT
    with pytest.MonkeyPatch.context() as patch:
        spoiled(patch, 6, factor)
        with pytest.raises(TrainingError, match="at step 6") as caught:
            train(recipe(run={"checkpoint_every": 1}), tmp_path / "spoiled")
    message = str(caught.value)
    assert f"must be finite, got {factor} and nan" in message
    assert f"The last good checkpoint is {kept}." in message
    assert "Lower `optimizer.learning_rate`" in message
    assert "\n" not in message
    state = load_checkpoint(kept)
    assert state["step"] == 5
    assert all(torch.isfinite(tensor).all() for tensor in tensors(state).values())
    # it was a fluke: the run can go on as if it had not been
    resume(tmp_path / "spoiled")
    train(recipe(run={"checkpoint_every": 1}), tmp_path / "straight")
    assert_same_run(tmp_path / "straight", tmp_path / "spoiled")


def test_a_huge_learning_rate_stops_with_a_message(recipe: Recipe, tmp_path: Path) -> None:
    config = recipe(
        optimizer={"learning_rate": 1e30}, run={"checkpoint_every": 1, "validate_every": 99}
    )
    with pytest.raises(TrainingError, match=r"got .* at step \d\. The last good checkpoint is"):
        train(config, tmp_path)
    state = load_checkpoint(tmp_path / trainer.CHECKPOINT)
    assert all(torch.isfinite(tensor).all() for tensor in tensors(state).values())


def test_no_checkpoint_yet_is_said(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled(monkeypatch, 1, math.nan)
    with pytest.raises(TrainingError, match=r"at step 1\. None was kept yet\."):
        train(recipe(), tmp_path)


def test_places_are_drawn_anew_for_each_step_and_without_repeats(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = Objective.forward
    drawn: list[list[int]] = []

    def keep(self: Objective, ir: Tensor, vi: Tensor, places: Tensor) -> dict[str, Tensor]:
        drawn.append(places.tolist())
        return forward(self, ir, vi, places)

    monkeypatch.setattr(Objective, "forward", keep)
    for name in ("a", "b"):
        train(recipe(loss={"samples": 50}, run={"steps": 8, "validate_every": 99}), tmp_path / name)
    assert drawn[:8] == drawn[8:]
    assert len({tuple(places) for places in drawn}) == 8
    for places in drawn:
        assert len(set(places)) == len(places) == 50
    everywhere = {place for places in drawn for place in places}
    assert everywhere <= set(range(256))
    assert len(everywhere) > 180  # of 256, drawn 8 × 50 times


def test_clipping_bounds_the_gradient(recipe: Recipe, tmp_path: Path) -> None:
    bounded: list[float] = []

    def keep(optimizer: torch.optim.Optimizer, *_: object) -> None:
        gradients = [p.grad for g in optimizer.param_groups for p in g["params"]]
        bounded.append(float(torch.cat([g.flatten() for g in gradients]).norm()))

    handle = register_optimizer_step_pre_hook(keep)
    try:
        train(recipe(optimizer={"clip": 0.01}), tmp_path)
    finally:
        handle.remove()
    assert bounded == pytest.approx([0.01] * 6, rel=1e-3)
    assert min(values(tmp_path, "gradient norm").values()) > 0.01  # the log shows it unclipped


def test_statistics_freeze_after_their_share_of_the_steps(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[dict[str, Tensor]] = []

    def keep(path: Path, *, objective: nn.Module, **rest: Any) -> None:
        states.append({name: t.clone() for name, t in objective.state_dict().items()})
        save_checkpoint(path, objective=objective, **rest)

    monkeypatch.setattr(trainer, "save_checkpoint", keep)
    train(recipe(run={"freeze_statistics": 0.5, "checkpoint_every": 1}), tmp_path)

    def unchanged(part: str) -> list[bool]:
        return [
            all(torch.equal(before[name], after[name]) for name in before if part in name)
            for before, after in pairwise(states)
        ]

    assert unchanged("network.decoder.blocks.0.norm1.running") == [False] * 2 + [True] * 3
    assert unchanged("network.infrared_encoder.blocks.0.norm1.running") == [False] * 2 + [True] * 3
    assert unchanged("network.decoder.blocks.0.norm1.weight") == [False] * 5
    assert unchanged("head.norm.running") == [False] * 5


def test_mixed_precision_trains(recipe: Recipe, tmp_path: Path) -> None:
    rich = RICH | {"run": {"amp": True, "steps": 8}}
    train(recipe(**rich), tmp_path)
    assert len(values(tmp_path, "loss")) == 8
    assert all(map(math.isfinite, values(tmp_path, "loss").values()))
    weights = load_file(tmp_path / trainer.LAST)
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    assert all(torch.isfinite(tensor).all() for tensor in weights.values())
    exact = RICH | {"run": {"steps": 8}}
    train(recipe(**exact), tmp_path / "exact")
    assert values(tmp_path, "loss") != values(tmp_path / "exact", "loss")
    assert list(values(tmp_path, "loss").values()) == pytest.approx(
        list(values(tmp_path / "exact", "loss").values()), rel=0.1
    )


def test_the_logged_rate_is_the_one_used(recipe: Recipe, tmp_path: Path) -> None:
    used: list[float] = []

    def keep(optimizer: torch.optim.Optimizer, *_: object) -> None:
        used.append(float(optimizer.param_groups[0]["lr"]))

    handle = register_optimizer_step_pre_hook(keep)
    try:
        train(recipe(**RICH), tmp_path)
    finally:
        handle.remove()
    assert list(values(tmp_path, "learning rate").values()) == used
    config = recipe(**RICH)
    assert used == [learning_rate(config.optimizer, step, 6) for step in range(6)]
    assert len(set(used)) > 3


@pytest.mark.parametrize("steps", [1, 2, 7, 100, 1000])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.3, 1.0])
def test_the_cosine_rises_in_a_line_and_falls_in_half_a_wave(steps: int, warmup: float) -> None:
    cosine = OptimizerConfig(learning_rate=0.2, schedule="cosine", warmup=warmup)
    rates = [learning_rate(cosine, step, steps) for step in range(steps)]
    warm = round(warmup * steps)
    for step in range(warm):
        assert rates[step] == pytest.approx(0.2 * (step + 1) / warm)
    falling = rates[warm:]
    for i, rate in enumerate(falling):
        height = math.cos(math.pi * i / (2 * len(falling))) ** 2  # (1 + cos 2x) / 2 = cos² x
        assert rate == pytest.approx(0.2 * (0.01 * (1 - height) + height))
    assert max(rates) == pytest.approx(0.2)
    assert min(falling, default=0.2) >= 0.002
    assert falling == sorted(falling, reverse=True)


def test_the_constant_rate_is_constant() -> None:
    constant = OptimizerConfig(learning_rate=0.3, schedule="constant", warmup=0.5)
    assert {learning_rate(constant, step, 9) for step in range(9)} == {0.3}


def test_a_run_can_go_on_from_weights(recipe: Recipe, tmp_path: Path) -> None:
    train(recipe(run={"steps": 1}), tmp_path / "first")
    start = str(tmp_path / "first" / trainer.LAST)
    width = recipe().model.width
    still = {"learning_rate": 1e-30}  # so small that no weight moves
    frozen = {"steps": 1, "freeze_statistics": 0.0}
    second = recipe(model={"start": start}, optimizer=still, run=frozen)
    train(second, tmp_path / "second")
    expected, got = load_file(start), load_file(tmp_path / "second" / trainer.LAST)
    assert all(torch.equal(tensor, got[name]) for name, tensor in expected.items())
    with pytest.raises(ConfigError, match=f"must be {width}"):
        train(recipe(model={"start": start, "width": width + 1}), tmp_path / "third")
