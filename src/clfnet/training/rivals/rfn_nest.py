"""Training RFN-Nest in two stages: the auto-encoder, then what fuses between its halves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.losses import residual_fusion_loss
from clfnet.nn.rivals import RFNNest
from clfnet.nn.rivals.rival import to_levels
from clfnet.training.dataset import Crops, Pair, Pixels, to_network_range
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask
from clfnet.training.rivals.densefuse import Reconstruction, ReconstructionLoss
from clfnet.training.task import Context
from clfnet.training.validation import Validator


@dataclass(frozen=True)
class RFNNestLoss(ReconstructionLoss):
    """What is trained, and the constants of the first stage.

    Attributes:
        stage: "auto-encoder", or "fusion", which goes on from a file of the first
            (`network.start`) and leaves encoder and decoder as they are.
    """

    stage: Literal["auto-encoder", "fusion"] = "auto-encoder"


@dataclass(frozen=True)
class RFNNestConfig(RivalConfig):
    """The recipe of one stage of RFN-Nest."""

    kind = "rfn_nest"

    loss: RFNNestLoss = field(default_factory=RFNNestLoss)

    def check(self) -> None:
        """See `Recipe`."""
        if self.loss.stage == "fusion" and not self.network.start:
            raise ConfigError(
                "`network.start` must be a file of the first stage where `loss.stage` is "
                "'fusion', got none. Train that stage first."
            )


class Fusion(nn.Module):
    """The second stage: encoder and decoder stand still.

    Args:
        network: all of it.
        scales: of MS-SSIM.
    """

    def __init__(self, network: RFNNest, scales: int) -> None:
        super().__init__()
        self.network, self.scales = network, scales
        network.requires_grad_(False)
        network.fusion.requires_grad_(True)

    def forward(self, infrared: Tensor, visible: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W) in [-1, 1] each."""
        network, levels = self.network, to_levels(visible)
        with torch.no_grad():
            a, b = network.encoder(to_levels(infrared)), network.encoder(levels)
        codes = network.fused(a, b)
        fused = network.decoder(codes).relu()
        with full_precision(fused):
            codes, a, b = ([code.float() for code in each] for each in (codes, a, b))
            loss = residual_fusion_loss(fused.float(), levels, codes, a, b, scales=self.scales)
        return {"loss": loss}


class ReconstructionValidator:
    """Says how well held-out images are reconstructed.

    Args:
        pairs: the held-out pairs.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs

    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Minus the mean absolute error in levels as "score"; the visible images as made."""
        assert isinstance(network, RFNNest)  # noqa: S101 -- for the type checker
        device = next(network.parameters()).device
        network.eval()
        errors, made = [], []
        for pair in self.pairs:
            for image in (pair.infrared, pair.visible):
                with torch.inference_mode():
                    found = network.reconstruct(to_network_range(image)[None, None].to(device))
                levels = found[0, 0].float().cpu().numpy()
                errors.append(float(np.abs(levels - image).mean()))
            made.append(np.clip(np.rint(levels), 0, 255).astype(np.uint8))
        return {"score": -float(np.mean(errors))}, made


def _task(config: RFNNestConfig, context: Context) -> RivalTask:
    first = config.loss.stage == "auto-encoder"

    def objective(network: RFNNest, _config: RFNNestConfig, _crops: Crops) -> nn.Module:
        return (
            Reconstruction(network, config.loss) if first else Fusion(network, config.loss.scales)
        )

    return RivalTask(
        config,
        context,
        network=RFNNest,
        objective=objective,
        validator=ReconstructionValidator if first else Validator,
    )


ENTRY = Entry(RFNNest, RFNNestConfig, _task)
