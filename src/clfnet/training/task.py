"""Tasks of the training loop: all that differs between one kind of run and another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.nn import CLFNet, Network
from clfnet.training.config import OptimizerConfig, Recipe, TrainConfig
from clfnet.training.dataset import Crops, Pair, Pixels, load_pairs
from clfnet.training.distributed import Process
from clfnet.training.network_file import load_network
from clfnet.training.objective import Objective, freeze_statistics
from clfnet.training.tones import draw_tones, vary_tones
from clfnet.training.validation import Validator

_TRAIN, _FROZEN = "train", "frozen statistics"


@dataclass(frozen=True)
class Context:
    """Where a run takes place.

    Attributes:
        folder: the run's.
        process: which of how many processes this is.
        fresh: whether the run starts, and does not go on from a checkpoint.
    """

    folder: Path
    process: Process
    fresh: bool


class Validation(Protocol):
    """Scores a network on held-out pairs."""

    @property
    def pairs(self) -> Sequence[Pair]:
        """The held-out pairs."""
        ...

    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Values by name, among them "score", the higher the better; an image of each pair.

        Of what fuses nothing there are no images.
        """
        ...


@dataclass(frozen=True)
class Update:
    """A loss and what is trained by it. A step makes one or several.

    Each has an Adam of its own, but for those whose `parameters` are the same list: they share one.

    Attributes:
        objective: maps what `Task.batch` gives to scalars, "loss" among them, without asking the
            device for a value: a step on a GPU is recorded once and then only repeated.
        parameters: what is trained; other weights that the loss depends on stay as they are.
        optimizer: Adam and its rate.
        prefix: of the scalars' names in the log, where a step makes several updates.
    """

    objective: nn.Module
    parameters: Sequence[nn.Parameter]
    optimizer: OptimizerConfig
    prefix: str = ""


class Task:
    """One kind of run. A task of another network overrides what differs.

    Args:
        config: the recipe.
        objective: all that has weights which are trained or kept in checkpoints.
        network: the part of it that is wanted in the end.
        crops: how many make an epoch.
        validate: None where no pair is held out.
    """

    def __init__(
        self,
        config: Recipe,
        objective: nn.Module,
        network: Network,
        *,
        crops: int,
        validate: Validation | None,
    ) -> None:
        self.config, self.objective, self.network = config, objective, network
        self.crops, self.validate = crops, validate

    @property
    def updates(self) -> Sequence[Update]:
        """What a step does, in order: here one update, of all weights that ask for a gradient."""
        weights = [weight for weight in self.objective.parameters() if weight.requires_grad]
        return [Update(self.objective, weights, self.config.optimizer)]

    def mode(self, step: int) -> str:
        """Name the mode of a step: the steps of one mode are one computation on other numbers."""
        run = self.config.run
        return _TRAIN if step < run.freeze_statistics * run.steps else _FROZEN

    def enter(self, mode: str) -> None:
        """Put every module into a mode."""
        self.objective.train()
        if mode == _FROZEN:
            freeze_statistics(self.network)

    def plan(self, step: int, first: int) -> tuple[Tensor, ...]:
        """What is drawn for a step, as tensors of the same shapes for every step.

        Args:
            step: its number, from 0.
            first: of its crops in an endless sequence.
        """
        raise NotImplementedError

    def batch(self, *plan: Tensor) -> tuple[Tensor, ...]:
        """What the updates take, given a step's plan; on the device, nothing of it on the CPU."""
        raise NotImplementedError


class FusionTask(Task):
    """Training the full network by Eq. (9).

    Args:
        config: the recipe.
        context: where the run takes place.

    Raises:
        InputError: the data cannot be used.
    """

    def __init__(self, config: TrainConfig, context: Context) -> None:
        pairs, held_out = load_pairs(config.data)
        torch.manual_seed(config.run.seed)
        objective = Objective(config)
        if config.model.start and context.fresh:
            objective.network = start_network(config)
        self._crops = Crops(pairs, config.data, config.run.seed).to(context.process.device)
        self._data, self._samples = config.data, config.loss.samples
        super().__init__(
            config,
            objective,
            objective.network,
            crops=len(self._crops),
            validate=self.validation(objective, held_out) if held_out else None,
        )

    def validation(self, objective: Objective, held_out: Sequence[Pair]) -> Validation:  # noqa: ARG002 -- for others
        """How held-out pairs are judged."""
        return Validator(held_out)

    def plan(self, step: int, first: int) -> tuple[Tensor, ...]:
        """The crops and the places of a step."""
        run, crop, tone = self.config.run, self._data.crop, self._data.tone
        cuts = self._crops.plan(first, run.batch)
        where = places(run.seed, step, crop, self._samples)
        tones = draw_tones(tone, run.seed, first, run.batch, crop) if tone else ()
        return cuts, where, *tones

    def batch(self, *plan: Tensor) -> tuple[Tensor, ...]:
        """Infrared, visible and the places."""
        crops, where, *tones = plan
        images = self._crops.images.cut(crops, self._data.crop)
        if tones:
            images = vary_tones(images, *tones)
        return *images, where


def places(seed: int, step: int, crop: int, samples: int) -> Tensor:
    """The S places of a step, (S,), all different, the same in every process."""
    generator = torch.Generator().manual_seed(seed * 2**32 + step)
    return torch.randperm(crop**2, generator=generator)[:samples]


def start_network(config: TrainConfig) -> CLFNet:
    """The network that the recipe goes on from.

    Raises:
        WeightsError: `model.start` is not a full network.
        ConfigError: it is of another width than the recipe's.
    """
    started = load_network(Path(config.model.start))
    if started.width != config.model.width:
        raise ConfigError(
            f"`model.width` must be {started.width}, that of {config.model.start}, "
            f"got {config.model.width}."
        )
    network = CLFNet(config.model.width, config.model.coarse)  # the same weights at two scales
    network.load_state_dict(started.state_dict())
    return network
