"""The student: mixes simple images of both sources by weights that a small network predicts."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.errors import ConfigError
from clfnet.nn.base import Network
from clfnet.nn.constant import constant
from clfnet.nn.scales import at_two_scales

BINOMIAL = ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16))
"""What detail is measured against: the mean of 3×3 pixels by these weights."""

BASES = 7
"""How many images `bases` gives."""

MAXIMUM = 2
"""Which of them is the maximum."""

FLAT = 1e-8
"""Square of a detail below which neither is the stronger."""

KNEE = 0.1
"""How near to black or white the student's curve bends, as the full network's tanh does."""


def bases(infrared: Tensor, visible: Tensor) -> Tensor:
    """What the student mixes: both sources, their maximum, the detail of each, the stronger detail.

    Args:
        infrared: (B, 1, H, W).
        visible: the same shape.

    Returns:
        (B, 7, H, W): infrared, visible, maximum, detail of each of these three, and `stronger` of
        infrared's and visible's detail.

    Example:
        >>> flat = torch.full((1, 1, 4, 4), 0.5)
        >>> bases(flat, flat / 2)[0, :, 0, 0]
        tensor([0.5000, 0.2500, 0.5000, 0.0000, 0.0000, 0.0000, 0.0000])
    """
    pictures = torch.cat((infrared, visible, torch.maximum(infrared, visible)), dim=1)
    details = detail(pictures)
    return torch.cat((pictures, details, stronger(details[:, :1], details[:, 1:2])), dim=1)


def stronger(a: Tensor, b: Tensor) -> Tensor:
    """(a|a| + b|b|) / (|a| + |b|): the mean of two details, each weighed by its own strength.

    The choice of the larger one would jump where both are equally strong, and rounding would decide
    there; this is near to it, and continuous. With s = a + b and d = a − b it is
    s·(1 + min(1, d²/s²)) / 2, in which `FLAT` keeps the quotient from 0/0.

    Example:
        >>> stronger(torch.tensor([0.4, 0.2, 0.0]), torch.tensor([0.0, -0.2, 0.0]))
        tensor([0.4000, 0.0000, 0.0000])
    """
    total, difference = a + b, a - b
    ratio = difference.square() / (total.square() + FLAT)
    return total * (1 + ratio.clamp(max=1)) / 2


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
    At one scale nothing in it depends on more of an image than a neighbourhood of `margin` pixels.
    With `coarse`, the same network also fuses the sources shrunk by that factor, and the fused
    image is corrected by the result (`clfnet.nn.scales`).

    Args:
        channels: of every layer inside.
        blocks: how many `FastBlock`s.
        factor: how many times fewer rows and columns it works on. Other sizes than multiples are
            met by repeating the last row and column.
        coarse: the factor of the second scale; 1 is none.

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

    def __init__(
        self, channels: int = 32, blocks: int = 6, factor: int = 2, coarse: int = 1
    ) -> None:
        super().__init__()
        if min(channels, blocks, factor, coarse) < 1:
            raise ConfigError(
                "`channels`, `blocks`, `factor` and `coarse` must be at least 1, got "
                f"{channels}, {blocks}, {factor} and {coarse}."
            )
        self.channels, self.blocks, self.factor, self.coarse = channels, blocks, factor, coarse
        self.sizes = {"channels": channels, "blocks": blocks, "factor": factor, "coarse": coarse}
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
        fused = self._at_one_scale(infrared, visible)
        return at_two_scales(fused, self._at_one_scale, infrared, visible, self.coarse)

    def _at_one_scale(self, infrared: Tensor, visible: Tensor) -> Tensor:
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
        """How far a pixel depends on the sources at one scale, rounded up to the factor."""
        return (self.blocks + 1) * self.factor  # each block reaches one place, a place is factor²

    @property
    def multiply_adds(self) -> float:
        """Of the convolutions, for one pixel of the image."""
        layers = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        once = sum(layer.weight.numel() for layer in layers) / self.factor**2 + 3 * 9
        return once if self.coarse == 1 else once * (1 + 1 / self.coarse**2)
