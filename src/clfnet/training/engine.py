"""Steps of training that nobody waits for: on a GPU each is one replay of a CUDA graph.

A step is a computation on tensors alone. What differs between steps (which crops, which places, the
learning rate) stands in tables on the device, of which each step reads the next row; its losses are
written into a table in turn. So the processor's part of a step is one launch, and it looks at the
results of many at once.

On a CPU the same computation runs step by step.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from clfnet.errors import one_line
from clfnet.training.distributed import Process
from clfnet.training.task import Task, Update

WARM_UP = 3
"""Steps of a mode before its graph is captured; they allocate, choose algorithms and train."""

Replay = Callable[[], None]
Capture = Callable[[Callable[[], None]], Replay]
"""Records what a function does on the device, without doing it, and returns what does it again."""

Rates = Callable[[Update, int], float]

_Terms = dict[str, Tensor]


class Updater:
    """An update with its optimiser, which asks nothing of the processor.

    Args:
        update: what is trained, by which loss.
        process: where.
        twin: of another update, that of the same parameters; both share its optimiser.
    """

    def __init__(self, update: Update, process: Process, twin: "Updater | None" = None) -> None:
        self.update = update
        self.model: nn.Module = update.objective
        if process.size > 1:
            self.model = DistributedDataParallel(update.objective)
        device = process.device
        # the kernels take a rate in single precision on a GPU, in double precision on a CPU
        precision = torch.float64 if device.type == "cpu" else torch.float32
        self.rate: Tensor = twin.rate if twin else torch.zeros((), dtype=precision, device=device)
        self.skip: Tensor = twin.skip if twin else torch.zeros((), device=device)
        self.optimizer: torch.optim.Adam = (
            twin.optimizer
            if twin
            else torch.optim.Adam(
                update.parameters, lr=self.rate, fused=True, capturable=device.type == "cuda"
            )
        )
        # as torch.amp.GradScaler does: a fused optimiser leaves everything as it is where it is 1
        self.optimizer.found_inf = self.skip  # type: ignore[attr-defined]

    def __call__(self, batch: tuple[Tensor, ...], rate: Tensor, amp: torch.autocast) -> _Terms:
        """Train once; return the loss, its parts and the gradient's norm.

        Where loss or norm is not finite, weights and moments stay those of the last good step.
        """
        self.rate.copy_(rate)
        self.optimizer.zero_grad(set_to_none=True)  # a graph's gradients are its own
        with amp:
            terms: _Terms = self.model(*batch)
        torch.autograd.backward(terms["loss"], inputs=[*self.update.parameters])
        bound = self.update.optimizer.clip or torch.inf
        norm = nn.utils.clip_grad_norm_(self.update.parameters, bound)
        self.skip.copy_(~torch.isfinite(norm + terms["loss"].detach()))
        self.optimizer.step()
        return {**{name: value.detach() for name, value in terms.items()}, "gradient norm": norm}

    def load(self, state: dict[str, object]) -> None:
        """Take moments from a checkpoint; all else is the recipe's."""
        self.optimizer.load_state_dict(
            {**state, "param_groups": self.optimizer.state_dict()["param_groups"]}
        )
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate  # which loading has copied


def updaters_of(updates: Sequence[Update], process: Process) -> list[Updater]:
    """Make the updaters of a step; those of one list of parameters share an optimiser."""
    made: list[Updater] = []
    for update in updates:
        twins = (each for each in made if each.update.parameters is update.parameters)
        made.append(Updater(update, process, next(twins, None)))
    return made


@dataclass(frozen=True)
class Block:
    """Steps that are on their way, or done.

    Attributes:
        first: the first of them, from 0.
        names: of the values.
        values: (steps, names), on the CPU once `done` says so.
        done: waits for it.
    """

    first: int
    names: Sequence[str]
    values: Tensor
    done: Callable[[], None]

    def rows(self) -> list[dict[str, float]]:
        """Wait; return the values of each step by name."""
        self.done()
        return [dict(zip(self.names, row, strict=True)) for row in self.values.tolist()]


@dataclass
class _Mode:
    """What is known of the steps of one mode."""

    names: tuple[str, ...] = ()
    values: Tensor = field(default_factory=lambda: torch.empty(0))
    warm: int = 0
    replay: Replay | None = None


