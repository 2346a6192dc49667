"""Steps in blocks, recorded and repeated, are the steps one by one.

A CUDA graph is played by a recorder of PyTorch's operators on the CPU: it keeps the tensors that
they were given and gave, and repeats them into the same memory. What a capture would refuse (asking
for a value, data from the processor) it refuses too.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from clfnet.nn import CLFNet
from clfnet.training.config import (
    DistillConfig,
    OptimizerConfig,
    Recipe,
    TrainConfig,
    read_tables,
)
from clfnet.training.distributed import Process
from clfnet.training.engine import WARM_UP, Engine, Updater, updaters_of
from clfnet.training.network_file import network_bytes
from clfnet.training.networks import NETWORKS, parse_any
from clfnet.training.task import Context, Task, Update

FORBIDDEN = ("_local_scalar_dense", "nonzero", "masked_select", "lift_fresh", "equal", "unique")


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records operators, of which each can be repeated in place."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[tuple[Any, Any, Any, Any]] = []
        self.before: list[tuple[Tensor, Tensor]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::")
        assert not name.startswith(FORBIDDEN), name
        for index, argument in enumerate(func._schema.arguments):
            value = args[index] if index < len(args) else kwargs.get(argument.name)
            # batch norm changes its statistics without saying so
            statistic = name.startswith("native_batch_norm") and "running" in argument.name
            if statistic or (argument.alias_info and argument.alias_info.is_write):
                several = value if isinstance(value, list | tuple) else [value]
                self.before += [(each, each.clone()) for each in several if each is not None]
        result = func(*args, **kwargs)
        self.calls.append((func, args, kwargs, result))
        return result

    def undo(self) -> None:
        """A capture does nothing yet."""
        for tensor, value in reversed(self.before):
            tensor.copy_(value)

    def replay(self) -> None:
        with torch.no_grad():
            for func, args, kwargs, result in self.calls:
                again = func(*args, **kwargs)
                if not any(each.alias_info for each in func._schema.returns):
                    _into(result, again)


def _into(kept: Any, value: Any) -> None:
    if isinstance(kept, Tensor):
        kept.copy_(value)
    elif isinstance(kept, list | tuple):
        for each, other in zip(kept, value, strict=True):
            _into(each, other)


def record(step: Callable[[], None]) -> Callable[[], None]:
    """Play a CUDA graph's capture."""
    with Recorder() as recorder:
        step()
    with torch.no_grad():
        recorder.undo()
    replay: Callable[[], None] = recorder.replay
    return replay


def rate(update: Update, step: int) -> float:
    return update.optimizer.learning_rate / (1 + step)


def engine_of(task: Task, *, capacity: int = 1, capture: Any = None) -> Engine:
    updaters = updaters_of(task.updates, Process())
    return Engine(task, updaters, Process(), rate, capacity=capacity, capture=capture)


def state_of(task: Task) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in task.objective.state_dict().items()}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        torch.testing.assert_close(tensor, other[name], rtol=1e-6, atol=1e-7, msg=name)


RICH: dict[str, dict[str, Any]] = {
    "loss": {"samples": 8, "intensity": 1.0, "gradient": 2.0, "detach_keys": True},
    "optimizer": {"clip": 0.5},
    "run": {"statistics": "sources", "freeze_statistics": 0.5, "steps": 16},
}


def of_kind(kind: str, folders: tuple[Path, Path]) -> Recipe:
    """A tiny recipe of one of the nine methods that are compared."""
    loss: dict[str, Any] = {"loss": {"scales": 2}} if kind == "densefuse" else {}
    return parse_any({
        "kind": kind,
        "data": {
            "infrared": str(folders[0]), "visible": str(folders[1]), "augment": True,
            "crop": 43 if kind == "fusiongan" else 18, "stride": 8,
        },
        "optimizer": {"learning_rate": 1e-4},
        "run": {"batch": 2, "steps": 16, "threads": 1},
        **loss,
    })  # fmt: skip


SLOW = [
    pytest.param(kind, marks=pytest.mark.slow)
    for kind in ("densefuse", "fusiongan", "ifsepr", "stdfusionnet", "u2fusion")
]


@pytest.fixture(params=["plain", "rich", "student", "bfloat16", "ifcnn", "pmgi", *SLOW])
def config(
    request: pytest.FixtureRequest,
    recipe: Callable[..., TrainConfig],
    student_recipe: Callable[..., DistillConfig],
    folders: tuple[Path, Path],
) -> Recipe:
    of: dict[str, Callable[[], Recipe]] = {
        "plain": lambda: recipe(run={"steps": 16}),
        "rich": lambda: recipe(**RICH),
        "student": lambda: student_recipe(
            run={"steps": 16}, loss={"lambda2": 0.1, "lambda1": 0.1, "samples": 8},
            teacher={"model": "clfnet"},
        ),
        "bfloat16": lambda: recipe(run={"steps": 16, "amp": True}),
    }  # fmt: skip
    kind = request.param
    return of[kind]() if kind in of else of_kind(kind, folders)


