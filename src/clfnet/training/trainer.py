"""The training loop."""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from time import monotonic
from typing import Any

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from clfnet.errors import OutputExistsError, TrainingError, WeightsError
from clfnet.io.files import sweep, write_atomic
from clfnet.training.checkpoint import load_checkpoint, save_checkpoint
from clfnet.training.config import OptimizerConfig, Recipe, with_steps
from clfnet.training.distributed import Process, allow_tf32, process_group
from clfnet.training.engine import Block, Engine, cuda_graph, updaters_of
from clfnet.training.interrupt import StopRequest, stop_requests
from clfnet.training.log import RunLog, save_sample
from clfnet.training.network_file import network_bytes
from clfnet.training.networks import NETWORKS
from clfnet.training.task import Context, Task

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint-previous.pt"
BEST = "best.safetensors"
LAST = "last.safetensors"

LAUNCHED = 50
"""Steps that a GPU is given at once; their losses are read, and logged, when they are done."""

_SHOWN = {"loss", "distillation", "m_ssim", "patch_nce", "infrared_share", "images/s"}


_Values = dict[str, float]


@dataclass(frozen=True)
class Result:
    """What a run leaves: its folder, steps done and the best validation score.

    Of several processes one `leads`: it alone writes, and has something to report. A run that was
    asked to stop by a `signal` has a checkpoint of its last step, from which it can go on.
    """

    folder: Path
    steps: int
    best: float
    leads: bool
    signal: int | None = None

    def go_on(self) -> None:
        """For who has more to do after a run: leave as the signal asked, if there was one."""
        if self.signal == SIGINT:
            raise KeyboardInterrupt
        if self.signal:
            raise SystemExit(128 + self.signal)


def train(config: Recipe, folder: Path, *, device: str = "cpu") -> Result:
    """Train from the start.

    Args:
        config: the recipe.
        folder: where checkpoints, weights, logs and samples go; must not hold a run yet.
        device: "cpu" or "cuda".

    Raises:
        OutputExistsError: if `folder` holds a run.
        InputError: if the data cannot be used; every problem is named before training starts.
        TrainingError: if the loss is not finite.
    """
    if (folder / CHECKPOINT).exists():
        raise OutputExistsError(
            f"{folder} must not hold a run yet, but does. Resume it, or choose another folder."
        )
    with process_group(device) as process:
        return _Trainer(config, folder, process).run()


def resume(folder: Path, *, device: str = "cpu") -> Result:
    """Continue a run from its checkpoint, on a CPU bit for bit as if it had never stopped.

    On a GPU the sums of a step are of no fixed order: the run goes on from the same state, on the
    same crops and places, but not to the bit. A run may go on on another device.

    Args:
        folder: the run's folder.
        device: "cpu" or "cuda".

    Where the checkpoint is damaged, the one before it is taken, and that is said.

    Raises:
        WeightsError: if it has no readable checkpoint.
    """
    state = _last_checkpoint(folder)
    with process_group(device) as process:
        trainer = _Trainer(state["config"], folder, process, done=state["step"])
        trainer.objective.load_state_dict(state["objective"])
        for updater, kept in zip(trainer.updaters, state["optimizers"], strict=True):
            updater.load(kept)
        trainer.best = state["best"]
        return trainer.run()


def _last_checkpoint(folder: Path) -> dict[str, Any]:
    try:
        return load_checkpoint(folder / CHECKPOINT)
    except WeightsError as error:
        if not (folder / PREVIOUS).exists():
            raise
        state = load_checkpoint(folder / PREVIOUS)
        # before the next checkpoint keeps the damaged one as the one before
        write_atomic(folder / CHECKPOINT, (folder / PREVIOUS).read_bytes(), overwrite=True)
        Console(stderr=True).print(f"{error} Going on from {PREVIOUS}, of step {state['step']}.")
        return state


def learning_rate(optimizer: OptimizerConfig, step: int, steps: int) -> float:
    """The rate of a step, 0 ≤ `step` < `steps`: a function, so a resumed run needs no more.

    Example:
        >>> cosine = OptimizerConfig(learning_rate=1.0, schedule="cosine", warmup=0.5)
        >>> [round(learning_rate(cosine, step, 8), 2) for step in range(8)]
        [0.25, 0.5, 0.75, 1.0, 1.0, 0.86, 0.51, 0.15]
    """
    peak = optimizer.learning_rate
    if optimizer.schedule == "constant":
        return peak
    warm = round(optimizer.warmup * steps)
    if step < warm:
        return peak * (step + 1) / warm
    phase = (step - warm) / max(1, steps - warm)
    return peak * (0.01 + 0.99 * (1 + math.cos(math.pi * phase)) / 2)


