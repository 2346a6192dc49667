"""Can a step of the paper's loss be had in fewer CPU seconds? Layouts and precisions in turns.

Batch 4 of 128×128, S = 200, one thread. All train twins of one network on the same crops; their
steps alternate, so that other work on the machine meets all. CPU seconds are counted, not wall
seconds. Writes docs/results/training-precision.json.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from clfnet.bench import describe
from clfnet.example import night_street
from clfnet.metrics import to_grey
from clfnet.training.config import parse
from clfnet.training.dataset import Crops, Pair
from clfnet.training.objective import Objective

RESULT = Path(__file__).parents[1] / "docs" / "results" / "training-precision.json"


class Variant:
    """A twin that is trained in its own way.

    Args:
        objective: the network with the loss.
        bfloat16: convolutions in bfloat16 (autocast, as `run.amp`).
        implicit: let oneDNN round the factors of float32 products and convolutions to bfloat16.
        channels_last: weights lie as maps do.
    """

    def __init__(
        self,
        objective: Objective,
        *,
        bfloat16: bool = False,
        implicit: bool = False,
        channels_last: bool = False,
    ) -> None:
        self.objective, self.bfloat16, self.implicit = deepcopy(objective), bfloat16, implicit
        if channels_last:
            self.objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.Adam(self.objective.parameters(), lr=2e-3, fused=True)
        self.seconds: list[float] = []
        self.losses: list[float] = []

    def step(self, crops: Crops, number: int, places: int) -> None:
        """Train one step, and note what it took."""
        precision = "bf16" if self.implicit else "ieee"
        torch.backends.mkldnn.conv.fp32_precision = precision  # type: ignore[attr-defined]
        torch.backends.mkldnn.matmul.fp32_precision = precision  # type: ignore[attr-defined]
        start = time.process_time()
        generator = torch.Generator().manual_seed(number)
        where = torch.randperm(places, generator=generator)[:200]
        with torch.autocast("cpu", torch.bfloat16, self.bfloat16):
            loss: Tensor = self.objective(*crops.batch(4 * number, 4), where)["loss"]
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        self.optimizer.step()
        self.seconds.append(time.process_time() - start)
        self.losses.append(loss.item())


def variants(objective: Objective) -> dict[str, Variant]:
    """The step as it is, and what might be quicker."""
    make: dict[str, Callable[[], Variant]] = {
        "float32": lambda: Variant(objective),
        "float32, weights channels last": lambda: Variant(objective, channels_last=True),
        "float32, factors rounded by oneDNN": lambda: Variant(objective, implicit=True),
        "bfloat16": lambda: Variant(objective, bfloat16=True),
        "bfloat16, weights channels last": lambda: Variant(
            objective, bfloat16=True, channels_last=True
        ),
    }
    return {name: of() for name, of in make.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", category=UserWarning)
    data = {"infrared": "ir", "visible": "vi", "crop": options.crop}
    config = parse({"data": data, "run": {"epochs": 1}})
    scene = night_street(320, 224)
    crops = Crops([Pair("street", scene.infrared, to_grey(scene.visible))], config.data, seed=0)
    torch.manual_seed(0)
    twins = variants(Objective(config))
    for number in range(1 + options.rounds):
        for twin in twins.values():
            twin.step(crops, number, options.crop**2)
    result = {
        "command": "python benchmarks/training_precision.py",
        "machine": describe(),
        "torch": torch.__version__,
        "rounds": options.rounds,
        "steps": {
            name: {"seconds": median(twin.seconds[1:]), "last loss": twin.losses[-1]}
            for name, twin in twins.items()
        },
    }
    options.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result["steps"], indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
