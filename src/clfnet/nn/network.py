"""CLF-Net (Fig. 1): two encoders, concatenation, one decoder; once or at two scales."""

import torch
from torch import Tensor, nn

from clfnet.errors import ConfigError
from clfnet.nn.base import Network
from clfnet.nn.block import chain
from clfnet.nn.scales import at_two_scales


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

    A pixel of what it makes depends on 8 pixels around. With `coarse`, the same network also fuses
    the sources shrunk by that factor, where the same 8 pixels are a larger part of the scene, and
    the fused image is corrected by the result (`clfnet.nn.scales`). Not in the paper.

    Args:
        width: channels of the first block; the others are multiples of it.
        coarse: the factor of the second scale; 1 is none, as in the paper.

    Raises:
        ConfigError: if `width` or `coarse` is below 1.

    Example:
        >>> network = CLFNet()
        >>> sum(p.numel() for p in network.parameters())
        190120
        >>> pair = torch.zeros(2, 1, 33, 47)
        >>> network(pair, pair).shape
        torch.Size([2, 1, 33, 47])
    """

    kind = "clfnet"

    def __init__(self, width: int = 16, coarse: int = 1) -> None:
        super().__init__()
        if width < 1:
            raise ConfigError(f"`width` must be at least 1, got {width}. The paper's is 16.")
        if coarse < 1:
            raise ConfigError(f"`coarse` must be at least 1, got {coarse}. The paper's is 1.")
        self.width, self.coarse = width, coarse
        self.sizes = {"width": width, "coarse": coarse}
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
        return self.fuse(
            infrared, visible, self.infrared_encoder(infrared), self.visible_encoder(visible)
        )

    def fuse(
        self,
        infrared: Tensor,
        visible: Tensor,
        infrared_features: Tensor,
        visible_features: Tensor,
    ) -> Tensor:
        """Fuse a batch whose features are known; see `forward`.

        Args:
            infrared: (B, 1, H, W) in [-1, 1].
            visible: the same shape and range.
            infrared_features: of the infrared encoder, (B, 4w, H, W).
            visible_features: of the visible encoder, the same shape.
        """
        fused = self._decoded(infrared_features, visible_features)
        return at_two_scales(fused, self._at_one_scale, infrared, visible, self.coarse)

    def _at_one_scale(self, infrared: Tensor, visible: Tensor) -> Tensor:
        return self._decoded(self.infrared_encoder(infrared), self.visible_encoder(visible))

    def _decoded(self, *features: Tensor) -> Tensor:
        fused: Tensor = self.decoder(torch.cat(features, dim=1))
        return fused
