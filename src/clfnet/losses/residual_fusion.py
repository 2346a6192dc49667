"""RFN-Nest's second stage: detail of the visible image, features of both sources."""

from collections.abc import Sequence

import torch
from torch import Tensor

from clfnet.losses.ssim import product_ms_ssim

DETAIL = 700.0
INFRARED, VISIBLE = 6.0, 3.0
SCALES = (1.0, 10.0, 100.0, 1000.0)
"""Weights of the features of each scale, the finest first."""


def residual_fusion_loss(
    fused: Tensor,
    visible: Tensor,
    codes: Sequence[Tensor],
    infrared_codes: Sequence[Tensor],
    visible_codes: Sequence[Tensor],
    *,
    scales: int = 5,
) -> Tensor:
    """700·(1 − MS-SSIM(O', B)) + Σ_m w_m·n((Φ_m − 6·φA_m − 3·φB_m)²), where n is the mean.

    O' is the fused batch spread from its least value, 0, to its largest, 255, for features that
    are nine times too large make an image that is.

    Args:
        fused: (B, 1, H, W), in any range.
        visible: the same shape, in levels, 0 to 255.
        codes: Φ, the fused features of each scale, (B, C, H / 2ᵐ, W / 2ᵐ).
        infrared_codes: φA.
        visible_codes: φB.
        scales: of MS-SSIM, see `product_ms_ssim`.

    Returns:
        A scalar ≥ 0.
    """
    low, high = fused.min(), fused.max()
    spread = 255 * (fused - low) / (high - low + 1e-5)
    loss = DETAIL * (1 - product_ms_ssim(spread, visible, data_range=255, scales=scales))
    for weight, *maps in zip(SCALES, codes, infrared_codes, visible_codes, strict=True):
        fusion, a, b = maps
        loss = loss + weight * (fusion - INFRARED * a - VISIBLE * b).square().mean()
    return torch.as_tensor(loss)
