"""Training DenseFuse: an auto-encoder of single images; fusing is a rule in its middle."""

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.losses import contrast_structure, product_ms_ssim
from clfnet.nn.rivals import DenseFuse, RFNNest
from clfnet.nn.rivals.rival import to_levels
from clfnet.training.bounds import Count, Weight
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask


@dataclass(frozen=True)
class ReconstructionLoss:
    """Mean squared distance in levels + weight · (1 − similarity).

    Attributes:
        similarity: "ms_ssim", of the release for PyTorch, or "contrast", of that for TensorFlow:
            SSIM without luminance, with the constants of a range of 1.
        weight: of the second term.
        scales: of MS-SSIM; five need crops of 176 pixels, or their windows shrink.
    """

    similarity: Literal["ms_ssim", "contrast"] = "ms_ssim"
    weight: Weight = 100.0
    scales: Count = 5


@dataclass(frozen=True)
class DenseFuseConfig(RivalConfig):
    """The recipe of DenseFuse."""

    kind = "densefuse"

    loss: ReconstructionLoss = field(default_factory=ReconstructionLoss)


class Reconstruction(nn.Module):
    """An auto-encoder with its loss; infrared and visible images alike are what it sees.

    Args:
        network: whose `reconstruct` is trained.
        loss: its constants.
    """

    def __init__(self, network: DenseFuse | RFNNest, loss: ReconstructionLoss) -> None:
        super().__init__()
        self.network, self.loss = network, loss

    def forward(self, infrared: Tensor, visible: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W) in [-1, 1] each, and its parts."""
        images = torch.cat((infrared, visible))
        found = self.network.reconstruct(images)
        with full_precision(found):
            found, wanted = found.float(), to_levels(images)
            squares = F.mse_loss(found, wanted)
            if self.loss.similarity == "ms_ssim":
                scales = self.loss.scales
                similarity = product_ms_ssim(found, wanted, data_range=255, scales=scales)
            else:
                similarity = contrast_structure(found, wanted, data_range=1).mean()
            loss = squares + self.loss.weight * (1 - similarity)
        return {"loss": loss, "mean square": squares, "similarity": similarity}


def _objective(network: DenseFuse, config: DenseFuseConfig, _: Crops) -> Reconstruction:
    return Reconstruction(network, config.loss)


ENTRY = Entry(
    DenseFuse,
    DenseFuseConfig,
    partial(RivalTask, network=DenseFuse, objective=_objective),
    "pairs of TNO in place of COCO; without the last ReLU, which is there to fuse",
)
