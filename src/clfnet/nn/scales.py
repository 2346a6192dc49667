"""Two scales: what a network makes of a shrunk pair corrects what it makes of the pair itself.

A network sees a few pixels around each. What is brighter than its surroundings as a whole, a person
or a car, it cannot know from them; shrunk, the whole lies within its sight.
"""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F


def at_two_scales(
    fused: Tensor,
    fuse: Callable[[Tensor, Tensor], Tensor],
    infrared: Tensor,
    visible: Tensor,
    factor: int,
) -> Tensor:
    """Correct a fused image by what is made of the shrunk pair.

    Args:
        fused: what `fuse` makes of the pair, (B, 1, H, W) in [-1, 1].
        fuse: the network at one scale.
        infrared: the same shape and range.
        visible: the same.
        factor: of the second scale; 1 is none.

    Returns:
        The shape and range of `fused`.

    Example:
        >>> import torch
        >>> pair = torch.rand(2, 1, 1, 8, 8)
        >>> maximum = torch.maximum(*pair)
        >>> bool((at_two_scales(maximum, torch.maximum, *pair, 1) == maximum).all())
        True
    """
    if factor == 1:
        return fused
    coarse = fuse(shrunk(infrared, factor), shrunk(visible, factor))
    return corrected(fused, coarse, factor)


def shrunk(images: Tensor, factor: int) -> Tensor:
    """The means of squares of factor² pixels; the last row and column are repeated to fill them.

    Args:
        images: (B, C, H, W).
        factor: at least 1.

    Returns:
        (B, C, ⌈H / factor⌉, ⌈W / factor⌉).

    Example:
        >>> import torch
        >>> shrunk(torch.tensor([[[[1.0, 3, 5]]]]), 2)
        tensor([[[[2., 5.]]]])
    """
    height, width = images.shape[-2:]
    beyond = (0, -width % factor, 0, -height % factor)
    return F.avg_pool2d(F.pad(images, beyond, mode="replicate"), factor)


def corrected(fused: Tensor, coarse: Tensor, factor: int) -> Tensor:
    """The fused image F + up(C − shrunk(F)), C being what was made of the shrunk pair.

    Detail stays as it is; what is left of the image when it is shrunk becomes C's.

    Args:
        fused: F, (B, 1, H, W) in [-1, 1].
        coarse: C, (B, 1, ⌈H / factor⌉, ⌈W / factor⌉) in [-1, 1].
        factor: at least 1.

    Returns:
        The shape and range of `fused`; what would leave the range is clipped.

    Example:
        >>> import torch
        >>> detail = torch.tensor([[[[0.0, 0.2, 0.0, 0.2]]]])
        >>> corrected(detail, torch.full((1, 1, 1, 2), 0.5), 2)
        tensor([[[[0.4000, 0.6000, 0.4000, 0.6000]]]])
    """
    height, width = fused.shape[-2:]
    change = F.interpolate(coarse - shrunk(fused, factor), scale_factor=factor, mode="bilinear")
    return (fused + change[..., :height, :width]).clamp(-1, 1)
