"""M-SSIM (Eqs. 2–5): per window, SSIM with the brighter source."""

from functools import partial

import torch
from torch import Tensor

from clfnet.errors import InputError, SizeMismatchError
from clfnet.losses.windows import Window, local_mean

C1 = 1e-4
C2 = 9e-4


def m_ssim_loss(
    fused: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    window: Window = "uniform",
    size: int = 16,
    sigma: float = 1.5,
) -> Tensor:
    """1 − mean over all windows of the SSIM with the source whose window is brighter (Eq. 5).

    Windows slide by one pixel and lie wholly inside the image. Eq. (3) is a plain mean
    (`"uniform"`); the authors' release weighs by a Gaussian of σ 1.5 instead (`"gaussian"`). The
    weights apply to every local mean, those of Eq. (2) and that of Eq. (3). Where both sources are
    equally bright the visible one is the reference (Eq. 4).

    Args:
        fused: (B, 1, H, W) in [-1, 1].
        infrared: the same shape and range.
        visible: the same shape and range.
        window: how a window is weighed.
        size: side of the window in pixels; the paper's is 16.
        sigma: standard deviation of the Gaussian in pixels.

    Returns:
        A scalar in [0, 2].

    Raises:
        SizeMismatchError: if the shapes differ.
        InputError: if an image is smaller than the window.

    Example:
        >>> x = torch.rand(1, 1, 20, 24) * 2 - 1
        >>> m_ssim_loss(x, x, x - 0.1).abs() < 1e-6
        tensor(True)
    """
    if not fused.shape == infrared.shape == visible.shape:
        raise SizeMismatchError(
            "`fused`, `infrared` and `visible` must have one shape, got "
            f"{tuple(fused.shape)}, {tuple(infrared.shape)}, {tuple(visible.shape)}."
        )
    if min(fused.shape[-2:]) < size:
        raise InputError(
            f"Images must be at least {size}×{size}, the window, got "
            f"{fused.shape[-2]}×{fused.shape[-1]}."
        )
    local = partial(local_mean, window=window, size=size, sigma=sigma)
    mean_f, mean_ff = local(torch.cat((fused, fused**2), 1)).chunk(2, 1)
    scores, brightness = [], []
    for source in (infrared, visible):
        mean_s, mean_ss, mean_fs = local(torch.cat((source, source**2, fused * source), 1)).chunk(
            3, 1
        )  # each (B, 1, H - size + 1, W - size + 1)
        scores.append(_ssim(mean_f, mean_s, mean_ff, mean_ss, mean_fs))
        brightness.append(mean_s)
    score = torch.where(brightness[0] > brightness[1], scores[0], scores[1])  # Eq. (4)
    return 1 - score.mean()


def _ssim(
    mean_a: Tensor, mean_b: Tensor, mean_aa: Tensor, mean_bb: Tensor, mean_ab: Tensor
) -> Tensor:
    """Eq. (2) from the local means of a, b, a², b² and a·b."""
    variance_a, variance_b = mean_aa - mean_a**2, mean_bb - mean_b**2
    covariance = mean_ab - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    structure = (2 * covariance + C2) / (variance_a + variance_b + C2)
    return luminance * structure
