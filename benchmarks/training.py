"""A training step and an epoch against a straightforward implementation: `make bench`.

Batch 4 of 128×128, S = 200, one thread. Both train twins of one network on the same crops; their
steps alternate in one run, so that other work on the machine meets both. Variants that are not
used take part in the same way; torch.compile needs a C++ compiler. Writes
docs/results/training.json.
"""

import json
import math
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import straightforward
import torch
from torch import Tensor, nn

from clfnet.bench import describe
from clfnet.example import night_street
from clfnet.metrics import to_grey
from clfnet.nn import Decoder, Encoder, ProjectionHead, ResBlock
from clfnet.training import objective
from clfnet.training.config import TrainConfig, parse
from clfnet.training.dataset import Crops, Pair
from clfnet.training.objective import Objective, freeze_statistics

ROUNDS, WARM_UP = 7, 3
EPOCH_CROPS = 4404
"""Of the paper's training set (Sec. IV-A.1)."""

RESULT = Path(__file__).parents[1] / "docs" / "results" / "training.json"
Seconds = dict[str, float]


class Run:
    """A model that is trained: its step, timed in parts.

    Args:
        model: takes infrared, visible and places.
        crops: what it is trained on.
        plain: keep the input's layout, as without this project's ResBlock.
        bfloat16: compute in mixed precision.
        whole: leave the parts of the forward pass together, as a compiled model needs it.
    """

    def __init__(
        self,
        model: nn.Module,
        crops: Crops,
        *,
        plain: bool = False,
        bfloat16: bool = False,
        whole: bool = False,
    ) -> None:
        self.model, self.crops, self.plain, self.bfloat16 = model, crops, plain, bfloat16
        self.whole = whole
        self.optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        self.done, self.first = 0, 0.0

    def step(self) -> Seconds:
        """Train one step; CPU seconds by part, "wall" and "total"."""
        wall, start = perf_counter(), process_time()
        infrared, visible = self.crops.batch(4 * self.done, 4)
        places = torch.randperm(128**2, generator=torch.Generator().manual_seed(self.done))[:200]
        loaded = process_time()
        timed: AbstractContextManager[Seconds] = nullcontext({}) if self.whole else stopwatch()
        with (
            timed as parts,
            self._layout(),
            torch.autocast("cpu", torch.bfloat16, self.bfloat16),
        ):
            loss: Tensor = self.model(infrared, visible, places)["loss"]
        forward = process_time()
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        backward = process_time()
        self.optimizer.step()
        end = process_time()
        self.done += 1
        self.first = self.first or perf_counter() - wall
        return {
            "data": loaded - start,
            **parts,
            "other": forward - loaded - sum(parts.values()),
            "backward": backward - forward,
            "optimiser": end - backward,
            "total": end - start,
            "wall": perf_counter() - wall,
        }

    @contextmanager
    def _layout(self) -> Iterator[None]:
        with ExitStack() as stack:
            if self.plain:
                stack.enter_context(patch.object(ResBlock, "forward", straightforward.res_block))
            yield


@contextmanager
def stopwatch() -> Iterator[Seconds]:
    """Time the parts of the forward pass, of both implementations."""
    parts: Seconds = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = process_time()
            result = function(*args, **kwargs)
            parts[name] += process_time() - start
            return result

        return run

    spots: tuple[tuple[str, Any, str], ...] = (
        ("encoders", Encoder, "forward"), ("encoders", straightforward, "encode"),
        ("decoder", Decoder, "forward"), ("decoder", straightforward, "decode"),
        ("M-SSIM", objective, "m_ssim_loss"), ("M-SSIM", straightforward, "m_ssim"),
        ("head", ProjectionHead, "forward"),
        ("patchNCE", objective, "patch_nce"), ("patchNCE", straightforward, "patch_nce"),
    )  # fmt: skip
    with ExitStack() as stack:
        for name, owner, attribute in spots:
            function = timed(name, getattr(owner, attribute))
            stack.enter_context(patch.object(owner, attribute, function))
        yield parts


def recipe() -> TrainConfig:
    """The paper's (Sec. IV-A.3), of which only sizes matter here."""
    return parse({"data": {"infrared": "ir", "visible": "vi"}, "run": {"epochs": 1}})


