"""STDFusionNet: hot targets from the infrared image, all else from the visible one.

Source: J. Ma, L. Tang, M. Xu, H. Zhang and G. Xiao, "STDFusionNet: An infrared and visible image
fusion network based on salient target detection", IEEE Trans. Instrumentation and Measurement 70
(2021).
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.rival import SLOPE, Rival, start_normal


class STDFusionNet(Rival):
    """STDFusionNet: 282,513 parameters, in [-1, 1].

    Example:
        >>> network = STDFusionNet()
        >>> sum(p.numel() for p in network.parameters())
        282513
        >>> pair = torch.zeros(2, 1, 9, 7)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 9, 7])
    """

    kind = "stdfusionnet"
    title = "STDFusionNet"
    margin = 9

    def __init__(self) -> None:
        super().__init__()
        self.visible = encoder()
        self.infrared = encoder()
        self.decoder = nn.Sequential(
            Residual(128, 64, F.elu),
            Residual(64, 32, F.elu),
            Residual(32, 16, leaky_relu),
            Residual(16, 1, torch.tanh),
        )
        start_normal(self, 1e-3)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        fused: Tensor = self.decoder(
            torch.cat((self.visible(visible), self.infrared(infrared)), dim=1)
        )
        return fused


class Residual(nn.Module):
    """Convolutions 1×1, 3×3, 1×1 beside the identity, 1×1 where the number of channels changes.

    Args:
        inputs: channels of the input, and of the maps inside.
        outputs: channels of the output.
        activation: of the sum.
    """

    def __init__(self, inputs: int, outputs: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inputs, 1)
        self.conv2 = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.conv3 = nn.Conv2d(inputs, outputs, 1)
        self.identity = (
            nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)
        )
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        y = self.conv3(leaky_relu(self.conv2(leaky_relu(self.conv1(x)))))
        return self.activation(y + self.identity(x))


def encoder() -> nn.Sequential:
    """Features of one source: 1 → 16 → 16 → 32 → 64 channels."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5, padding=2), nn.LeakyReLU(SLOPE)),
        *(Residual(a, b, leaky_relu) for a, b in ((16, 16), (16, 32), (32, 64))),
    )


def leaky_relu(x: Tensor) -> Tensor:
    """LeakyReLU with the network's slope."""
    return F.leaky_relu(x, SLOPE)
