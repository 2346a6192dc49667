"""U2Fusion: sources weighted by their information."""

import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.losses.ssim import ssim

MSE = 20.0
"""Weight of the squared distance beside SSIM."""

LEVELS = 5


def information(images: Tensor) -> Tensor:
    """How much there is to see in each image of a batch: its mean squared gradient at 5 scales.

    The gradient is the mean of a pixel's eight neighbours less the pixel, beyond the border 0. The
    paper takes it of five layers of VGG-16, trained on ImageNet; here a pyramid of the image
    itself stands in, each level the mean of 2×2 pixels of the one before.

    Args:
        images: (B, 1, H, W) in [0, 1], H, W ≥ 16.

    Returns:
        (B,), ≥ 0.

    Example:
        >>> flat = information(torch.ones(2, 1, 64, 64) / 2)
        >>> flat.shape
        torch.Size([2])
    """
    total = images.new_zeros(len(images))
    for level in range(LEVELS):
        images = F.avg_pool2d(images, 2) if level else images
        nine = 9 * F.avg_pool2d(images, 3, 1, 1)  # the sum; beyond the border 0
        gradient = (nine - images) / 8 - images
        total = total + gradient.square().mean((1, 2, 3))
    return total / LEVELS


def information_loss(fused: Tensor, infrared: Tensor, visible: Tensor, *, scale: float) -> Tensor:
    """Per image ω1(1−SSIM(F,A)) + ω2(1−SSIM(F,B)) + 20·(ω1·MSE(F,A) + ω2·MSE(F,B)); their mean.

    ω = softmax(g / c) of the sources' information g; it has no gradient.

    Args:
        fused: (B, 1, H, W) in [0, 1], H, W ≥ 16.
        infrared: the same shape and range.
        visible: the same shape and range.
        scale: c; a difference of g by so much makes weights of 0.73 and 0.27.

    Returns:
        A scalar ≥ 0.
    """
    sources = infrared, visible
    with torch.no_grad():
        weights = torch.stack([information(source) for source in sources]).div(scale).softmax(0)
    loss = fused.new_zeros(len(fused))
    for weight, source in zip(weights, sources, strict=True):
        distance = (fused - source).square().mean((1, 2, 3))
        loss = loss + weight * (1 - ssim(fused, source, data_range=1) + MSE * distance)
    return loss.mean()
