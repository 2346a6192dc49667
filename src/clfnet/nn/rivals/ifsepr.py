"""IFSepR: what both sources share and what each has alone, apart; joined by the decoder.

Source: X. Luo, Y. Gao, A. Wang, Z. Zhang and X.-J. Wu, "IFSepR: A general framework for image
fusion based on separate representation learning", IEEE Trans. Multimedia 25, 608 (2023).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from clfnet.nn.rivals.rival import Rival, from_unit, luma, to_unit

THRESHOLD = 3.0
"""Above this sum of a channel's means, the private codes are weighted; below, the larger counts."""


class IFSepR(Rival):
    """IFSepR: 513,827 parameters; three channels in [0, 1].

    A rule over the mean of each channel chooses how private codes are joined, so that it must see
    the whole image, though the threshold has not been seen to be reached.

    Args:
        overflow: "clip", or "wrap", as the release writes its images: levels below 0 or above
            255 come out at the other end.

    Raises:
        ConfigError: the option has another value.

    Example:
        >>> sum(p.numel() for p in IFSepR().parameters())
        513827
    """

    kind = "ifsepr"
    title = "IFSepR"
    options = {"overflow": ("clip", "wrap")}  # noqa: RUF012

    overflow: str

    def __init__(self, overflow: str = "clip") -> None:
        super().__init__()
        self._choose(overflow=overflow)
        self.private_infrared = convolutions(3, 64, 64, 128)
        self.private_visible = convolutions(3, 64, 64, 128)
        self.common = convolutions(3, 64, 64)
        self.joint = convolutions(128, 128)
        self.trunk = convolutions(128, 64, 32, 32)
        self.last = conv(32, 3)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None  # noqa: S101 -- for the type checker
                nn.init.zeros_(module.bias)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        private_a, private_b, common = self.codes(infrared, visible)
        rgb = self.decode(joined(private_a, private_b), common)
        if self.overflow == "wrap":
            rgb = torch.remainder(torch.trunc(rgb * 255), 256) / 255
        return from_unit(luma(rgb.clamp(0, 1)))

    def codes(self, infrared: Tensor, visible: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Images (B, 1, H, W) in [-1, 1] -> the private codes of both and the common one.

        Each is (B, 128, H, W).
        """
        a, b = (to_unit(images).expand(-1, 3, -1, -1) for images in (infrared, visible))
        common = self.joint(torch.cat((self.common(a), self.common(b)), dim=1))
        return self.private_infrared(a), self.private_visible(b), common

    def decode(self, private: Tensor, common: Tensor) -> Tensor:
        """Codes (B, 128, H, W) -> an image, (B, 3, H, W), about [0, 1]."""
        image: Tensor = self.last(self.trunk(private) + self.trunk(common))
        return image


def joined(a: Tensor, b: Tensor) -> Tensor:
    """Join private codes (B, C, H, W), channel by channel."""
    means = a.mean((2, 3), keepdim=True) + b.mean((2, 3), keepdim=True)
    norm_a, norm_b = (code.abs().sum(1, keepdim=True) for code in (a, b))
    weighted = (norm_a * a + norm_b * b) / (norm_a + norm_b).clamp_min(1e-12)
    return torch.where(means < THRESHOLD, torch.maximum(a, b), weighted)


def convolutions(*channels: int) -> nn.Sequential:
    """3×3 convolutions, each with ReLU."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(channels):
        layers += [conv(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    """3×3, the border zero."""
    return nn.Conv2d(inputs, outputs, 3, padding=1)
