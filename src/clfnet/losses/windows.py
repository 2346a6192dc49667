"""Local means: what every kind of SSIM here is made of."""

from functools import lru_cache
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


def local_mean(
    x: Tensor, *, window: Window = "uniform", size: int = 16, sigma: float = 1.5
) -> Tensor:
    """Weighted mean of every window, (B, C, H, W) -> (B, C, H - size + 1, W - size + 1).

    Two products with band matrices: a convolution of single planes is many times slower on a CPU.

    Args:
        x: maps.
        window: how a window is weighed.
        size: its side in pixels.
        sigma: standard deviation of the Gaussian in pixels.

    Raises:
        InputError: there is no such window.

    Example:
        >>> local_mean(torch.arange(4.0).reshape(1, 1, 2, 2), size=2)
        tensor([[[[1.5000]]]])
    """
    rows, columns = (
        _band(length, window, size, sigma, x.dtype, x.device) for length in x.shape[-2:]
    )
    return rows @ x @ columns.T


@lru_cache(maxsize=64)
@torch.inference_mode(False)
def _band(
    length: int, window: Window, size: int, sigma: float, dtype: torch.dtype, device: torch.device
) -> Tensor:
    """The matrix that slides a window's weights along an axis, (length - size + 1, length).

    Kept, for a training run needs the same few at every step, and a step on a GPU must not wait for
    what is made on the CPU.
    """
    weights = window_weights(window, size, sigma).to(dtype)
    rows = length - size + 1
    band = weights.new_zeros(rows, length)
    for offset, weight in enumerate(weights):
        band.diagonal(offset)[:rows] = weight
    return band.to(device)
