"""Gaussian blur of single planes as two products with matrices, quick on CPUs and in any dtype."""

from functools import lru_cache

import torch
from torch import Tensor


def gaussian_blur(images: Tensor, sigma: float) -> Tensor:
    """Blur by a Gaussian; the image is mirrored at its border.

    Two products with band matrices, as a convolution of single planes is many times slower on a
    CPU. The window is cut at three standard deviations.

    Args:
        images: (B, C, H, W), any range.
        sigma: standard deviation in pixels, > 0.

    Returns:
        The same shape.

    Example:
        >>> flat = torch.full((1, 1, 5, 7), 0.5)
        >>> bool(torch.allclose(gaussian_blur(flat, 2.0), flat))
        True
    """
    rows, columns = (
        _matrix(side, sigma, images.dtype, images.device) for side in images.shape[-2:]
    )
    return rows @ images @ columns.T


@lru_cache(maxsize=64)
@torch.inference_mode(False)
def _matrix(length: int, sigma: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """What blurs an axis, (length, length); each row sums to 1.

    Kept where it is needed: a step on a GPU must not wait for what is made on the CPU.
    """
    radius = max(1, round(3 * sigma))
    offsets = torch.arange(-radius, radius + 1)
    profile = torch.exp(-(offsets.double() ** 2) / (2 * sigma**2))
    profile /= profile.sum()
    places = torch.arange(length)[:, None] + offsets  # (length, window)
    places = places.remainder(2 * length)  # mirrored with the last sample repeated
    places = torch.where(places < length, places, 2 * length - 1 - places)
    matrix = torch.zeros(length, length, dtype=torch.float64)
    matrix.scatter_add_(1, places, profile.expand(length, -1))
    return matrix.to(device, dtype)
