"""The total loss (Eq. 9)."""

from torch import Tensor


def fusion_loss(
    patch_nce: Tensor, m_ssim: Tensor, *, lambda1: float = 1.0, lambda2: float = 1.0
) -> Tensor:
    """λ1·L_patchNCE + λ2·L_SSIM (Eq. 9).

    Args:
        patch_nce: L_patchNCE, a scalar.
        m_ssim: L_SSIM, a scalar.
        lambda1: weight of the contrastive loss.
        lambda2: weight of the structural loss.

    Returns:
        A scalar.

    Example:
        >>> import torch
        >>> fusion_loss(torch.tensor(6.0), torch.tensor(0.5), lambda1=0.5)
        tensor(3.5000)
    """
    return lambda1 * patch_nce + lambda2 * m_ssim
