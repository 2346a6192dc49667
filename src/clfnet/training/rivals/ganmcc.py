"""Training GANMcC: as FusionGAN, with a discriminator that says of two sources which it sees."""

from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from clfnet.losses import judgement_loss
from clfnet.nn.rivals import GANMcC
from clfnet.training.rivals.base import Entry
from clfnet.training.rivals.fusiongan import Game, GameConfig, GameTask
from clfnet.training.rivals.pmgi import ProportionLoss


@dataclass(frozen=True)
class GANMcCLoss(ProportionLoss):
    """The weights of GANMcC's release; its paper prints 0.3 for the first of these."""

    visible_intensity: float = 0.4


@dataclass(frozen=True)
class GANMcCConfig(GameConfig):
    """The recipe of GANMcC."""

    kind = "ganmcc"

    loss: GANMcCLoss = field(default_factory=GANMcCLoss)


class ClassificationGame(Game):
    """The discriminator's two judgements: "is visible", "is infrared"."""

    judgements = 2

    def discriminate(
        self, fused: Tensor, infrared: Tensor, visible: Tensor, high: Tensor, low: Tensor
    ) -> Tensor:
        """Each source is itself and not the other; the fused image is neither."""
        of_visible, of_infrared, of_fused = (
            self.discriminator(images).T for images in (visible, infrared, fused)
        )  # (2, B) each
        losses = (
            judgement_loss(of_visible[0], high[0]),
            judgement_loss(of_visible[1], low[0]),
            judgement_loss(of_infrared[0], low[1]),
            judgement_loss(of_infrared[1], high[1]),
            judgement_loss(of_fused[0], low[2]),
            judgement_loss(of_fused[1], low[3]),
        )
        return torch.stack(losses).sum()

    def deceive(self, fused: Tensor, high: Tensor) -> Tensor:
        """The fused image is to be taken for both."""
        of_fused = self.discriminator(fused).T
        return judgement_loss(of_fused[0], high[0]) + judgement_loss(of_fused[1], high[1])


ENTRY = Entry(GANMcC, GANMcCConfig, partial(GameTask, network=GANMcC, game=ClassificationGame))
