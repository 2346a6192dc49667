"""Judgements against noisy labels: the adversarial losses of FusionGAN and GANMcC."""

import torch
from torch import Tensor

HIGH = (0.7, 1.2)
"""Labels of what a discriminator is to call real."""

LOW = (0.0, 0.3)
"""And of what not."""


def judgement_loss(judgements: Tensor, labels: Tensor) -> Tensor:
    """The mean squared distance of judgements from labels, both (B,)."""
    return (judgements - labels).square().mean()


def noisy_labels(kind: tuple[float, float], count: int, generator: torch.Generator) -> Tensor:
    """Labels drawn evenly from a range, (count,).

    Example:
        >>> labels = noisy_labels(HIGH, 100, torch.Generator().manual_seed(0))
        >>> bool(labels.min() >= 0.7), bool(labels.max() <= 1.2)
        (True, True)
    """
    low, high = kind
    return low + (high - low) * torch.rand(count, generator=generator)
