"""Training IFSepR: each source from its own code and the common one, and both codes apart."""

from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.losses import separation_loss
from clfnet.nn.rivals import IFSepR
from clfnet.nn.rivals.rival import to_unit
from clfnet.training.bounds import Weight
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask


@dataclass(frozen=True)
class IFSepRLoss:
    """How the two terms are balanced; the release does not say.

    Attributes:
        separation: the second term's share of the first when training starts.
    """

    separation: Weight = 0.1


@dataclass(frozen=True)
class IFSepRConfig(RivalConfig):
    """The recipe of IFSepR."""

    kind = "ifsepr"

    loss: IFSepRLoss = field(default_factory=IFSepRLoss)


class Separation(nn.Module):
    """The network with its loss.

    Args:
        network: the network.
        weight: of the separation.
    """

    def __init__(self, network: IFSepR, weight: float = 1.0) -> None:
        super().__init__()
        self.network, self.weight = network, weight

    def forward(self, infrared: Tensor, visible: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W) in [-1, 1] each, and its parts."""
        network = self.network
        private_a, private_b, common = network.codes(infrared, visible)
        made = network.decode(private_a, common), network.decode(private_b, common)
        with full_precision(common):
            reconstruction = sum(
                (
                    F.mse_loss(found.float(), to_unit(source).expand(-1, 3, -1, -1))
                    for found, source in zip(made, (infrared, visible), strict=True)
                ),
                start=infrared.new_zeros(()),
            )
            separation = separation_loss(private_a.float(), private_b.float(), common.float())
            loss = reconstruction + self.weight * separation
        return {"loss": loss, "reconstruction": reconstruction, "separation": separation}


def _objective(network: IFSepR, config: IFSepRConfig, crops: Crops) -> Separation:
    objective = Separation(network)
    with torch.no_grad():
        terms = objective(*crops.batch(0, config.run.batch))
    ratio = float(terms["reconstruction"]) / max(float(terms["separation"]), 1e-12)
    objective.weight = config.loss.separation * ratio
    return objective


ENTRY = Entry(IFSepR, IFSepRConfig, partial(RivalTask, network=IFSepR, objective=_objective))
