"""RFN-Nest: a multi-scale auto-encoder whose codes are fused by residual networks.

Source: H. Li, X.-J. Wu and J. Kittler, "RFN-Nest: An end-to-end residual fusion network for
infrared and visible images", Information Fusion 73, 72 (2021). Widths are those of the release,
which the author calls right and the paper's a slip.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.rival import Rival, from_unit, to_levels

WIDTHS = (64, 112, 160, 208)
"""Channels of the four scales."""

LARGEST = 512
"""Images with a longer side are fused in four quadrants."""

EPSILON = 1e-5
"""Of the range that an image is divided by."""


class RFNNest(Rival):
    """RFN-Nest: 2,732,761 parameters of the auto-encoder and 4,791,488 of the fusion networks.

    It works on grey levels, 0 to 255. The fused codes are about nine times too large by design of
    the loss, so each image is spread from its least to its largest value. Images with a side
    above 512 pixels are cut into quadrants that overlap by 5 pixels, and averaged there.

    Example:
        >>> network = RFNNest()
        >>> sum(p.numel() for p in network.parameters())
        7524249
    """

    kind = "rfn_nest"
    title = "RFN-Nest"
    least = 28  # of which a quadrant has 16, and the smallest scale 2

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.fusion = nn.ModuleList(ResidualFusion(width) for width in WIDTHS)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        large = max(infrared.shape[-2:]) > LARGEST
        fuse = self.fuse_quadrants if large else self.fuse_part
        return from_unit(spread(fuse(infrared, visible)))

    def fuse_part(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse images in [-1, 1] at once; (B, 1, H, W) in no particular range."""
        a, b = (self.encoder(to_levels(images)) for images in (infrared, visible))
        image: Tensor = F.relu(self.decoder(self.fused(a, b)))
        return image

    def fuse_quadrants(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse as `fuse_part` does, in four parts, averaged where they overlap."""
        height, width = infrared.shape[-2:]
        total, count = torch.zeros_like(infrared), torch.zeros_like(infrared)
        for rows, columns in quadrants(height, width):
            part = self.fuse_part(*(x[..., rows, columns] for x in (infrared, visible)))
            around = (columns.start, width - columns.stop, rows.start, height - rows.stop)
            total = total + F.pad(part, around)
            count = count + F.pad(torch.ones_like(part), around)
        return total / count

    def fused(self, a: Sequence[Tensor], b: Sequence[Tensor]) -> list[Tensor]:
        """Fuse the codes of both sources, scale by scale."""
        return [fuse(x, y) for fuse, x, y in zip(self.fusion, a, b, strict=True)]

    def reconstruct(self, images: Tensor) -> Tensor:
        """Encode and decode one source, (B, 1, H, W) in [-1, 1]; in levels: the first stage.

        Without the last ReLU, under which a start that gives no positive level would stay there.
        """
        image: Tensor = self.decoder(self.encoder(to_levels(images)))
        return image


class Block(nn.Module):
    """A 3×3 convolution to half of the output's channels and a 1×1 one, each with ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            conv(inputs, inputs // 2, 3), nn.ReLU(), conv(inputs // 2, outputs, 1), nn.ReLU()
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        y: Tensor = self.layers(x)
        return y


class Encoder(nn.Module):
    """Four scales, each a block, with pooling between them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = conv(1, 16, 1)
        inputs = (16, *WIDTHS)
        self.blocks = nn.ModuleList(map(Block, inputs, WIDTHS))

    def forward(self, image: Tensor) -> list[Tensor]:
        """(B, 1, H, W) in levels -> the codes, (B, C, H / 2ᵐ, W / 2ᵐ), m from 0 to 3."""
        x = F.relu(self.first(image))
        codes: list[Tensor] = []
        for block in self.blocks:
            x = block(F.max_pool2d(x, 2) if codes else x)
            codes.append(x)
        return codes


class ResidualFusion(nn.Module):
    """The RFN of one scale: a convolution of both codes, and beside it a residual branch."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.both = conv(2 * width, width, 3)
        self.infrared = conv(width, width, 3)
        self.visible = conv(width, width, 3)
        self.residual = nn.Sequential(
            *(conv(2 * width, width, 1), nn.ReLU()),
            *(conv(width, width, 3), nn.ReLU()),
            *(conv(width, width, 3), nn.ReLU()),
        )

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Codes (B, C, H, W) -> the fused one, of the same shape."""
        start = F.relu(self.both(torch.cat((infrared, visible), dim=1)))
        apart = F.relu(self.infrared(infrared)), F.relu(self.visible(visible))
        y: Tensor = start + self.residual(torch.cat(apart, dim=1))
        return y


class Decoder(nn.Module):
    """The nest: every map gets all maps of its scale before it and the one of the scale below."""

    def __init__(self) -> None:
        super().__init__()
        c1, c2, c3, c4 = WIDTHS
        self.block11 = Block(c1 + c2, c1)
        self.block21 = Block(c2 + c3, c2)
        self.block31 = Block(c3 + c4, c3)
        self.block12 = Block(2 * c1 + c2, c1)
        self.block22 = Block(2 * c2 + c3, c2)
        self.block13 = Block(3 * c1 + c2, c1)
        self.last = conv(c1, 1, 1)

    def forward(self, codes: Sequence[Tensor]) -> Tensor:
        """The codes of four scales -> (B, 1, H, W); its last ReLU is left to who asks."""
        x1, x2, x3, x4 = codes
        x11 = self.block11(torch.cat((x1, doubled(x2, x1)), 1))
        x21 = self.block21(torch.cat((x2, doubled(x3, x2)), 1))
        x31 = self.block31(torch.cat((x3, doubled(x4, x3)), 1))
        x12 = self.block12(torch.cat((x1, x11, doubled(x21, x1)), 1))
        x22 = self.block22(torch.cat((x2, x21, doubled(x31, x2)), 1))
        x13 = self.block13(torch.cat((x1, x11, x12, doubled(x22, x1)), 1))
        image: Tensor = self.last(x13)
        return image


def doubled(maps: Tensor, like: Tensor) -> Tensor:
    """Maps at twice their size, each place four times; one row or column mirrored where needed.

    Args:
        maps: (B, C, ⌊H/2⌋, ⌊W/2⌋).
        like: gives the size, (..., H, W).
    """
    height, width = like.shape[-2:]
    large = F.interpolate(maps, scale_factor=2.0, mode="nearest")
    large = torch.cat((large, large[..., -2:-1, :]), dim=-2)[..., :height, :]
    return torch.cat((large, large[..., -2:-1]), dim=-1)[..., :width]


def quadrants(height: int, width: int) -> list[tuple[slice, slice]]:
    """Rows and columns of four parts, which overlap by 5 about the middle."""
    rows = slice(0, height // 2 + 3), slice(height // 2 - 2, height)
    columns = slice(0, width // 2 + 3), slice(width // 2 - 2, width)
    return [(some, few) for some in rows for few in columns]


def spread(images: Tensor) -> Tensor:
    """Each image from its least value, which becomes 0, to nearly 1 for its largest."""
    low, high = images.amin((1, 2, 3), keepdim=True), images.amax((1, 2, 3), keepdim=True)
    return (images - low) / (high - low + EPSILON)


def conv(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """A convolution that keeps the size, the border mirrored."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode="reflect")
