"""DenseFuse: an auto-encoder with a dense encoder; the codes of both sources are added.

Source: H. Li and X.-J. Wu, "DenseFuse: A fusion approach to infrared and visible images", IEEE
Trans. Image Processing 28(5), 2614 (2019).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.rival import Rival, from_levels, start_normal, to_levels


class DenseFuse(Rival):
    """DenseFuse: 74,193 parameters; works on grey levels, 0 to 255.

    The addition of the paper is a mean here: the sum is twice too bright unless it is stretched,
    and stretched they give one image.

    Args:
        release: whose last layer is built: that of PyTorch ends in a ReLU, that of TensorFlow,
            which made the published images, is linear.
        rule: "addition", or "l1": codes weighted by their L1 norm, averaged over 3×3 pixels.

    Raises:
        ConfigError: an option has another value.

    Example:
        >>> network = DenseFuse()
        >>> sum(p.numel() for p in network.parameters())
        74193
        >>> pair = torch.zeros(2, 1, 9, 7)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 9, 7])
    """

    kind = "densefuse"
    title = "DenseFuse"
    margin = 8
    least = 2
    options = {"release": ("torch", "tensorflow"), "rule": ("addition", "l1")}  # noqa: RUF012

    release: str
    rule: str

    def __init__(self, release: str = "torch", rule: str = "addition") -> None:
        super().__init__()
        self._choose(release=release, rule=rule)
        self.encoder = Encoder()
        self.decoder = Decoder()
        start_normal(self, 0.1)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        a, b = self.encoder(to_levels(infrared)), self.encoder(to_levels(visible))
        levels: Tensor = self.decoder((a + b) / 2 if self.rule == "addition" else l1(a, b))
        return from_levels(F.relu(levels) if self.release == "torch" else levels)

    def reconstruct(self, images: Tensor) -> Tensor:
        """Encode and decode one source, (B, 1, H, W) in [-1, 1]; in levels: what is trained.

        Without the last ReLU of `release="torch"`, under which a start that gives no positive level
        would stay there.
        """
        levels: Tensor = self.decoder(self.encoder(to_levels(images)))
        return levels


class Encoder(nn.Module):
    """A convolution, then three whose inputs are all maps before them: 1 → 64 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.first = conv(1, 16)
        self.dense = nn.ModuleList(conv(16 * depth, 16) for depth in (1, 2, 3))

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1, H, W) in levels -> (B, 64, H, W)."""
        maps = F.relu(self.first(image))
        for layer in self.dense:
            maps = torch.cat((maps, F.relu(layer(maps))), dim=1)
        return maps


class Decoder(nn.Module):
    """Four convolutions, 64 → 64 → 32 → 16 → 1, the last without its activation."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            conv(64, 64), nn.ReLU(), conv(64, 32), nn.ReLU(), conv(32, 16), nn.ReLU(), conv(16, 1)
        )

    def forward(self, code: Tensor) -> Tensor:
        """(B, 64, H, W) -> (B, 1, H, W) in levels."""
        image: Tensor = self.layers(code)
        return image


def l1(a: Tensor, b: Tensor) -> Tensor:
    """Codes (B, C, H, W) weighted by their L1 norms over channels, averaged over 3×3 pixels."""
    activity = torch.stack([code.abs().sum(1, keepdim=True) for code in (a, b)])  # (2, B, 1, H, W)
    activity = F.avg_pool2d(activity.flatten(0, 1), 3, 1, 1, count_include_pad=False)
    first, second = activity.chunk(2)
    weight = first / (first + second).clamp_min(1e-12)
    return weight * a + (1 - weight) * b


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    """3×3, the border mirrored."""
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect")
