"""IFSepR: what is private to a source must not be in the common code."""

from torch import Tensor

WEIGHT = 0.6


def separation_loss(infrared: Tensor, visible: Tensor, common: Tensor) -> Tensor:
    """0.6·n(|pA ⊙ c|) + 0.6·n(|c ⊙ pB|), where n is the mean; the release has the sum.

    Args:
        infrared: pA, the private code of the infrared image, (B, C, H, W).
        visible: pB.
        common: c, the same shape.

    Returns:
        A scalar ≥ 0.

    Example:
        >>> import torch
        >>> code = torch.tensor([[[[1.0, 0.0]]]])
        >>> separation_loss(code, code.flip(3), code.flip(3))
        tensor(0.3000)
    """
    both = (infrared * common).abs().mean() + (common * visible).abs().mean()
    return WEIGHT * both
