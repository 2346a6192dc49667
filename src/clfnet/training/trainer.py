"""The training loop."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

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
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from clfnet.errors import OutputExistsError, TrainingError
from clfnet.io.files import write_atomic
from clfnet.training.checkpoint import load_checkpoint, save_checkpoint
from clfnet.training.config import OptimizerConfig, Recipe, with_steps
from clfnet.training.distributed import Process, process_group
from clfnet.training.log import RunLog, save_sample
from clfnet.training.network_file import network_bytes
from clfnet.training.networks import NETWORKS
from clfnet.training.task import Context, Task, Update

CHECKPOINT = "checkpoint.pt"
BEST = "best.safetensors"
LAST = "last.safetensors"

_SHOWN = {"loss", "distillation", "m_ssim", "patch_nce", "infrared_share", "images/s"}


_Values = dict[str, float]


@dataclass(frozen=True)
class Result:
    """What a finished run leaves: its folder, steps done and the best validation score.

    Of several processes one `leads`: it alone writes, and has something to report.
    """

    folder: Path
    steps: int
    best: float
    leads: bool


def train(config: Recipe, folder: Path) -> Result:
    """Train from the start.

    Args:
        config: the recipe.
        folder: where checkpoints, weights, logs and samples go; must not hold a run yet.

    Raises:
        OutputExistsError: if `folder` holds a run.
        InputError: if the data cannot be used; every problem is named before training starts.
        TrainingError: if the loss is not finite.
    """
    if (folder / CHECKPOINT).exists():
        raise OutputExistsError(
            f"{folder} must not hold a run yet, but does. Resume it, or choose another folder."
        )
    with process_group() as process:
        return _Trainer(config, folder, process).run()


def resume(folder: Path) -> Result:
    """Continue a run from its checkpoint, bit for bit as if it had never stopped.

    Args:
        folder: the run's folder.

    Raises:
        WeightsError: if it has no readable checkpoint.
    """
    state = load_checkpoint(folder / CHECKPOINT)
    with process_group() as process:
        trainer = _Trainer(state["config"], folder, process, done=state["step"])
        trainer.objective.load_state_dict(state["objective"])
        for updater, kept in zip(trainer.updaters, state["optimizers"], strict=True):
            updater.optimizer.load_state_dict(kept)
        trainer.best = state["best"]
        return trainer.run()


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


class _Updater:
    """An update with its optimiser."""

    def __init__(self, update: Update, process: Process) -> None:
        self.update = update
        self.optimizer = torch.optim.Adam(update.parameters, lr=update.optimizer.learning_rate)
        self.model: nn.Module = update.objective
        if process.size > 1:
            self.model = DistributedDataParallel(update.objective)

    def __call__(self, batch: tuple[Tensor, ...], rate: float, amp: torch.autocast) -> _Values:
        """Train once at a rate; return the loss and its parts."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with amp:
            terms = self.model(*batch)
        loss: Tensor = terms["loss"]
        self.optimizer.zero_grad()
        torch.autograd.backward(loss, inputs=[*self.update.parameters])
        bound = self.update.optimizer.clip or math.inf
        norm = nn.utils.clip_grad_norm_(self.update.parameters, bound)
        if bool(torch.isfinite(norm)):  # else the weights stay those of the last good step
            self.optimizer.step()
        values = {name: float(value.detach()) for name, value in terms.items()}
        return {**values, "gradient norm": float(norm)}


class _Trainer:
    """Everything that a run holds while it lasts."""

    def __init__(self, config: Recipe, folder: Path, process: Process, done: int = 0) -> None:
        if config.run.threads:
            torch.set_num_threads(config.run.threads)
        context = Context(folder, process, fresh=not done)
        self.task: Task = NETWORKS[config.kind].task(config, context)
        batch = config.run.batch * process.size
        self.config = config = with_steps(config, math.ceil(self.task.crops / batch))
        self.task.config = config
        self.folder, self.process, self.done, self.best = folder, process, done, -math.inf
        self.objective = self.task.objective.to(process.device)
        self.updaters = [_Updater(update, process) for update in self.task.updates]

    def run(self) -> Result:
        """Train until the last step."""
        run, leads = self.config.run, self.process.leads
        log = RunLog(self.folder, self.done) if leads else None
        with _progress(run.steps, self.done, shown=leads) as show:
            for step in range(self.done, run.steps):
                values = self._step(step)
                self._check_finite(step + 1, values)
                self.done = step + 1
                last = self.done == run.steps
                if log is not None:
                    log.write(self.done, values)
                    show(values, run.batch * self.process.size)
                    if self.done % run.validate_every == 0 or last:
                        self._validate(log)
                    if self.done % run.checkpoint_every == 0 or last:
                        self._checkpoint()
        if log is not None:
            log.close()
            self._write_weights(LAST)
            if self.task.validate is None:
                self._write_weights(BEST)
        return Result(self.folder, run.steps, self.best, leads)

    def _step(self, step: int) -> _Values:
        """Every update once; returns the losses and their parts."""
        run, process = self.config.run, self.process
        self.task.enter(step)
        first = (step * process.size + process.rank) * run.batch
        batch = tuple(tensor.to(process.device) for tensor in self.task.batch(step, first))
        amp = torch.autocast(process.device.type, torch.bfloat16, enabled=run.amp)
        values: _Values = {}
        for updater in self.updaters:
            update = updater.update
            rate = learning_rate(update.optimizer, step, run.steps)
            terms = {**updater(batch, rate, amp), "learning rate": rate}
            values |= {f"{update.prefix}{name}": value for name, value in terms.items()}
        return values

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
        save_checkpoint(
            self.folder / CHECKPOINT,
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
