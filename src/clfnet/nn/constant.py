"""Constant tensors, kept on the device that uses them."""

from functools import lru_cache

import torch
from torch import Tensor

Numbers = tuple[float, ...] | tuple[tuple[float, ...], ...]


def constant(numbers: Numbers, like: Tensor) -> Tensor:
    """Numbers as a tensor of another's type and device, made once.

    A training step on a GPU must not wait for what is made on the CPU, and a CUDA graph cannot.

    Example:
        >>> constant((0.5, 2.0), torch.zeros(1, dtype=torch.float64))
        tensor([0.5000, 2.0000], dtype=torch.float64)
    """
    return _kept(numbers, like.dtype, like.device)


@lru_cache(maxsize=64)
@torch.inference_mode(False)
def _kept(numbers: Numbers, dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.tensor(numbers, dtype=dtype, device=device)
