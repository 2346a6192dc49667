"""What the loop trains: where its two kinds of run differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.nn import CLFNet
from clfnet.training.checkpoint import Network, load_network
from clfnet.training.config import TrainConfig
from clfnet.training.dataset import Crops, Pair, Pixels, load_pairs
from clfnet.training.objective import Objective
from clfnet.training.validation import Validator


class Validation(Protocol):
    """Scores a network on held-out pairs."""

    @property
    def pairs(self) -> Sequence[Pair]:
        """The held-out pairs."""
        ...

    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Values by name, among them "score", the higher the better; a picture of each pair."""
        ...


class Task(Protocol):
    """One kind of run."""

    @property
    def objective(self) -> nn.Module:
        """Maps what `batch` gives to scalars, "loss" among them; what the optimiser trains."""
        ...

    @property
    def network(self) -> Network:
        """The part of the objective that is wanted in the end."""
        ...

    @property
    def validate(self) -> Validation | None:
        """None where no pair is held out."""
        ...

    @property
    def crops(self) -> int:
        """How many make an epoch."""
        ...

    def batch(self, step: int, first: int) -> tuple[Tensor, ...]:
        """What the objective takes: of that step, and from that crop of an endless sequence."""
        ...


class FusionTask:
    """Training the full network by Eq. (9).

    Args:
        config: the recipe.
        fresh: whether the run starts, and not goes on from a checkpoint.

    Raises:
        InputError: the data cannot be used.
    """

    def __init__(self, config: TrainConfig, *, fresh: bool) -> None:
        pairs, held_out = load_pairs(config.data)
        self._config, self._crops = config, Crops(pairs, config.data, config.run.seed)
        self.crops = len(self._crops)
        self.validate = Validator(held_out) if held_out else None
        torch.manual_seed(config.run.seed)
        self.objective = Objective(config)
        if config.model.start and fresh:
            self.objective.network = _start(config)

    @property
    def network(self) -> CLFNet:
        """The full network."""
        return self.objective.network

    def batch(self, step: int, first: int) -> tuple[Tensor, ...]:
        """Infrared, visible and the places of the step."""
        config = self._config
        images = self._crops.batch(first, config.run.batch)
        return *images, places(config.run.seed, step, config.data.crop, config.loss.samples)


def places(seed: int, step: int, crop: int, samples: int) -> Tensor:
    """The S places of a step, (S,), all different, the same in every process."""
    generator = torch.Generator().manual_seed(seed * 2**32 + step)
    return torch.randperm(crop**2, generator=generator)[:samples]


def _start(config: TrainConfig) -> CLFNet:
    """The network that the recipe goes on from."""
    network = load_network(Path(config.model.start))
    if network.width != config.model.width:
        raise ConfigError(
            f"`model.width` must be {network.width}, that of {config.model.start}, "
            f"got {config.model.width}."
        )
    return network
