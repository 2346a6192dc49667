"""Intensity and gradient in proportion: the content loss of FusionGAN, GANMcC and PMGI."""

from torch import Tensor
from torch.nn import functional as F


def proportion_loss(
    fused: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    infrared_intensity: float,
    visible_intensity: float,
    infrared_gradient: float,
    visible_gradient: float,
) -> Tensor:
    """a·n((F−A)²) + b·n((F−B)²) + c·n((∇²F−∇²B)²) + d·n((∇²F−∇²A)²), where n is the mean.

    ∇² is the Laplacian of four neighbours, beyond the border 0. FusionGAN: a = 1, b = 0, c = 5,
    d = 0; GANMcC: 1, 0.4, 5, 4; PMGI: 1, 0.3, 5, 4.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        infrared_intensity: a.
        visible_intensity: b.
        infrared_gradient: d.
        visible_gradient: c.

    Returns:
        A scalar ≥ 0.

    Example:
        >>> import torch
        >>> x = torch.rand(1, 1, 6, 7)
        >>> weights = {f"{s}_{q}": 1.0 for s in ("infrared", "visible")
        ...     for q in ("intensity", "gradient")}
        >>> proportion_loss(x, x, x, **weights)
        tensor(0.)
    """
    edges = laplacian(fused)
    loss = fused.new_zeros(())
    for source, intensity, gradient in (
        (infrared, infrared_intensity, infrared_gradient),
        (visible, visible_intensity, visible_gradient),
    ):
        if intensity:
            loss = loss + intensity * F.mse_loss(fused, source)
        if gradient:
            loss = loss + gradient * F.mse_loss(edges, laplacian(source))
    return loss


def laplacian(images: Tensor) -> Tensor:
    """The four neighbours less four times the pixel, beyond the border 0: (B, 1, H, W) alike."""
    around = F.pad(images, (1, 1, 1, 1))
    rows = around[..., :-2, 1:-1] + around[..., 2:, 1:-1]
    columns = around[..., 1:-1, :-2] + around[..., 1:-1, 2:]
    return rows + columns - 4 * images
