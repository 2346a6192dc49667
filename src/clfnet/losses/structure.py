"""Structure: at each scale and place, that of the source with the larger local contrast."""

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor

from clfnet.losses.blur import gaussian_blur

NOISE = 4e-5
"""Energy below which a band counts as flat: a contrast of 0.3 % of the range."""


def structure_loss(
    fused: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    sharpness: Sequence[float] = (3.0, 3.0, 3.0),
    preference: Sequence[float] = (1.0, 1.0, 1.0),
) -> Tensor:
    """Mean distance of the fused bands of detail from those of the source with more contrast.

    The bands are D₁ = x − G₁x, D₂ = G₁x − G₂G₁x, D₃ = G₂G₁x − G₄G₂G₁x and so on, where Gσ is a
    Gaussian. In each, the sources count by their local energies e = G(D²), over 1.5 times the
    band's scale: D* = w·D(infrared) + (1 − w)·D(visible), w = e_ir^s / (e_ir^s + (p·e_vi)^s). As in
    MEF-SSIM (Ma, Zeng and Wang, IEEE TIP 2015) the reference of a place is chosen by contrast,
    where M-SSIM (Eq. 4) chooses it by brightness. Not in the paper.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        sharpness: s of each band; the larger, the harder the choice.
        preference: p of each band; at p times the visible's energy infrared counts as much.

    Returns:
        A scalar ≥ 0, the sum over the bands.

    Example:
        >>> x = torch.rand(1, 1, 24, 24) * 2 - 1
        >>> float(structure_loss(x, x, torch.zeros_like(x))) < 0.01
        True
    """
    total = fused.new_zeros(())
    images = torch.cat((fused, infrared, visible), dim=1)  # (B, 3, H, W)
    each_band = zip(scales(len(sharpness)), sharpness, preference, strict=True)
    for scale, power, preferred in each_band:
        blurred = gaussian_blur(images, scale)
        band = images - blurred
        sources = band[:, 1:].detach()
        energy = (gaussian_blur(sources**2, 1.5 * scale) + NOISE).log()
        lead = energy[:, :1] - energy[:, 1:] - log(preferred)
        share = torch.sigmoid(power * lead)
        target = torch.lerp(sources[:, 1:], sources[:, :1], share)
        total = total + (band[:, :1] - target).abs().mean()
        images = blurred
    return total


def scales(bands: int) -> list[float]:
    """Standard deviations of the Gaussians between which bands of detail lie, in pixels.

    Example:
        >>> scales(3)
        [1.0, 2.0, 4.0]
    """
    return [2.0**band for band in range(bands)]
