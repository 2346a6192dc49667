"""Base: the brightness of surroundings, from the visible by day and from both in the dark."""

import torch
from torch import Tensor

from clfnet.losses.blur import gaussian_blur
from clfnet.losses.structure import scales

DARK, BRIGHT = -0.6, 0.0
"""Visible base, in [-1, 1], up to which a place is dark, and from which on it is bright."""


def base_loss(
    fused: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    bands: int = 3,
    dark: float = 0.6,
    bright: float = 0.25,
) -> Tensor:
    """Mean distance of the fused base from a mixture of both sources' bases.

    The base is the image after a Gaussian of the last band's σ, 4 pixels of three bands. The
    mixture takes infrared by the share `dark` where the visible base is dark, `bright` where it is
    bright, and linearly between; so that by day the picture keeps the visible's brightness, and in
    the dark infrared shows. Not in the paper.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        bands: of detail, as in `structure_loss`.
        dark: share of infrared where the visible is dark, in [0, 1].
        bright: share of infrared where it is bright, in [0, 1].

    Returns:
        A scalar in [0, 2].

    Example:
        >>> night, hot = torch.full((1, 1, 8, 8), -1.0), torch.full((1, 1, 8, 8), 1.0)
        >>> float(base_loss(0.2 * hot, hot, night, dark=0.6)) < 1e-6
        True
    """
    base = gaussian_blur(
        torch.cat((fused, infrared, visible), dim=1), scales(bands)[-1]
    )  # (B, 3, H, W)
    infrared, visible = base[:, 1:2], base[:, 2:]
    light = ((visible - DARK) / (BRIGHT - DARK)).clamp(0, 1)
    share = dark + (bright - dark) * light
    target = torch.lerp(visible, infrared, share)
    return (base[:, :1] - target).abs().mean()
