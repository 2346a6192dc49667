"""Training FusionGAN and GANMcC: a generator against a discriminator, two turns of it to one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import ClassVar

from torch import Tensor, nn
from torch.nn.utils import parametrize

from clfnet.errors import ConfigError
from clfnet.losses import HIGH, LOW, judgement_loss, noisy_labels, proportion_loss
from clfnet.nn.rivals import FusionGAN, GANMcC
from clfnet.nn.rivals.fusiongan import BORDER, Discriminator, spectral_norm
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask, Tensors
from clfnet.training.rivals.pmgi import CONTENT, ProportionLoss
from clfnet.training.task import Context, Update

TURNS = ("first discriminator ", "second discriminator ", "")
"""Of a step, the generator's last: what their values' names begin with."""

LEAST = 31 + 2 * BORDER
"""Of crops, in pixels: the discriminator halves what is left of them four times."""


@dataclass(frozen=True)
class FusionGANLoss(ProportionLoss):
    """The weights of FusionGAN's release; its paper prints 8 for the last."""

    visible_intensity: float = 0.0
    infrared_gradient: float = 0.0


@dataclass(frozen=True)
class GameConfig(RivalConfig):
    """What the recipes of both have in common."""

    loss: ProportionLoss = field(default_factory=ProportionLoss)

    def check(self) -> None:
        """See `Recipe`."""
        if self.data.crop < LEAST:
            raise ConfigError(
                f"`data.crop` must be at least {LEAST} for a discriminator, got {self.data.crop}."
            )


@dataclass(frozen=True)
class FusionGANConfig(GameConfig):
    """The recipe of FusionGAN."""

    kind = "fusiongan"

    loss: FusionGANLoss = field(default_factory=FusionGANLoss)


class Game(nn.Module):
    """Both players: all that has weights.

    In a step the generator stands still until its own turn, so that one image serves all three.

    Args:
        network: the generator.
        side: of a crop, in pixels.
        weights: of the content loss.
    """

    judgements: ClassVar[int] = 1

    def __init__(self, network: FusionGAN | GANMcC, side: int, weights: ProportionLoss) -> None:
        super().__init__()
        self.network = network
        self.discriminator = Discriminator(side - 2 * BORDER, self.judgements)
        self.weights = asdict(weights)
        spectral_norm(self.network)
        spectral_norm(self.discriminator)
        self._fused: Tensor | None = None

    def fused(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """The generator's image of this step, less its border."""
        if self._fused is None:
            self._fused = self.network.inner(infrared, visible)
        return self._fused

    def forget(self) -> None:
        """End the step."""
        self._fused = None

    def discriminate(
        self, fused: Tensor, infrared: Tensor, visible: Tensor, high: Tensor, low: Tensor
    ) -> Tensor:
        """The discriminator's loss: visible is real, fused is not."""
        del infrared
        real, fake = self.discriminator(visible)[:, 0], self.discriminator(fused)[:, 0]
        return judgement_loss(real, high[0]) + judgement_loss(fake, low[0])

    def deceive(self, fused: Tensor, high: Tensor) -> Tensor:
        """The generator's adversarial loss."""
        return judgement_loss(self.discriminator(fused)[:, 0], high[0])


class DiscriminatorTurn(nn.Module):
    """The discriminator learns; its weights' norms are estimated on the real images alone.

    Args:
        game: both players.
        turn: which of a step it is.
    """

    def __init__(self, game: Game, turn: int) -> None:
        super().__init__()
        self.game, self.turn = game, turn

    def forward(
        self, infrared: Tensor, visible: Tensor, high: Tensor, low: Tensor
    ) -> dict[str, Tensor]:
        """Its loss on a batch (B, 1, H, W) in [-1, 1]; labels are (turns, judgements, B)."""
        fused = self.game.fused(infrared, visible).detach()
        sources = central(infrared), central(visible)
        with parametrize.cached():
            loss = self.game.discriminate(fused, *sources, high[self.turn], low[self.turn])
        return {"loss": loss}


class GeneratorTurn(nn.Module):
    """The generator learns from the content and from what the discriminator says.

    Args:
        game: both players.
    """

    def __init__(self, game: Game) -> None:
        super().__init__()
        self.game = game

    def forward(
        self, infrared: Tensor, visible: Tensor, high: Tensor, low: Tensor
    ) -> dict[str, Tensor]:
        """Its loss on a batch, and its parts."""
        del low
        game = self.game
        fused = game.fused(infrared, visible)
        game.forget()
        game.discriminator.eval()  # its norms are as they were last estimated
        adversarial = game.deceive(fused, high[-1])
        game.discriminator.train()
        with full_precision(fused):
            sources = central(infrared), central(visible)
            content = proportion_loss(fused.float(), *sources, **game.weights)
            loss = adversarial.float() + CONTENT * content
        return {"loss": loss, "adversarial": adversarial, "content": content}


class GameTask(RivalTask):
    """Training a generator and a discriminator in turns.

    Args:
        config: the recipe.
        context: where the run takes place.
        network: the generator's class.
        game: both players' class.

    Raises:
        ConfigError: there are several processes.
    """

    def __init__(
        self,
        config: GameConfig,
        context: Context,
        network: type[FusionGAN | GANMcC] = FusionGAN,
        game: type[Game] = Game,
    ) -> None:
        size = context.process.size
        if size > 1:  # of an update, all weights of its objective would have to be trained
            raise ConfigError(
                f"{network.kind} must be trained in one process, got {size}. Leave torchrun out."
            )

        def objective(made: FusionGAN | GANMcC, _config: GameConfig, _crops: Crops) -> Game:
            return game(made, config.data.crop, config.loss)

        super().__init__(config, context, network=network, objective=objective)

    @property
    def updates(self) -> Sequence[Update]:
        """Two of the discriminator, one of the generator."""
        game = self.objective
        assert isinstance(game, Game)  # noqa: S101 -- for the type checker
        players = [[*game.discriminator.parameters()]] * 2 + [[*game.network.parameters()]]
        turns = [DiscriminatorTurn(game, 0), DiscriminatorTurn(game, 1), GeneratorTurn(game)]
        return [
            Update(turn, weights, self.config.optimizer, prefix)
            for turn, weights, prefix in zip(turns, players, TURNS, strict=True)
        ]

    def draw(self, step: int, first: int) -> Tensors:
        """Labels, new for every sample: high and low, each (turns, judgements, B)."""
        del step
        random, batch = self.generator(first), self.config.run.batch
        shape = len(TURNS), 4, batch
        count = shape[0] * shape[1] * shape[2]
        high, low = (noisy_labels(kind, count, random).reshape(shape) for kind in (HIGH, LOW))
        return high, low


def central(images: Tensor) -> Tensor:
    """Images without the border that the generator loses."""
    return images[..., BORDER:-BORDER, BORDER:-BORDER]


ENTRY = Entry(FusionGAN, FusionGANConfig, GameTask)
