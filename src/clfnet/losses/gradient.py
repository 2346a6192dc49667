"""Gradient: how far the fused image's edges are from the stronger source's."""

import torch
from torch import Tensor


def gradient_loss(fused: Tensor, infrared: Tensor, visible: Tensor, *, gain: float = 1.0) -> Tensor:
    """Mean absolute distance from the stronger of the two sources' gradients; not in the paper.

    Gradients are differences of neighbours along each axis, and the stronger one is chosen for
    each axis and pixel.

    Args:
        fused: (B, 1, H, W) in [-1, 1], H, W ≥ 2.
        infrared: the same shape and range.
        visible: the same shape and range.
        gain: how many times the stronger gradient is wanted; above 1 it sharpens.

    Returns:
        A scalar ≥ 0, the sum over both axes.

    Example:
        >>> x = torch.rand(1, 1, 8, 8) * 2 - 1
        >>> gradient_loss(x, x, torch.zeros_like(x))
        tensor(0.)
    """
    total = fused.new_zeros(())
    for axis in (-2, -1):
        a, b = infrared.diff(dim=axis), visible.diff(dim=axis)
        stronger = torch.where(a.abs() > b.abs(), a, b)
        total = total + (fused.diff(dim=axis) - gain * stronger).abs().mean()
    return total
