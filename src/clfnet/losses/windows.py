"""Local means: what every kind of SSIM here is made of."""

from typing import Literal

import torch
from torch import Tensor

from clfnet.errors import InputError

Window = Literal["uniform", "gaussian"]


def window_weights(window: Window, size: int, sigma: float) -> Tensor:
    """The window's 1-D profile, (size,), with sum 1; the 2-D window is its outer product.

    Raises:
        InputError: there is no such window.

    Example:
        >>> window_weights("uniform", 4, 1.5)
        tensor([0.2500, 0.2500, 0.2500, 0.2500], dtype=torch.float64)
    """
    if window == "uniform":
        return torch.full((size,), 1 / size, dtype=torch.float64)
    if window != "gaussian":
        raise InputError(f"`window` must be 'uniform' or 'gaussian', got {window!r}.")
    x = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    profile = torch.exp(-(x**2) / (2 * sigma**2))
    return profile / profile.sum()


def local_mean(x: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of every window, (B, C, H, W) -> (B, C, H - size + 1, W - size + 1).

    Two products with band matrices: a convolution of single planes is many times slower on a CPU.
    """
    return _band(x.shape[-2], weights) @ x @ _band(x.shape[-1], weights).T


def _band(length: int, weights: Tensor) -> Tensor:
    """The matrix that slides `weights` along an axis, (length - size + 1, length)."""
    rows = length - len(weights) + 1
    band = weights.new_zeros(rows, length)
    for offset, weight in enumerate(weights):
        band.diagonal(offset)[:rows] = weight
    return band