class _Trainer:
    """Everything that a run holds while it lasts."""

    def __init__(self, config: Recipe, folder: Path, process: Process, done: int = 0) -> None:
        if config.run.threads:
            torch.set_num_threads(config.run.threads)
        allow_tf32(config.run.tf32)
        context = Context(folder, process, fresh=not done)
        self.task: Task = NETWORKS[config.kind].task(config, context)
        batch = config.run.batch * process.size
        self.config = config = with_steps(config, math.ceil(self.task.crops / batch))
        self.task.config = config
        self.folder, self.process, self.done, self.best = folder, process, done, -math.inf
        if process.leads:
            sweep(folder, recursive=True)
        self.objective = self.task.objective.to(process.device)
        self.updaters = updaters_of(self.task.updates, process)
        gpu = process.device.type == "cuda"
        self.engine = Engine(
            self.task,
            self.updaters,
            process,
            lambda update, step: learning_rate(update.optimizer, step, config.run.steps),
            capacity=LAUNCHED if gpu else 1,
            capture=cuda_graph if gpu and process.size == 1 else None,
        )

    def run(self) -> Result:
        """Train until the last step."""
        run, leads = self.config.run, self.process.leads
        log = RunLog(self.folder, self.done) if leads else None
        with self._stop_requests() as stop, _progress(run.steps, self.done, shown=leads) as show:
            launched: Block | None = None
            while self.done < run.steps and not stop.signal:
                count = self._until_next_stop()
                block = self.engine.run(self.done, count)
                if launched is not None:
                    self._report(launched, log, show)
                launched, self.done = block, self.done + count
                if self._stops(self.done) or self.engine.capacity == 1:
                    self._report(launched, log, show)
                    launched = None
                    self._keep(log)
            if launched is not None:
                self._report(launched, log, show)
        if self.done < run.steps:
            if log is not None:
                log.close()
                self._checkpoint()
            return Result(self.folder, self.done, self.best, leads, stop.signal)
        if log is not None:
            log.close()
            self._write_weights(LAST)
            if self.task.validate is None:
                self._write_weights(BEST)
        return Result(self.folder, run.steps, self.best, leads)

    def _stop_requests(self) -> AbstractContextManager[StopRequest]:
        """One process stops where it is; several would stop at different steps."""
        return stop_requests() if self.process.size == 1 else nullcontext(StopRequest())

    def _until_next_stop(self) -> int:
        """How many steps can be launched at once: of one mode, none after a validation is due."""
        first, steps = self.done, 1
        mode = self.task.mode(first)
        while (
            steps < self.engine.capacity
            and not self._stops(first + steps)
            and self.task.mode(first + steps) == mode
        ):
            steps += 1
        return steps

    def _stops(self, done: int) -> bool:
        """Whether something is due after that many steps that needs their results."""
        run = self.config.run
        due = (done % each == 0 for each in (run.validate_every, run.checkpoint_every))
        return done == run.steps or any(due)

    def _report(self, block: Block, log: RunLog | None, show: "_Show") -> None:
        """Log steps that are done, and see that they went well."""
        run = self.config.run
        for step, values in enumerate(block.rows(), start=block.first):
            self._check_finite(step + 1, values)
            if log is not None:
                log.write(step + 1, {**values, **self._rates(step)})
                show(values, run.batch * self.process.size)

    def _rates(self, step: int) -> _Values:
        run = self.config.run
        return {
            f"{each.update.prefix}learning rate": learning_rate(
                each.update.optimizer, step, run.steps
            )
            for each in self.updaters
        }

    def _keep(self, log: RunLog | None) -> None:
        """Validate and write a checkpoint if they are due."""
        run, last = self.config.run, self.done == self.config.run.steps
        if log is None:
            return
        if self.done % run.validate_every == 0 or last:
            self._validate(log)
        if self.done % run.checkpoint_every == 0 or last:
            self._checkpoint()

    def _check_finite(self, step: int, values: _Values) -> None:
        for updater in self.updaters:
            prefix = updater.update.prefix
            self._check_update(step, values[f"{prefix}loss"], values[f"{prefix}gradient norm"])

    def _check_update(self, step: int, loss: float, norm: float) -> None:
        if math.isfinite(loss) and math.isfinite(norm):
            return
        kept = self.folder / CHECKPOINT
        advice = f"The last good checkpoint is {kept}." if kept.exists() else "None was kept yet."
        raise TrainingError(
            f"The loss and its gradient must be finite, got {loss} and {norm} at step {step}. "
            f"{advice} "
            "Lower `optimizer.learning_rate` or set `optimizer.clip`."
        )

    def _validate(self, log: RunLog) -> None:
        validate = self.task.validate
        if validate is None:
            return
        values, pictures = validate(self.task.network)
        log.write(self.done, {f"validation {name}": value for name, value in values.items()})
        if pictures:
            save_sample(self.folder, self.done, validate.pairs, pictures)
        if values["score"] > self.best:
            self.best = values["score"]
            self._write_weights(BEST)

    def _checkpoint(self) -> None:
        path = self.folder / CHECKPOINT
        if path.exists():
            write_atomic(self.folder / PREVIOUS, path.read_bytes(), overwrite=True)
        save_checkpoint(
            path,
            config=self.config,
            step=self.done,
            best=self.best,
            objective=self.objective,
            optimizers=[updater.optimizer for updater in self.updaters],
        )

    def _write_weights(self, name: str) -> None:
        write_atomic(self.folder / name, network_bytes(self.task.network), overwrite=True)


@contextmanager
def _progress(steps: int, done: int, *, shown: bool) -> Iterator["_Show"]:
    columns = (
        TextColumn("step"), MofNCompleteColumn(), BarColumn(16), TimeRemainingColumn(),
        TextColumn("{task.description}", table_column=Column(no_wrap=False)),  # may take two lines
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        yield _Show(progress, progress.add_task("", total=steps, completed=done))


class _Show:
    """Shows the smoothed loss, infrared share and speed beside the bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._smooth: dict[str, float] = {}
        self._last = monotonic()

    def __call__(self, values: dict[str, float], images: int) -> None:
        """Advance by a step of `images` pairs."""
        now = monotonic()
        values = {**values, "images/s": images / max(now - self._last, 1e-9)}
        self._last = now
        for name in _SHOWN & values.keys():
            self._smooth[name] = 0.95 * self._smooth.get(name, values[name]) + 0.05 * values[name]
        text = "  ".join(f"{name} {value:.3g}" for name, value in sorted(self._smooth.items()))
        self._progress.update(self._task, advance=1, description=text)
