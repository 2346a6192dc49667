"""The ResBlock of Fig. 1: a 1×1 and a 3×3 convolution beside a 1×1 identity mapping."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.01
"""Negative slope of every LeakyReLU."""


class ResBlock(nn.Module):
    """``act(BN(conv3×3(LeakyReLU(BN(conv1×1 x)))) + skip(x))``.

    The 1×1 convolution keeps the number of channels, the 3×3 changes it. The skip is a 1×1
    convolution without normalisation where the number changes and the identity where it does not.
    No convolution has a bias. The paper's text swaps the paddings of its two kernels (Sec. III-A);
    here 3×3 pads by one and 1×1 by none, so that every size is kept.

    Maps lie in memory channels last, whatever the layout of the input: convolutions and batch norm
    are faster so on a CPU, see docs/training.md.

    Args:
        inputs: channels of the input.
        outputs: channels of the output.
        activation: the last non-linearity; LeakyReLU everywhere but at the network's end, where
            it is tanh.

    Example:
        >>> ResBlock(16, 32)(torch.zeros(1, 16, 5, 7)).shape
        torch.Size([1, 32, 5, 7])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inputs, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv3 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(outputs)
        self.skip = (
            nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)
        )
        self.activation = activation or leaky_relu

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        x = x.contiguous(memory_format=torch.channels_last)
        body = leaky_relu(self.norm1(self.conv1(x)))
        body = self.norm3(self.conv3(body))
        y: Tensor = self.activation(body + self.skip(x))
        return y


def leaky_relu(x: Tensor) -> Tensor:
    """LeakyReLU with the network's slope, in place: one map less to keep for the gradient."""
    return F.leaky_relu(x, SLOPE, inplace=True)


def chain(channels: tuple[int, ...], last: Callable[[Tensor], Tensor] | None = None) -> nn.Module:
    """ResBlocks from ``channels[0]`` to ``channels[-1]``; `last` is the final activation."""
    steps = list(pairwise(channels))
    blocks = [ResBlock(a, b) for a, b in steps[:-1]]
    return nn.Sequential(*blocks, ResBlock(*steps[-1], activation=last))
