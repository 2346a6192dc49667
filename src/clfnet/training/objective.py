"""One step's computation: both encoders twice, the decoder once, and the loss (Eq. 9)."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from clfnet.losses import (
    STRATEGIES,
    base_loss,
    fusion_loss,
    gradient_loss,
    intensity_loss,
    m_ssim_loss,
    patch_nce,
    structure_loss,
)
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.config import TrainConfig


class Objective(nn.Module):
    """The network and the projection head with the loss on top; what the optimiser trains.

    Args:
        config: the recipe. Without a contrastive term there is no head.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.config = config
        self.network = CLFNet(config.model.width, config.model.coarse)
        self.head = (
            ProjectionHead(4 * config.model.width, config.model.hidden, config.model.embedding)
            if config.loss.lambda1
            else None
        )

    def forward(self, infrared: Tensor, visible: Tensor, places: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, and its parts.

        Args:
            infrared: (B, 1, H, W) in [-1, 1].
            visible: the same shape and range.
            places: (S,), indices into H·W, the same for every image (Sec. III-C).

        Returns:
            Scalars: "loss"; "m_ssim"; where they count "patch_nce" and "infrared_share",
            "intensity", "gradient", "structure", "base".
        """
        weights, network = self.config.loss, self.network
        infrared_features = network.infrared_encoder(infrared)
        visible_features = network.visible_encoder(visible)
        fused = network.fuse(infrared, visible, infrared_features, visible_features)
        with full_precision(fused):
            exact = fused.float()
            with torch.set_grad_enabled(bool(weights.lambda2)):  # else it is only logged
                m_ssim = m_ssim_loss(exact, infrared, visible, window=weights.window)
            terms = {"m_ssim": m_ssim}
        contrast = fused.new_zeros(())
        if self.head is not None:
            contrast = self._contrast(
                self.head, fused, (infrared, visible), (infrared_features, visible_features),
                places, terms,
            )  # fmt: skip
        loss = fusion_loss(
            contrast, terms["m_ssim"], lambda1=weights.lambda1, lambda2=weights.lambda2
        )
        with full_precision(fused):
            loss = loss + self._added(exact, infrared, visible, terms)
        return {"loss": loss, **terms}

    def _added(
        self, fused: Tensor, infrared: Tensor, visible: Tensor, terms: dict[str, Tensor]
    ) -> Tensor:
        """The weighted sum of what the recipe adds to Eq. (9); adds its parts to `terms`."""
        weights = self.config.loss
        loss = fused.new_zeros(())
        if weights.intensity:
            terms["intensity"] = intensity_loss(
                fused,
                infrared,
                visible,
                gain=weights.intensity_gain or None,
                mix=weights.intensity_mix,
            )
            loss = loss + weights.intensity * terms["intensity"]
        if weights.gradient:
            terms["gradient"] = gradient_loss(fused, infrared, visible, gain=weights.gradient_gain)
            loss = loss + weights.gradient * terms["gradient"]
        if weights.structure:
            terms["structure"] = structure_loss(
                fused,
                infrared,
                visible,
                sharpness=weights.structure_sharpness,
                preference=weights.structure_preference,
            )
            loss = loss + weights.structure * terms["structure"]
        if weights.base:
            terms["base"] = base_loss(
                fused,
                infrared,
                visible,
                bands=weights.bands,
                dark=weights.base_dark,
                bright=weights.base_bright,
            )
            loss = loss + weights.base * terms["base"]
        return loss

    def _contrast(
        self,
        head: ProjectionHead,
        fused: Tensor,
        images: tuple[Tensor, Tensor],
        features: tuple[Tensor, Tensor],
        places: Tensor,
        terms: dict[str, Tensor],
    ) -> Tensor:
        """L_patchNCE (Eqs. 6–8); adds itself and the infrared share to `terms`."""
        weights, network = self.config.loss, self.network

        def embed(maps: Tensor) -> Tensor:
            rows = maps.permute(0, 2, 3, 1).flatten(1, 2)  # (B, H·W, C), as they lie in memory
            z: Tensor = head(rows.index_select(1, places))  # (B, S, D)
            return z

        with untouched_statistics(network, enabled=self.config.run.statistics == "sources"):
            queries = [
                embed(encoder(fused))
                for encoder in (network.infrared_encoder, network.visible_encoder)
            ]
            crossed = None
            if weights.strategy == "b":
                crossed = (
                    embed(network.infrared_encoder(images[1])),
                    embed(network.visible_encoder(images[0])),
                )
        keys = [embed(maps) for maps in features]
        if weights.detach_keys:
            keys = [key.detach() for key in keys]
            crossed = None if crossed is None else (crossed[0].detach(), crossed[1].detach())
        with full_precision(fused):
            result = patch_nce(
                *(z.float() for z in (*queries, *keys)),
                temperature=weights.temperature,
                assignment=weights.assignment,
                strategy=STRATEGIES[weights.strategy],
                crossed=None if crossed is None else (crossed[0].float(), crossed[1].float()),
            )
        terms["patch_nce"], terms["infrared_share"] = result
        return result.loss


def full_precision(images: Tensor) -> torch.autocast:
    """Leave mixed precision: M-SSIM's variances are differences that bfloat16 cannot hold."""
    return torch.autocast(images.device.type, enabled=False)


@contextmanager
def untouched_statistics(network: nn.Module, *, enabled: bool = True) -> Iterator[None]:
    """Normalise by each batch as usual, but leave the running statistics as they are.

    In training the encoders see the sources and the fused image, in use the sources alone:
    statistics of both would be those of neither.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)] if enabled else []
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum


def freeze_statistics(network: nn.Module) -> None:
    """Let batch norm use its running statistics from here on, as in use."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
