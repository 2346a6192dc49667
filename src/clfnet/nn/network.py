"""CLF-Net (Fig. 1): two encoders, concatenation, one decoder."""

import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.nn.base import Network
from clfnet.nn.block import chain


class Encoder(nn.Module):
    """Feature extraction network of one modality: channels 1 → w → w → 2w → 4w (Sec. III-A.1)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.blocks = chain((1, width, width, 2 * width, 4 * width))

    def forward(self, image: Tensor) -> Tensor:
        """Image (B, 1, H, W) in [-1, 1] -> features (B, 4w, H, W)."""
        features: Tensor = self.blocks(image)
        return features


class Decoder(nn.Module):
    """Feature reconstruction network: channels 8w → 4w → 2w → w → 1, then tanh (Sec. III-A.2)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.blocks = chain((8 * width, 4 * width, 2 * width, width, 1), last=torch.tanh)

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, 8w, H, W) -> image (B, 1, H, W) in [-1, 1]."""
        image: Tensor = self.blocks(features)
        return image


class CLFNet(Network):
    """The fusion network: 190,120 parameters at the paper's width of 16.

    The paper prints 190,632 (Table VII). The difference of 512 is one 16×16 kernel of 1×1 in each
    encoder: the identity mapping of the block whose channels do not change, counted but never used.

    Args:
        width: channels of the first block; the others are multiples of it.

    Raises:
        ConfigError: if `width` is below 1.

    Example:
        >>> network = CLFNet()
        >>> sum(p.numel() for p in network.parameters())
        190120
        >>> pair = torch.zeros(2, 1, 33, 47)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 33, 47])
    """

    kind = "clfnet"

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        if width < 1:
            raise ConfigError(f"`width` must be at least 1, got {width}. The paper's is 16.")
        self.width, self.sizes = width, {"width": width}
        self.infrared_encoder = Encoder(width)
        self.visible_encoder = Encoder(width)
        self.decoder = Decoder(width)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch.

        Args:
            infrared: (B, 1, H, W) in [-1, 1], any H, W ≥ 1.
            visible: the same shape and range.

        Returns:
            The fused images, (B, 1, H, W) in [-1, 1].
        """
        features = torch.cat(
            (self.infrared_encoder(infrared), self.visible_encoder(visible)), dim=1
        )  # (B, 8w, H, W)
        fused: Tensor = self.decoder(features)
        return fused
