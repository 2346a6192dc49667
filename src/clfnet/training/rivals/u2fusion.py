"""Training U2Fusion for infrared and visible images: sources weighted by their information."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from clfnet.losses import information, information_loss
from clfnet.nn.rivals import U2Fusion
from clfnet.nn.rivals.rival import to_unit
from clfnet.training.bounds import Weight
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask, Tensors
from clfnet.training.task import Context

SAMPLES = 256
"""Crops by which the scale of information is found."""


@dataclass(frozen=True)
class U2FusionLoss:
    """The weights' softness.

    Attributes:
        scale: c, see `clfnet.losses.information_loss`; 0 takes the mean difference of the two
            sources' information over training crops, for the release's is in units of VGG-16.
    """

    scale: Weight = 0.0


@dataclass(frozen=True)
class U2FusionConfig(RivalConfig):
    """The recipe of U2Fusion; one task, so no weights are held to those of a former one."""

    kind = "u2fusion"

    loss: U2FusionLoss = field(default_factory=U2FusionLoss)


class Information(nn.Module):
    """The network with its loss.

    Args:
        network: the network.
        scale: c.
    """

    def __init__(self, network: U2Fusion, scale: float) -> None:
        super().__init__()
        self.network, self.scale = network, scale

    def forward(self, infrared: Tensor, visible: Tensor, swap: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W) in [-1, 1]; `swap`, (1,): whether they change places.

        The loss is the same for both orders, the network is not.
        """
        first = torch.where(swap, visible, infrared)
        second = torch.where(swap, infrared, visible)
        fused = self.network(first, second)
        with full_precision(fused):
            images = (to_unit(each.float()) for each in (fused, infrared, visible))
            return {"loss": information_loss(*images, scale=self.scale)}


class U2FusionTask(RivalTask):
    """Training U2Fusion.

    Args:
        config: the recipe.
        context: where the run takes place.
    """

    def __init__(self, config: U2FusionConfig, context: Context) -> None:
        def objective(network: U2Fusion, _: U2FusionConfig, crops: Crops) -> Information:
            return Information(network, config.loss.scale or information_scale(crops))

        super().__init__(config, context, network=U2Fusion, objective=objective)

    def draw(self, step: int, first: int) -> Tensors:
        """Whether the sources change places, (1,)."""
        del step
        return (torch.rand(1, generator=self.generator(first)) < 0.5,)


def information_scale(crops: Crops) -> float:
    """The mean of |g1 − g2| over some crops: weights then spread over about 0.27 to 0.73."""
    sources = (to_unit(images) for images in crops.batch(0, min(SAMPLES, len(crops))))
    of_infrared, of_visible = (information(images) for images in sources)
    return max(float((of_infrared - of_visible).abs().mean()), 1e-12)


ENTRY = Entry(U2Fusion, U2FusionConfig, U2FusionTask)
