"""Structure: at each scale and place, that of the source with the larger local contrast."""

import torch
from torch import Tensor

from clfnet.losses.blur import gaussian_blur

SCALES = (1.0, 2.0, 4.0)
"""Standard deviations of the Gaussians between which the bands of detail lie, in pixels."""

NOISE = 4e-5
"""Energy below which a band counts as flat: a contrast of 0.3 % of the range."""


def structure_loss(
    fused: Tensor, infrared: Tensor, visible: Tensor, *, sharpness: float = 3.0
) -> Tensor:
    """Mean distance of the fused bands of detail from those of the source with more contrast.

    The bands are D₁ = x − G₁x, D₂ = G₁x − G₂x and D₃ = G₂x − G₄x, where Gσ is a Gaussian. In each,
    the sources count by their local energies e = G(D²), over 1.5 times the band's scale:
    D* = w·D(infrared) + (1 − w)·D(visible) with w = e_ir^s / (e_ir^s + e_vi^s). As in MEF-SSIM
    (Ma, Zeng and Wang, IEEE TIP 2015) the reference of a place is chosen by contrast, where M-SSIM
    (Eq. 4) chooses it by brightness. Not in the paper.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        sharpness: s; the larger, the harder the choice.

    Returns:
        A scalar ≥ 0, the sum over the bands.

    Example:
        >>> x = torch.rand(1, 1, 24, 24) * 2 - 1
        >>> float(structure_loss(x, x, torch.zeros_like(x))) < 0.01
        True
    """
    total = fused.new_zeros(())
    images = torch.cat((fused, infrared, visible), dim=1)  # (B, 3, H, W)
    for scale in SCALES:
        blurred = gaussian_blur(images, scale)
        band = images - blurred
        sources = band[:, 1:].detach()
        energy = (gaussian_blur(sources**2, 1.5 * scale) + NOISE).log()
        share = torch.sigmoid(sharpness * (energy[:, :1] - energy[:, 1:]))
        target = torch.lerp(sources[:, 1:], sources[:, :1], share)
        total = total + (band[:, :1] - target).abs().mean()
        images = blurred
    return total