@pytest.fixture
def make(config: Recipe, tmp_path: Path) -> Callable[[], Task]:
    def task() -> Task:
        context = Context(tmp_path / "run", Process(), fresh=True)
        made: Task = NETWORKS[config.kind].task(config, context)
        return made

    return task


def test_recorded_blocks_equal_single_steps(make: Callable[[], Task]) -> None:
    """Weights, statistics, moments and losses, over two modes; nothing asks for a value."""
    plain, blocks = make(), make()
    one, other = engine_of(plain), engine_of(blocks, capacity=5, capture=record)
    expected = [row for step in range(16) for row in one.run(step, 1).rows()]
    got = []
    for first, count in ((0, 5), (5, 3), (8, 5), (13, 3)):  # the rich recipe freezes at step 8
        got += other.run(first, count).rows()
    assert any(mode.replay for mode in other._modes.values())
    assert len(got) == len(expected) == 16
    for a, b in zip(expected, got, strict=True):
        assert a == pytest.approx(b, rel=2e-5, abs=1e-6)
    assert len({row["loss"] for row in got}) == 16
    assert_equal(state_of(plain), state_of(blocks))


RECIPES = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_project_can_be_recorded(
    path: Path, folders: tuple[Path, Path], average_onnx: Path, tmp_path: Path
) -> None:
    """At a small size: with all losses that they weigh."""
    tables = read_tables(path)
    infrared, visible = map(str, folders)
    tables["data"] |= {"infrared": [infrared], "visible": [visible], "held_out": [], "crop": 32}
    for name in ("weights", "excluded"):
        tables["data"].pop(name, None)
    for name, small in (
        ("model", {"width": 2, "hidden": 8, "embedding": 4}),
        ("network", {"channels": 4, "blocks": 2}),
        ("teacher", {"model": str(average_onnx)}),
        ("run", {"batch": 2, "steps": 8, "epochs": 0}),
    ):
        if name in tables or (name == "model" and "teacher" not in tables):
            tables[name] = tables.get(name, {}) | small
    tables["loss"]["samples"] = 8
    if "start" in tables.get("model", {}):
        start = tmp_path / "start.safetensors"
        start.write_bytes(network_bytes(CLFNet(2)))
        tables["model"]["start"] = str(start)
    config = parse_any(tables)
    task = NETWORKS[config.kind].task(config, Context(tmp_path / "run", Process(), fresh=True))
    engine = engine_of(task, capacity=WARM_UP + 2, capture=record)
    first = 0
    while first < 8:
        mode = task.mode(first)
        count = sum(task.mode(step) == mode for step in range(first, min(8, first + WARM_UP + 2)))
        rows = engine.run(first, count).rows()
        assert all(torch.isfinite(torch.tensor(row["loss"])) for row in rows)
        first += count
    assert any(mode.replay for mode in engine._modes.values())


def test_each_mode_has_its_own_recording(
    recipe: Callable[..., TrainConfig], tmp_path: Path
) -> None:
    config = recipe(**RICH)
    task = NETWORKS[config.kind].task(config, Context(tmp_path, Process(), fresh=True))
    recorded: list[bool] = []

    def remember(step: Callable[[], None]) -> Callable[[], None]:
        recorded.append(task.network.get_submodule("decoder.blocks.0.norm1").training)
        return record(step)

    engine = engine_of(task, capacity=4, capture=remember)
    for first in range(0, 16, 4):
        engine.run(first, 4)
    assert recorded == [True, False]


