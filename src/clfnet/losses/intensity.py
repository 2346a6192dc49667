"""Intensity: how far the fused image is from the brighter source."""

import torch
from torch import Tensor


def intensity_loss(
    fused: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    gain: float | None = None,
    mix: float = 0.0,
) -> Tensor:
    """Mean absolute distance from the brighter source at each pixel; not part of the paper.

    It keeps both sources alive where the adaptive choice of Eq. (7) alone would settle on one, see
    the model card. With a `gain`, the target is tanh(gain · max): a tone curve by which the
    image uses the whole range. A small `mix` lets something of the darker source through.

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        gain: slope of the tone curve at mid-grey, or None for no curve.
        mix: share of the darker source in the target, before the curve, in [0, 1].

    Returns:
        A scalar in [0, 2].

    Example:
        >>> dark, bright = torch.full((1, 1, 2, 2), -0.5), torch.full((1, 1, 2, 2), 0.5)
        >>> intensity_loss(bright, dark, bright)
        tensor(0.)
    """
    target = torch.lerp(torch.maximum(infrared, visible), torch.minimum(infrared, visible), mix)
    if gain is not None:
        target = torch.tanh(gain * target)
    return (fused - target).abs().mean()
