"""PMGI: two paths, for intensity and for gradients, that exchange features.

Source: H. Zhang, H. Xu, Y. Xiao, X. Guo and J. Ma, "Rethinking the image fusion: A fast unified
image fusion network based on proportional maintenance of gradient and intensity", AAAI 2020.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.rival import SLOPE, ImageNorm, Rival, start_normal


class PMGI(Rival):
    """PMGI: 42,017 parameters, in [-1, 1].

    Each of its norms sees the whole image.

    Example:
        >>> network = PMGI().eval()
        >>> sum(p.numel() for p in network.parameters())
        42017
        >>> pair = torch.zeros(2, 1, 9, 7)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 9, 7])
    """

    kind = "pmgi"
    title = "PMGI"

    def __init__(self) -> None:
        super().__init__()
        self.intensity1, self.gradient1 = Layer(3, 16, 5), Layer(3, 16, 5)
        self.intensity2, self.gradient2 = Layer(16, 16, 3), Layer(16, 16, 3)
        self.to_intensity2, self.to_gradient2 = Layer(32, 16, 1), Layer(32, 16, 1)
        self.intensity3, self.gradient3 = Layer(48, 16, 3), Layer(48, 16, 3)
        self.to_intensity3, self.to_gradient3 = Layer(32, 16, 1), Layer(32, 16, 1)
        self.intensity4, self.gradient4 = Layer(64, 16, 3), Layer(64, 16, 3)
        self.last = nn.Conv2d(128, 1, 1)
        start_normal(self, 1e-3)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        i1 = self.intensity1(torch.cat((infrared, infrared, visible), dim=1))
        g1 = self.gradient1(torch.cat((visible, visible, infrared), dim=1))
        i2, g2 = self.intensity2(i1), self.gradient2(g1)
        both = torch.cat((i2, g2), dim=1)
        i3 = self.intensity3(torch.cat((i1, i2, self.to_intensity2(both)), dim=1))
        g3 = self.gradient3(torch.cat((g1, g2, self.to_gradient2(both)), dim=1))
        both = torch.cat((i3, g3), dim=1)
        i4 = self.intensity4(torch.cat((i1, i2, i3, self.to_intensity3(both)), dim=1))
        g4 = self.gradient4(torch.cat((g1, g2, g3, self.to_gradient3(both)), dim=1))
        return torch.tanh(self.last(torch.cat((i1, g1, i2, g2, i3, g3, i4, g4), dim=1)))


class Layer(nn.Module):
    """A convolution that keeps the size, norm, LeakyReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.norm = ImageNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        return F.leaky_relu(self.norm(self.conv(x)), SLOPE)
