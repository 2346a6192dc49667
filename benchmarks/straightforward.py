"""The paper's training step as one would write it first; what `benchmarks/training.py` beats.

It follows the text of Secs. III and IV-A: plain NCHW maps, M-SSIM with 16×16 windows as 2-D
convolutions, and patchNCE one place after the other. It is not made slow on purpose: the sources'
features are kept for the loss, and embeddings are normalised once.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn import CLFNet, ProjectionHead

WINDOW, C1, C2 = 16, 1e-4, 9e-4
TEMPERATURE = 0.07


class Straightforward(nn.Module):
    """The loss of Eq. (9) with λ1 = λ2 = 1, of a network and a head.

    Args:
        network: whose weights are used and trained, by the formulas of this file alone.
        head: the same.
    """

    def __init__(self, network: CLFNet, head: ProjectionHead) -> None:
        super().__init__()
        self.network, self.head = network, head

    def forward(self, infrared: Tensor, visible: Tensor, places: Tensor) -> dict[str, Tensor]:
        """Take what `Objective` takes; return its "loss", "patch_nce" and "m_ssim"."""
        network, head = self.network, self.head
        features_ir = encode(network.infrared_encoder, infrared)
        features_vi = encode(network.visible_encoder, visible)
        fused = decode(network.decoder, torch.cat((features_ir, features_vi), dim=1))
        structure = m_ssim(fused, infrared, visible)
        contrast = patch_nce(
            embed(head, encode(network.infrared_encoder, fused), places),
            embed(head, encode(network.visible_encoder, fused), places),
            embed(head, features_ir, places),
            embed(head, features_vi, places),
        )
        return {"loss": contrast + structure, "patch_nce": contrast, "m_ssim": structure}


def encode(encoder: nn.Module, image: Tensor) -> Tensor:
    """Sec. III-A.1: four ResBlocks, (B, 1, H, W) -> (B, 64, H, W)."""
    return blocks(encoder, image)


def decode(decoder: nn.Module, features: Tensor) -> Tensor:
    """Sec. III-A.2: four ResBlocks, (B, 128, H, W) -> (B, 1, H, W)."""
    return blocks(decoder, features)


def blocks(part: nn.Module, x: Tensor) -> Tensor:
    """ResBlocks in order; the one that ends in a single channel ends in tanh."""
    for block in part.get_submodule("blocks").children():
        x = res_block(block, x)
    return x


def res_block(block: nn.Module, x: Tensor) -> Tensor:
    """Fig. 1: 1×1 and 3×3 convolution beside the identity mapping."""
    layer = block.get_submodule
    body = F.leaky_relu(layer("norm1")(layer("conv1")(x)), 0.01)
    y = layer("norm3")(layer("conv3")(body)) + layer("skip")(x)
    return torch.tanh(y) if y.shape[1] == 1 else F.leaky_relu(y, 0.01)


def embed(head: nn.Module, features: Tensor, places: Tensor) -> Tensor:
    """H at the sampled places (Eq. 6), (B, S, D), of length 1."""
    rows = features.flatten(2).transpose(1, 2)[:, places]
    return F.normalize(head(rows), dim=-1)


def patch_nce(query_ir: Tensor, query_vi: Tensor, ir: Tensor, vi: Tensor) -> Tensor:
    """Eqs. (7) and (8): one place after the other, its negatives gathered."""
    batch, samples, _ = ir.shape
    losses = []
    for b in range(batch):
        for s in range(samples):
            if query_ir[b, s] @ ir[b, s] > query_vi[b, s] @ vi[b, s]:
                query, keys = query_ir[b, s], ir
            else:
                query, keys = query_vi[b, s], vi
            here, pool = b * samples + s, keys.reshape(batch * samples, -1)
            negatives = torch.cat((pool[:here], pool[here + 1 :]))  # N = S - 1 + (B - 1)·S
            logits = torch.cat((query @ keys[b, s][None].T, negatives @ query)) / TEMPERATURE
            losses.append(-F.log_softmax(logits, dim=0)[0])  # Eq. (1)
    return torch.stack(losses).mean()


def m_ssim(fused: Tensor, infrared: Tensor, visible: Tensor) -> Tensor:
    """Eqs. (2)-(5)."""
    brighter = mean(infrared) > mean(visible)
    return 1 - torch.where(brighter, ssim(fused, infrared), ssim(fused, visible)).mean()


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Eq. (2) of every window."""
    mean_a, mean_b = mean(a), mean(b)
    variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    return ((2 * mean_a * mean_b + C1) * (2 * covariance + C2)) / (
        (mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2)
    )


def mean(image: Tensor) -> Tensor:
    """Eq. (3) of every window."""
    return F.conv2d(image, image.new_full((1, 1, WINDOW, WINDOW), 1 / WINDOW**2))