def test_what_cannot_be_recorded_runs_on_with_a_warning(
    recipe: Callable[..., TrainConfig], tmp_path: Path
) -> None:
    def refuse(step: Callable[[], None]) -> Callable[[], None]:
        raise RuntimeError("operation not permitted\nwhen stream is capturing")

    rows = []
    for capture in (None, refuse):
        config = recipe()
        task = NETWORKS[config.kind].task(config, Context(tmp_path, Process(), fresh=True))
        engine = engine_of(task, capacity=6, capture=capture)
        if capture is None:
            rows.append(engine.run(0, 6).rows())
        else:
            with pytest.warns(UserWarning, match=r"operator by operator.*not permitted when"):
                rows.append(engine.run(0, 6).rows())
    assert rows[0] == rows[1]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_step_that_is_not_finite_changes_no_weight_and_no_moment(
    recipe: Callable[..., TrainConfig], tmp_path: Path, bad: float
) -> None:
    config = recipe()
    task = NETWORKS[config.kind].task(config, Context(tmp_path, Process(), fresh=True))
    engine = engine_of(task, capacity=6, capture=record)
    engine.run(0, WARM_UP + 1)
    (updater,) = engine._updaters
    weights = [p.detach().clone() for p in updater.update.parameters]
    moments = [{k: v.clone() for k, v in each.items()} for each in updater.optimizer.state.values()]
    batch = task.batch
    task.batch = lambda *plan: (batch(*plan)[0] * bad, *batch(*plan)[1:])  # type: ignore[method-assign]
    (row,) = engine_of_updaters(task, [updater]).run(WARM_UP + 1, 1).rows()
    assert not torch.isfinite(torch.tensor(row["loss"]))
    for weight, before in zip(updater.update.parameters, weights, strict=True):
        assert torch.equal(weight, before)
    for each, kept in zip(updater.optimizer.state.values(), moments, strict=True):
        assert all(torch.equal(each[name], value) for name, value in kept.items())


def engine_of_updaters(task: Task, updaters: list[Updater]) -> Engine:
    return Engine(task, updaters, Process(), rate, capacity=1)


class Pair(nn.Module):
    """Two layers, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.maker, self.judge = nn.Linear(1, 1), nn.Linear(1, 1)

    def forward(self, batch: Tensor) -> Tensor:
        judged: Tensor = self.judge(self.maker(batch))
        return judged.mean()


class Verdict(nn.Module):
    """The pair's output, or its negative, as a loss."""

    def __init__(self, pair: Pair, name: str, order: list[str]) -> None:
        super().__init__()
        self.pair, self.name, self.order = pair, name, order

    def forward(self, batch: Tensor) -> dict[str, Tensor]:
        self.order.append(self.name)
        verdict = self.pair(batch)
        return {"loss": verdict if self.name == "judge" else -verdict}


class Adversaries(Task):
    """As adversarial training: two losses, of which each trains its own weights alone."""

    def __init__(self, config: Recipe, pair: Pair, order: list[str]) -> None:
        super().__init__(config, pair, None, crops=1, validate=None)  # type: ignore[arg-type]
        self._pair, self._order = pair, order

    @property
    def updates(self) -> list[Update]:
        return [
            Update(
                Verdict(self._pair, name, self._order),
                list(self._pair.get_submodule(name).parameters()),
                OptimizerConfig(learning_rate=rate),
                f"{name} ",
            )
            for name, rate in (("judge", 0.1), ("maker", 0.01))
        ]

    def mode(self, step: int) -> str:
        return "train"

    def enter(self, mode: str) -> None:
        pass

    def plan(self, step: int, first: int) -> tuple[Tensor, ...]:
        return (torch.full((2, 1), float(step + 1)),)

    def batch(self, *plan: Tensor) -> tuple[Tensor, ...]:
        return plan


def test_a_step_makes_its_updates_in_order(recipe: Callable[..., TrainConfig]) -> None:
    order: list[str] = []
    task = Adversaries(recipe(), Pair(), order)
    before = state_of(task)
    updaters = [Updater(update, Process()) for update in task.updates]
    engine = Engine(
        task, updaters, Process(), lambda update, _: update.optimizer.learning_rate, capacity=2
    )
    rows = engine.run(0, 2).rows()
    assert order == ["judge", "maker"] * 2
    assert list(rows[0]) == [
        "judge loss", "judge gradient norm", "maker loss", "maker gradient norm",
    ]  # fmt: skip
    after = state_of(task)
    for name, step in (("judge.weight", 0.1), ("maker.weight", 0.01)):
        moved = float((after[name] - before[name]).abs())
        assert moved == pytest.approx(2 * step, rel=0.2)  # Adam's step is its rate, at first


def test_updates_of_the_same_parameters_share_an_optimiser() -> None:
    """As the two turns of a discriminator in a step do."""
    player, other = nn.Linear(1, 1), nn.Linear(1, 1)
    weights = list(player.parameters())
    config = OptimizerConfig()
    updates = [
        Update(player, weights, config),
        Update(other, list(other.parameters()), config),
        Update(player, weights, config),
    ]
    first, second, third = updaters_of(updates, Process())
    assert first.optimizer is third.optimizer
    assert first.rate is third.rate
    assert second.optimizer is not first.optimizer
