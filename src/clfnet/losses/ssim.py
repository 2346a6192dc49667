"""SSIM over a Gaussian window, as the rivals have it: whole, in part, over scales."""

import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.errors import InputError
from clfnet.losses.windows import local_mean

SIZE = 11
SIGMA = 1.5

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM's scales, the finest first (Wang, Simoncelli and Bovik, 2003)."""


def ssim(a: Tensor, b: Tensor, *, data_range: float) -> Tensor:
    """The mean SSIM of each image of a batch with that of another.

    Windows of 11×11 pixels, weighted by a Gaussian of σ 1.5, lie wholly inside.

    Args:
        a: (B, 1, H, W), H, W ≥ 11.
        b: the same shape.
        data_range: the difference of white and black.

    Returns:
        (B,), in [-1, 1].

    Raises:
        InputError: images are smaller than the window.

    Example:
        >>> x = torch.rand(2, 1, 12, 13)
        >>> ssim(x, x, data_range=1).round(decimals=4)
        tensor([1., 1.])
    """
    luminance, structure = _parts(a, b, (0.01 * data_range) ** 2, (0.03 * data_range) ** 2, SIZE)
    return (luminance * structure).mean((1, 2, 3)).to(a)


def contrast_structure(a: Tensor, b: Tensor, *, data_range: float) -> Tensor:
    """SSIM without its luminance: the mean of (2·cov + C2) / (var + var + C2); see `ssim`."""
    _, structure = _parts(a, b, (0.01 * data_range) ** 2, (0.03 * data_range) ** 2, SIZE)
    return structure.mean((1, 2, 3)).to(a)


def product_ms_ssim(a: Tensor, b: Tensor, *, data_range: float, scales: int = 5) -> Tensor:
    """MS-SSIM as the releases of DenseFuse and RFN-Nest compute it, over a whole batch.

    Π_s [((cs_s + 1)/2)^w_s · ((ssim_S + 1)/2)^w_S] over all scales s but the last, S: a slip, by
    which the last factor enters S − 1 times. cs and ssim are means over the batch; each scale is
    the mean of 2×2 pixels of the one before; a window that is larger than the image shrinks.

    Args:
        a: (B, 1, H, W).
        b: the same shape.
        data_range: the difference of white and black.
        scales: 2 to 5; fewer than 5 for small crops, their exponents then scaled to the same sum.

    Returns:
        A scalar in [0, 1].

    Raises:
        InputError: `scales` is out of range, or images are too small for so many.

    Example:
        >>> x = torch.rand(2, 1, 64, 64)
        >>> round(float(product_ms_ssim(x, x, data_range=1, scales=3)), 4)
        1.0
    """
    if not 2 <= scales <= len(WEIGHTS):
        raise InputError(f"`scales` must be between 2 and {len(WEIGHTS)}, got {scales}.")
    if min(a.shape[-2:]) < 2 ** (scales - 1):
        raise InputError(
            f"Images must be at least {2 ** (scales - 1)} pixels a side for {scales} scales, got "
            f"{a.shape[-2]}×{a.shape[-1]}. Ask for fewer."
        )
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    total = sum(WEIGHTS[:scales])
    weights = [weight / total for weight in WEIGHTS[:scales]]
    structures, last = [], a.new_zeros(())
    for _ in range(scales):
        luminance, structure = _parts(a, b, c1, c2, min(SIZE, *a.shape[-2:]))
        structures.append((structure.mean() + 1) / 2)
        last = ((luminance * structure).mean() + 1) / 2
        a, b = (F.avg_pool2d(image, 2) for image in (a, b))
    product = torch.ones_like(last)
    for value, weight in zip(structures[:-1], weights[:-1], strict=True):
        product = product * value**weight * last ** weights[-1]
    return product


def _parts(a: Tensor, b: Tensor, c1: float, c2: float, size: int) -> tuple[Tensor, Tensor]:
    """Luminance, and contrast times structure, of every window."""
    if min(a.shape[-2:]) < size:
        raise InputError(
            f"Images must be at least {size}×{size}, the window, got {a.shape[-2]}×{a.shape[-1]}."
        )
    mean_a, mean_b, mean_aa, mean_bb, mean_ab = local_mean(
        torch.cat((a, b, a * a, b * b, a * b), dim=1), window="gaussian", size=size, sigma=SIGMA
    ).chunk(5, 1)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    variances = mean_aa - mean_a**2 + mean_bb - mean_b**2
    return luminance, (2 * (mean_ab - mean_a * mean_b) + c2) / (variances + c2)
