"""Training PMGI: a plain regression to intensities and gradients in proportion."""

from dataclasses import asdict, dataclass, field
from functools import partial

from torch import Tensor, nn

from clfnet.losses import proportion_loss
from clfnet.nn.rivals import PMGI
from clfnet.training.bounds import Weight
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask


@dataclass(frozen=True)
class ProportionLoss:
    """Weights of `clfnet.losses.proportion_loss`; the defaults are PMGI's.

    Attributes:
        infrared_intensity: of the distance from the infrared image.
        visible_intensity: of the distance from the visible image.
        infrared_gradient: of the distance of the Laplacians from the infrared image's.
        visible_gradient: of the distance of the Laplacians from the visible image's.
    """

    infrared_intensity: Weight = 1.0
    visible_intensity: Weight = 0.3
    infrared_gradient: Weight = 4.0
    visible_gradient: Weight = 5.0


CONTENT = 100.0
"""What the sum is multiplied by."""


@dataclass(frozen=True)
class PMGIConfig(RivalConfig):
    """The recipe of PMGI."""

    kind = "pmgi"

    loss: ProportionLoss = field(default_factory=ProportionLoss)


class Proportion(nn.Module):
    """A network with this loss.

    Args:
        network: the network.
        loss: its weights.
    """

    def __init__(self, network: PMGI, loss: ProportionLoss) -> None:
        super().__init__()
        self.network, self.weights = network, asdict(loss)

    def forward(self, infrared: Tensor, visible: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W) in [-1, 1] each."""
        fused = self.network(infrared, visible)
        with full_precision(fused):
            loss = proportion_loss(fused.float(), infrared, visible, **self.weights)
            return {"loss": CONTENT * loss}


def _objective(network: PMGI, config: PMGIConfig, _: Crops) -> Proportion:
    return Proportion(network, config.loss)


ENTRY = Entry(
    PMGI,
    PMGIConfig,
    partial(RivalTask, network=PMGI, objective=_objective),
    "pairs of TNO whose scenes are not tested on; crops in random order",
)