class Engine:
    """Runs the steps of a task.

    Args:
        task: the task; its objective is on the process's device.
        updaters: its updates with their optimisers.
        process: where.
        rates: the learning rate of an update at a step.
        capacity: how many steps are run at most between two looks at the results.
        capture: records a step; None runs each anew.
    """

    def __init__(
        self,
        task: Task,
        updaters: Sequence[Updater],
        process: Process,
        rates: Rates,
        *,
        capacity: int,
        capture: Capture | None = None,
    ) -> None:
        self._task, self._updaters, self._process, self._rates = task, updaters, process, rates
        self.capacity, self._capture = capacity, capture
        device = process.device
        # capture must not begin on the stream that all others wait for, and as libraries keep what
        # they prepare per stream, warm-up and replays are on the same
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._cursor = torch.zeros(1, dtype=torch.int64, device=device)
        self._plans: list[Tensor] = []
        self._rate_table = torch.zeros(capacity, len(updaters), device=device)
        if device.type == "cpu":
            self._rate_table = self._rate_table.double()
        self._modes: dict[str, _Mode] = {}

    def run(self, first: int, count: int) -> Block:
        """Run, or on a GPU launch, steps of one mode.

        Args:
            first: number of the first, from 0.
            count: at most `capacity`.
        """
        name = self._task.mode(first)
        mode = self._modes.setdefault(name, _Mode())
        self._task.enter(name)
        with self._on_stream():
            self._load(first, count)
            for _ in range(count):
                self._advance(mode)
            return self._fetch(first, count, mode)

    def _advance(self, mode: _Mode) -> None:
        if mode.replay:
            mode.replay()
            return
        with warnings.catch_warnings(), _fastest_convolutions(enabled=self._stream is not None):
            # of warm-up: Adam can be captured, and is not yet
            warnings.filterwarnings("ignore", message=".*capturable=True")
            self._step(mode)
            mode.warm += 1
            if self._capture and mode.warm == WARM_UP:
                mode.replay = self._recorded(mode, self._capture)

    def _recorded(self, mode: _Mode, capture: Capture) -> Replay | None:
        for updater in self._updaters:
            updater.optimizer.zero_grad(set_to_none=True)
        try:
            return capture(lambda: self._step(mode))
        except RuntimeError as error:  # slow is better than not at all
            warnings.warn(
                "A step cannot be recorded as a CUDA graph, and runs operator by operator, some "
                f"times slower ({one_line(error)}).",
                stacklevel=2,
            )
            self._capture = None
            return None

    def _step(self, mode: _Mode) -> None:
        """One step, of the row at the cursor; tensors in, tensors out."""
        plan = [table.index_select(0, self._cursor)[0] for table in self._plans]
        rates = self._rate_table.index_select(0, self._cursor)[0]
        batch = self._task.batch(*plan)
        device = self._process.device.type
        amp = torch.autocast(
            device, torch.bfloat16, enabled=self._task.config.run.amp, cache_enabled=device == "cpu"
        )
        values: dict[str, Tensor] = {}
        for index, updater in enumerate(self._updaters):
            prefix = updater.update.prefix
            terms = updater(batch, rates[index], amp)
            values |= {f"{prefix}{name}": value for name, value in terms.items()}
        if not mode.names:
            mode.names = tuple(values)
            mode.values = torch.zeros(self.capacity, len(values), device=self._process.device)
        row = torch.stack([value.float() for value in values.values()])
        mode.values.index_copy_(0, self._cursor, row[None])
        self._cursor.add_(1)

    def _load(self, first: int, count: int) -> None:
        """Fill the tables with the rows of some steps."""
        process, batch = self._process, self._task.config.run.batch
        plans = [
            self._task.plan(step, (step * process.size + process.rank) * batch)
            for step in range(first, first + count)
        ]
        rows = [torch.stack(each) for each in zip(*plans, strict=True)]
        if not self._plans:
            self._plans = [
                row.new_zeros((self.capacity, *row.shape[1:]), device=process.device)
                for row in rows
            ]
        rates = [
            [self._rates(updater.update, step) for updater in self._updaters]
            for step in range(first, first + count)
        ]
        rows.append(torch.tensor(rates, dtype=self._rate_table.dtype))
        for table, row in zip((*self._plans, self._rate_table), rows, strict=True):
            source = row.pin_memory() if self._stream else row
            table[:count].copy_(source, non_blocking=True)
        self._cursor.zero_()

    def _fetch(self, first: int, count: int, mode: _Mode) -> Block:
        if self._stream is None:
            return Block(first, mode.names, mode.values[:count].clone(), _nothing)
        values = torch.empty(count, len(mode.names), pin_memory=True)
        values.copy_(mode.values[:count], non_blocking=True)
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record(self._stream)
        return Block(first, mode.names, values, event.synchronize)

    def _on_stream(self) -> torch.cuda.StreamContext | nullcontext[None]:
        if self._stream is None:
            return nullcontext()
        self._stream.wait_stream(torch.cuda.current_stream(self._process.device))
        return torch.cuda.stream(self._stream)


def cuda_graph(step: Callable[[], None]) -> Replay:
    """Capture a step as a CUDA graph, on the current stream, which must be no default one."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=torch.cuda.current_stream()):
        step()
    return graph.replay


@contextmanager
def _fastest_convolutions(*, enabled: bool) -> Iterator[None]:
    """Let cuDNN try its algorithms once per size; of validation's many sizes none comes again."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = enabled or before
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


def _nothing() -> None:
    """What is on the CPU is done."""
