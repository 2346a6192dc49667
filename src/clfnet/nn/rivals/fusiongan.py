"""FusionGAN: a generator near the infrared image and the visible gradients, and a discriminator.

Source: J. Ma, W. Yu, P. Liang, C. Li and J. Jiang, "FusionGAN: A generative adversarial network for
infrared and visible image fusion", Information Fusion 48, 11 (2019).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from clfnet.nn.rivals.rival import SLOPE, ImageNorm, Rival, start_normal

BORDER = 6
"""Pixels that the generator's convolutions, which pad nothing, lose on each side."""


class FusionGAN(Rival):
    """The generator: 925,633 parameters, in [-1, 1]; its border is repeated by 6 pixels.

    Each of its norms sees the whole image. In training its weights are divided by their spectral
    norms, see `spectral_norm`; those that are kept have been divided already.

    Example:
        >>> network = FusionGAN().eval()
        >>> sum(p.numel() for p in network.parameters())
        925633
        >>> pair = torch.zeros(2, 1, 9, 7)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 9, 7])
    """

    kind = "fusiongan"
    title = "FusionGAN"

    def __init__(self) -> None:
        super().__init__()
        self.features = stream(2)
        self.last = nn.Conv2d(32, 1, 1)
        start_normal(self, 1e-3)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        around = (BORDER,) * 4
        return self.inner(*(F.pad(x, around, mode="replicate") for x in (infrared, visible)))

    def inner(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch, less 6 pixels on each side: (B, 1, H, W) -> (B, 1, H − 12, W − 12)."""
        return torch.tanh(self.last(self.features(torch.cat((infrared, visible), dim=1))))


class Discriminator(nn.Module):
    """Judges an image: 397,953 parameters at 120×120, in [-1, 1].

    Args:
        side: of the images, in pixels.
        judgements: how many numbers it gives.

    Example:
        >>> sum(p.numel() for p in Discriminator().parameters())
        397953
    """

    def __init__(self, side: int = 120, judgements: int = 1) -> None:
        super().__init__()
        channels = (1, 32, 64, 128, 256)
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(channels):
            layers.append(nn.Conv2d(inputs, outputs, 3, stride=2))
            if inputs > 1:
                layers.append(nn.BatchNorm2d(outputs, track_running_stats=False))
            layers.append(nn.LeakyReLU(SLOPE))
            side = (side - 3) // 2 + 1
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(side**2 * channels[-1], judgements)
        start_normal(self, 1e-3)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, side, side) -> (B, judgements)."""
        judgements: Tensor = self.last(self.layers(images).flatten(1))
        return judgements


def stream(inputs: int) -> nn.Sequential:
    """Convolutions inputs → 256 → 128 → 64 → 32 without padding, each with norm and LeakyReLU."""
    layers: list[nn.Module] = []
    for (a, b), kernel in zip(pairwise((inputs, 256, 128, 64, 32)), (5, 5, 3, 3), strict=True):
        layers += [nn.Conv2d(a, b, kernel), ImageNorm(b), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers)


def spectral_norm(network: nn.Module) -> None:
    """Divide every weight by its spectral norm from here on, in place.

    One power iteration per pass in training; the gradient goes through the norm. Passes within
    `torch.nn.utils.parametrize.cached` share one.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            parametrizations.spectral_norm(module)