def twins(config: TrainConfig, crops: Crops) -> dict[str, Run]:
    """The straightforward implementation, ours and the variants, from the same weights."""
    torch.manual_seed(0)
    first = Objective(config)

    def frozen() -> Objective:
        model = deepcopy(first)
        freeze_statistics(model.network)
        return model

    def compiled() -> Objective:
        model = deepcopy(first)
        network = model.network
        for part in (network.infrared_encoder, network.visible_encoder, network.decoder):
            part.compile()
        return model

    twin = deepcopy(first)
    plain = straightforward.Straightforward(twin.network, twin.head)  # type: ignore[arg-type]
    return {
        "straightforward": Run(plain, crops),
        "ours": Run(deepcopy(first), crops),
        "ours, plain layout": Run(deepcopy(first), crops, plain=True),
        "ours, frozen statistics": Run(frozen(), crops),
        "ours, bfloat16": Run(deepcopy(first), crops, bfloat16=True),
        "ours, torch.compile": Run(compiled(), crops, whole=True),
    }


def interleaved(runs: dict[str, Run]) -> dict[str, list[Seconds]]:
    """The steps of every run, in turns, without those that warm up."""
    steps: dict[str, list[Seconds]] = defaultdict(list)
    for turn in range(WARM_UP + ROUNDS):
        for name, run in runs.items():
            seconds = run.step()
            if turn >= WARM_UP:
                steps[name].append(seconds)
    return steps


def medians(steps: list[Seconds]) -> Seconds:
    """The median of each part."""
    return {part: median(step.get(part, 0.0) for step in steps) for part in steps[0]}


def ratio(steps: dict[str, list[Seconds]], slow: str, fast: str, clock: str) -> float:
    """How many times faster, the median over the turns."""
    pairs = zip(steps[slow], steps[fast], strict=True)
    return median(a[clock] / b[clock] for a, b in pairs)


def epochs(runs: dict[str, Run], steps: int) -> dict[str, Seconds]:
    """A short epoch of each of the runs, its steps in turns: CPU and wall seconds."""
    spent: dict[str, Seconds] = {name: defaultdict(float) for name in runs}
    for _ in range(steps):
        for name, run in runs.items():
            seconds = run.step()
            for clock in CLOCKS:
                spent[name][clock] += seconds[clock]
    return spent


CLOCKS = ("total", "wall")

OPERATORS = {
    "convolutions 3×3, backward": ("aten::convolution_backward",),
    "convolutions 3×3": ("aten::mkldnn_convolution",),
    "convolutions 1×1, backward": ("aten::_slow_conv2d_backward",),
    "convolutions 1×1": ("aten::_slow_conv2d_forward",),
    "matrix products (head, patchNCE, M-SSIM)": ("aten::mm", "aten::addmm", "aten::bmm"),
    "batch norm": ("aten::native_batch_norm", "aten::native_batch_norm_backward"),
    "LeakyReLU": ("aten::leaky_relu", "aten::leaky_relu_", "aten::leaky_relu_backward"),
    "sums of maps": ("aten::add", "aten::add_"),
}


def operators(run: Run) -> dict[str, float]:
    """Share of a step's time by kind of operator."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        run.step()
    own = {event.key: event.self_cpu_time_total for event in profile.key_averages()}
    total = sum(own.values())
    shares = {kind: sum(own.get(k, 0) for k in keys) / total for kind, keys in OPERATORS.items()}
    return {**shares, "everything else": 1 - sum(shares.values())}


def main() -> None:
    """Measure and write the result."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", category=UserWarning)
    config = recipe()
    scene = night_street(320, 224)
    crops = Crops([Pair("street", scene.infrared, to_grey(scene.visible))], config.data, seed=0)
    runs = twins(config, crops)
    steps = interleaved(runs)
    both = {name: runs[name] for name in ("straightforward", "ours")}
    short = math.ceil(len(crops) / 4)
    result = {
        "command": "python benchmarks/training.py",
        "machine": describe(),
        "torch": torch.__version__,
        "rounds": ROUNDS,
        "seconds": {name: medians(of) for name, of in steps.items()},
        "times_faster": {
            name: {clock: ratio(steps, "straightforward", name, clock) for clock in CLOCKS}
            for name in steps
            if name != "straightforward"
        },
        "short_epoch": {"crops": len(crops), "steps": short, **epochs(both, short)},
        "first_step": {name: run.first for name, run in runs.items()},
        "epoch": {"crops": EPOCH_CROPS, "steps": math.ceil(EPOCH_CROPS / 4)},
        "operators": operators(runs["ours"]),
    }
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result["times_faster"], indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
