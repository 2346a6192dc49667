"""IFCNN: features of any number of images, joined by an element-wise rule.

Source: Y. Zhang, Y. Liu, P. Sun, H. Yan, X. Zhao and L. Zhang, "IFCNN: A general image fusion
framework based on convolutional neural network", Information Fusion 54, 99 (2020).
"""

import math

import torch
from torch import Tensor, nn

from clfnet.nn.constant import constant
from clfnet.nn.rivals.rival import Rival, from_unit, luma, to_unit

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Of ImageNet's channels in [0, 1]."""


class IFCNN(Rival):
    """IFCNN: 83,587 parameters, 9,408 of them frozen; three channels in [0, 1].

    The frozen first convolution is ResNet-101's in the paper, which is trained on ImageNet; here it
    is `filter_bank`, made by formula. Converted weights bring their own.

    Args:
        rule: how features are joined.
        normalisation: "none", the authors' for grey images, or "imagenet", theirs for colour, by
            which third parties made the images of TNO that are in circulation.

    Raises:
        ConfigError: an option has another value.

    Example:
        >>> sum(p.numel() for p in IFCNN().parameters())
        83587
    """

    kind = "ifcnn"
    title = "IFCNN"
    margin = 5
    options = {  # noqa: RUF012
        "rule": ("max", "mean", "sum"),
        "normalisation": ("none", "imagenet"),
    }

    rule: str
    normalisation: str

    def __init__(self, rule: str = "max", normalisation: str = "none") -> None:
        super().__init__()
        self._choose(rule=rule, normalisation=normalisation)
        self.conv1 = nn.Conv2d(
            3, 64, 7, padding=3, padding_mode="replicate", bias=False
        ).requires_grad_(False)
        self.conv2, self.norm2 = conv(), nn.BatchNorm2d(64)
        self.conv3, self.norm3 = conv(), nn.BatchNorm2d(64)
        self.conv4 = nn.Conv2d(64, 3, 1)
        self._start()

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        sources = [to_unit(images).expand(-1, 3, -1, -1) for images in (infrared, visible)]
        return from_unit(luma(self.fuse(*sources).clamp(0, 1)))

    def fuse(self, *images: Tensor) -> Tensor:
        """Fuse any number of images, (B, 3, H, W) in [0, 1]; the result may leave that range."""
        if self.normalisation == "none":
            return self._fuse(list(images))
        mean, deviation = (
            constant(tuple(values), images[0]).reshape(3, 1, 1) for values in (MEAN, DEVIATION)
        )
        return self._fuse([(x - mean) / deviation for x in images]) * deviation + mean

    def _fuse(self, images: list[Tensor]) -> Tensor:
        features = torch.stack(
            [torch.relu(self.norm2(self.conv2(self.conv1(x)))) for x in images]
        )  # (N, B, 64, H, W)
        if self.rule == "max":
            joined = features.amax(0)
        else:
            joined = features.mean(0) if self.rule == "mean" else features.sum(0)
        fused: Tensor = self.conv4(torch.relu(self.norm3(self.conv3(joined))))
        return fused

    def _start(self) -> None:
        """By fan-out, as the paper; the frozen layer by formula."""
        with torch.no_grad():
            self.conv1.weight.copy_(filter_bank())
        for layer in (self.conv2, self.conv3, self.conv4):
            fan_out = layer.out_channels * layer.kernel_size[0] ** 2
            nn.init.normal_(layer.weight, std=math.sqrt(2 / fan_out))


def filter_bank() -> Tensor:
    """Filters in place of ResNet-101's first: (64, 3, 7, 7).

    48 Gabor filters (3 frequencies of 0.12, 0.22, 0.38 cycles per pixel, 8 orientations, 2 phases)
    and 3 Gaussians on the mean of the channels, each of norm 1.5; 13 that are zero, for in the
    original 15 of 64 are dead on any image and 11 on grey ones.

    Example:
        >>> bank = filter_bank()
        >>> int((bank.flatten(1).norm(dim=1) > 0).sum())
        51
    """
    y, x = torch.meshgrid(torch.arange(-3.0, 4), torch.arange(-3.0, 4), indexing="ij")
    envelope = torch.exp(-(x**2 + y**2) / (2 * 2.0**2))
    filters = []
    for frequency in (0.12, 0.22, 0.38):
        for step in range(8):
            angle = math.pi * step / 8
            along = 2 * math.pi * frequency * (x * math.cos(angle) + y * math.sin(angle))
            for wave in (torch.cos(along), torch.sin(along)):
                gabor = envelope * wave
                filters.append(gabor - envelope * (gabor.sum() / envelope.sum()))  # no mean
    filters += [torch.exp(-(x**2 + y**2) / (2 * sigma**2)) for sigma in (0.8, 1.4, 2.2)]
    bank = torch.zeros(64, 7, 7)
    bank[: len(filters)] = torch.stack([1.5 * each / each.norm() for each in filters])
    return (bank / 3)[:, None].repeat(1, 3, 1, 1)


def conv() -> nn.Conv2d:
    """3×3, 64 → 64, without bias, the border replicated."""
    return nn.Conv2d(64, 64, 3, padding=1, padding_mode="replicate", bias=False)
