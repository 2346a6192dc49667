"""STDFusionNet: inside a mask of hot targets the infrared image, outside the visible one."""

from torch import Tensor
from torch.nn import functional as F

TARGETS = 7.0
"""Weight of what is inside the mask."""


def salient_loss(fused: Tensor, infrared: Tensor, visible: Tensor, mask: Tensor) -> Tensor:
    """n((1−M)|F−B|) + n((1−M)|S(F)−S(B)|) + 7·n(M|F−A|) + 7·n(M|S(F)−S(A)|).

    n is the mean over the whole crop, not over the mask; S = |Sobel_x| + |Sobel_y|, beyond the
    border 0.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        mask: M, the same shape, in [0, 1]: 1 where there is a target.

    Returns:
        A scalar ≥ 0.

    Example:
        >>> import torch
        >>> a, b = torch.rand(2, 1, 1, 6, 7)
        >>> salient_loss(a, a, b, torch.ones_like(a))
        tensor(0.)
    """
    edges = sobel(fused)
    background = (fused - visible).abs() + (edges - sobel(visible)).abs()
    targets = (fused - infrared).abs() + (edges - sobel(infrared)).abs()
    return ((1 - mask) * background).mean() + TARGETS * (mask * targets).mean()


def sobel(images: Tensor) -> Tensor:
    """|Sobel_x| + |Sobel_y|, beyond the border 0: (B, 1, H, W) alike."""
    around = F.pad(images, (1, 1, 1, 1))
    rows = around[..., :-2, :] + 2 * around[..., 1:-1, :] + around[..., 2:, :]
    columns = around[..., :-2] + 2 * around[..., 1:-1] + around[..., 2:]
    across, down = rows[..., 2:] - rows[..., :-2], columns[..., 2:, :] - columns[..., :-2, :]
    return across.abs() + down.abs()
