"""What training the nine has in common: pairs in crops, a network with its loss, one entry each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.nn.rivals import Rival
from clfnet.training.config import DataConfig, OptimizerConfig, Recipe
from clfnet.training.dataset import Crops, Pair, load_pairs
from clfnet.training.network_file import load_network
from clfnet.training.task import Context, Task, Validation
from clfnet.training.tones import draw_tones, vary_tones
from clfnet.training.validation import Validator

Tensors = tuple[Tensor, ...]


@dataclass(frozen=True)
class RivalNetwork:
    """How the network is made.

    Attributes:
        start: a safetensors file of such a network to go on from; empty starts anew.
        options: its arguments, ``name=value`` each, e.g. "rule=l1".
    """

    start: str = ""
    options: tuple[str, ...] = ()

    @property
    def arguments(self) -> dict[str, str]:
        """The options by name.

        Raises:
            ConfigError: one is no pair.
        """
        pairs = [option.partition("=") for option in self.options]
        if not all(equals for _, equals, _ in pairs):
            raise ConfigError(
                f"`network.options` must be a list of name=value, got {list(self.options)}."
            )
        return {name: value for name, _, value in pairs}


@dataclass(frozen=True)
class RivalConfig(Recipe):
    """What the recipes of the nine have in common; the optimiser's rate is the releases'."""

    data: DataConfig
    network: RivalNetwork = field(default_factory=RivalNetwork)
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=1e-4))


class RivalTask(Task):
    """Training one of the nine on pairs.

    Args:
        config: the recipe.
        context: where the run takes place.
        network: its class.
        objective: puts the loss on top, given the network, the recipe and the crops.
        validator: judges it on held-out pairs.

    Raises:
        InputError: the data cannot be used.
        WeightsError: `network.start` is no such network.
    """

    def __init__(
        self,
        config: RivalConfig,
        context: Context,
        *,
        network: type[Rival],
        objective: Callable[[Any, Any, Crops], nn.Module],
        validator: Callable[[Sequence[Pair]], Validation] = Validator,
    ) -> None:
        pairs, held_out = load_pairs(config.data)
        torch.manual_seed(config.run.seed)
        made = _start(config, network) if context.fresh else _made(config, network)
        self._data = config.data
        self.pairs, self.cuts = pairs, Crops(pairs, config.data, config.run.seed)
        super().__init__(
            config,
            objective(made, config, self.cuts),
            made,
            crops=len(self.cuts),
            validate=validator(held_out) if held_out else None,
        )
        self.cuts.to(context.process.device)

    def draw(self, step: int, first: int) -> Tensors:  # noqa: ARG002 -- for those that do
        """What is drawn for a step beside its crops; a function of its numbers alone."""
        return ()

    def plan(self, step: int, first: int) -> Tensors:
        """The crops of a step, the tones of their sources if they vary, and what else is drawn."""
        run, data = self.config.run, self._data
        tones: Tensors = ()
        if data.tone:
            tones = draw_tones(data.tone, run.seed, first, run.batch, data.crop)
        return self.cuts.plan(first, run.batch), *tones, *self.draw(step, first)

    def batch(self, *plan: Tensor) -> Tensors:
        """Infrared and visible, and what is drawn."""
        crops, *drawn = plan
        images = self.cuts.images.cut(crops, self._data.crop)
        if self._data.tone:
            curves, noise, *drawn = drawn
            images = vary_tones(images, curves, noise)
        return *images, *drawn

    def generator(self, first: int) -> torch.Generator:
        """Of the random numbers of the step that begins at a crop."""
        return torch.Generator().manual_seed(self.config.run.seed * 2**31 + first)


class Entry(NamedTuple):
    """A network of the nine, its recipe and its task.

    Attributes:
        network: the network.
        recipe: its recipe.
        task: what the loop does.
        departs: how training here departs from its authors', for the card of a model; whatever
            the recipe.
    """

    network: type[Rival]
    recipe: type[RivalConfig]
    task: Callable[[Any, Context], Task]
    departs: str = ""

    def card(self, network: Rival, config: RivalConfig) -> dict[str, Any]:
        """What a model's card says of it beside what it says of every network."""
        side = config.data.crop
        return {
            "title": network.title,
            "crops": f"{config.run.batch} of {side}×{side} a step",
            **({"departs": self.departs} if self.departs else {}),
        }


def _made(config: RivalConfig, network: type[Rival]) -> Rival:
    arguments = config.network.arguments
    unknown = sorted(arguments.keys() - network.options.keys())
    if unknown:
        known = ", ".join(network.options) or "none"
        raise ConfigError(
            f"`network.options` must be of {network.kind}'s ({known}), got {unknown[0]!r}."
        )
    return network(**arguments)


def _start(config: RivalConfig, network: type[Rival]) -> Rival:
    """A new network, or the one that the recipe goes on from."""
    made = _made(config, network)
    if config.network.start:
        held = load_network(Path(config.network.start), network)
        if held.sizes != made.sizes:
            raise ConfigError(
                f"`network.options` must be {held.sizes}, those of {config.network.start}, got "
                f"{made.sizes}."
            )
        made.load_state_dict(held.state_dict())
    return made
