"""What the nine networks have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.errors import ConfigError
from clfnet.nn.base import Network
from clfnet.nn.constant import constant

SLOPE = 0.2
"""Negative slope of LeakyReLU in all of the nine that have one."""

Options = Mapping[str, tuple[str, ...]]


class Rival(Network, ABC):
    """A network of the literature that fuses a pair.

    Attributes:
        title: what its authors call it.
        margin: how far a pixel of the result depends on the sources, in pixels; None where it
            depends on the whole image, which then cannot be cut into tiles.
        least: the smallest side that it takes, in pixels.
        options: constructor arguments and their possible values, the default first.
    """

    title: ClassVar[str]
    margin: ClassVar[int | None] = None
    least: ClassVar[int] = 1
    options: ClassVar[Options] = {}

    @abstractmethod
    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch.

        Args:
            infrared: (B, 1, H, W) in [-1, 1].
            visible: the same shape and range.

        Returns:
            The fused images, (B, 1, H, W); [-1, 1] is black to white, and what leaves it is to be
            clipped.
        """

    def __init__(self) -> None:
        super().__init__()
        self.sizes = {}

    def _choose(self, **chosen: str) -> None:
        """Keep options, as attributes too.

        Raises:
            ConfigError: one has another value than the class allows.
        """
        for name, value in chosen.items():
            allowed = self.options[name]
            if value not in allowed:
                raise ConfigError(f"`{name}` must be one of {', '.join(allowed)}, got {value!r}.")
            setattr(self, name, value)
        self.sizes = {**chosen}


class ImageNorm(nn.Module):
    """Batch norm as the TensorFlow releases of FusionGAN, GANMcC and PMGI run it.

    Never with running statistics: in training those of the batch, in use those of the one image.
    Their test graphs do not load the learned scale and shift, so in use these are 1 and 0.

    Args:
        channels: of the maps.

    Example:
        >>> import torch
        >>> maps = torch.tensor([[[[1.0, 3.0]]]])
        >>> ImageNorm(1).eval()(maps).round(decimals=3).tolist()
        [[[[-1.0, 1.0]]]]
    """

    EPSILON: ClassVar[float] = 1e-5

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, self.EPSILON, track_running_stats=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        y: Tensor = self.norm(x) if self.training else F.instance_norm(x, eps=self.EPSILON)
        return y


def start_normal(network: nn.Module, deviation: float) -> None:
    """Start as TensorFlow's truncated normal does: weights within two deviations, biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(module.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def to_levels(images: Tensor) -> Tensor:
    """[-1, 1] as grey levels, 0 to 255."""
    return (images + 1) * 127.5


def from_levels(levels: Tensor) -> Tensor:
    """Grey levels, 0 to 255, as [-1, 1]."""
    return levels / 127.5 - 1


def to_unit(images: Tensor) -> Tensor:
    """[-1, 1] as [0, 1]."""
    return (images + 1) / 2


def from_unit(images: Tensor) -> Tensor:
    """[0, 1] as [-1, 1]."""
    return 2 * images - 1


def luma(rgb: Tensor) -> Tensor:
    """(B, 3, H, W) as grey, (B, 1, H, W), by BT.601."""
    return (rgb * constant((0.299, 0.587, 0.114), rgb).reshape(3, 1, 1)).sum(1, keepdim=True)
