"""The student: mixes simple images of both sources by weights that a small network predicts."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.errors import ConfigError
from clfnet.nn.base import Network
from clfnet.nn.constant import constant

BINOMIAL = ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16))
"""What detail is measured against: the mean of 3×3 pixels by these weights."""

BASES = 7
"""How many images `bases` gives."""

MAXIMUM = 2
"""Which of them is the maximum."""

KNEE = 0.1
"""How near to black or white the student's curve bends, as the full network's tanh does."""


def bases(infrared: Tensor, visible: Tensor) -> Tensor:
    """What the student mixes: both sources, their maximum, the detail of each, the stronger detail.

    Args:
        infrared: (B, 1, H, W).
        visible: the same shape.

    Returns:
        (B, 7, H, W): infrared, visible, maximum, detail of each of these three, and that detail of
        infrared or visible whose absolute value is larger.

    Example:
        >>> flat = torch.full((1, 1, 4, 4), 0.5)
        >>> bases(flat, flat / 2)[0, :, 0, 0]
        tensor([0.5000, 0.2500, 0.5000, 0.0000, 0.0000, 0.0000, 0.0000])
    """
    pictures = torch.cat((infrared, visible, torch.maximum(infrared, visible)), dim=1)
    details = detail(pictures)
    a, b = details[:, :1], details[:, 1:2]
    stronger = torch.where(a.abs() > b.abs(), a, b)
    return torch.cat((pictures, details, stronger), dim=1)


def detail(pictures: Tensor) -> Tensor:
    """Each image less its 3×3 binomial mean, the border replicated: (B, C, H, W) of any C."""
    channels = pictures.shape[1]
    kernel = constant(BINOMIAL, pictures).expand(channels, 1, 3, 3)
    around = F.pad(pictures, (1, 1, 1, 1), mode="replicate")
    return pictures - F.conv2d(around, kernel, groups=channels)


def bent(image: Tensor) -> Tensor:
    """Bend what is nearer than `KNEE` to black or white, so that none of it is clipped.

    ``c + KNEE · tanh((x − c) / KNEE)`` with c, x clipped to [KNEE, 1 − KNEE]: between these x as it
    is, beyond them a curve that never leaves (0, 1).

    Example:
        >>> bent(torch.tensor([-0.1, 0.0, 0.3, 1.0, 1.1]))
        tensor([0.0036, 0.0238, 0.3000, 0.9762, 0.9964])
    """
    within = image.clamp(KNEE, 1 - KNEE)
    return within + KNEE * torch.tanh((image - within) / KNEE)


class FastBlock(nn.Module):
    """``x + ReLU(conv1×1(depthwise3×3(x)))``, with biases and without normalisation.

    Example:
        >>> FastBlock(8)(torch.zeros(1, 8, 5, 7)).shape
        torch.Size([1, 8, 5, 7])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        y: Tensor = x + F.relu(self.pointwise(self.depthwise(x)))
        return y


class FastNet(Network):
    """The student network: 9,600 parameters and 0.71 GMAC at 640×480.

    It looks at both sources at 1/factor of their resolution and predicts, for every pixel of the
    full one, a coefficient of each image of `bases` and a residual; the fused image is their sum,
    `bent` at the ends.
    Nothing in it depends on more of an image than a neighbourhood of `margin` pixels.

    Args:
        channels: of every layer inside.
        blocks: how many `FastBlock`s.
        factor: how many times fewer rows and columns it works on. Other sizes than multiples are
            met by repeating the last row and column.

    Raises:
        ConfigError: a size is below 1.

    Example:
        >>> network = FastNet()
        >>> sum(p.numel() for p in network.parameters())
        9600
        >>> pair = torch.zeros(2, 1, 33, 47)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 33, 47])
    """

    kind = "fast"

    def __init__(self, channels: int = 32, blocks: int = 6, factor: int = 2) -> None:
        super().__init__()
        if min(channels, blocks, factor) < 1:
            raise ConfigError(
                "`channels`, `blocks` and `factor` must be at least 1, got "
                f"{channels}, {blocks} and {factor}."
            )
        self.channels, self.blocks, self.factor = channels, blocks, factor
        self.sizes = {"channels": channels, "blocks": blocks, "factor": factor}
        # a pixel-unshuffle and a 1×1 convolution in one
        self.stem = nn.Conv2d(2, channels, factor, stride=factor)
        self.body = nn.Sequential(*(FastBlock(channels) for _ in range(blocks)))
        self.head = nn.Conv2d(channels, (BASES + 1) * factor**2, 1)
        self._start()

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch.

        Args:
            infrared: (B, 1, H, W) in [-1, 1], any H, W ≥ 1.
            visible: the same shape and range.

        Returns:
            The fused images, (B, 1, H, W) in [-1, 1].
        """
        infrared, visible = (infrared + 1) / 2, (visible + 1) / 2
        maps = self.coefficients(infrared, visible)
        mixed = (maps[:, :BASES] * bases(infrared, visible)).sum(1, keepdim=True)
        return 2 * bent(mixed + maps[:, BASES:]) - 1

    def coefficients(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """For images (B, 1, H, W) in [0, 1]: those of `bases`, then the residual; (B, 8, H, W)."""
        height, width = infrared.shape[-2:]
        beyond = (0, -width % self.factor, 0, -height % self.factor)
        images = F.pad(torch.cat((infrared, visible), dim=1), beyond, mode="replicate")
        maps = self.head(self.body(F.relu(self.stem(images))))  # (B, 8·factor², h, w)
        return F.pixel_shuffle(maps, self.factor)[..., :height, :width]

    def _start(self) -> None:
        """Let it begin as the maximum: a good image is near, and training far quicker."""
        assert self.head.bias is not None  # noqa: S101 -- for the type checker
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        places = self.factor**2
        nn.init.ones_(self.head.bias[MAXIMUM * places : (MAXIMUM + 1) * places])

    @property
    def margin(self) -> int:
        """How far a pixel depends on the sources, in pixels, rounded up to the factor."""
        return (self.blocks + 1) * self.factor  # each block reaches one place, a place is factor²

    @property
    def multiply_adds(self) -> float:
        """Of the convolutions, for one pixel of the image."""
        layers = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        return sum(layer.weight.numel() for layer in layers) / self.factor**2 + 3 * 9
