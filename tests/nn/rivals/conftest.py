"""Layers by their formulas, in numpy, and networks of random weights."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

Maps = NDArray[np.float64]


class Release:
    """A release's tensors in the order of its layers, and what its layers do with maps (C, H, W).

    Args:
        network: whose parameters are taken for them.
    """

    def __init__(self, network: nn.Module) -> None:
        self._tensors = iter([p.detach().numpy() for p in network.parameters()])

    def take(self) -> Maps:
        """The next tensor."""
        return next(self._tensors)

    def layer(
        self, *, border: str | None = "constant", bias: bool = True
    ) -> Callable[[Maps], Maps]:
        """The next convolution, stride 1; `border` is numpy's name of the padding, None is none."""
        weight = self.take()
        shift = self.take() if bias else np.zeros(len(weight))

        def convolve(x: Maps) -> Maps:
            reach = weight.shape[-1] // 2
            if border is not None and reach:
                x = np.pad(x, ((0, 0), (reach, reach), (reach, reach)), border)  # type: ignore[call-overload]
            side = weight.shape[-1]
            windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), (1, 2))
            result: Maps = np.einsum("chwij,ocij->ohw", windows, weight, optimize=True)
            return result + shift[:, None, None]

        return convolve

    def done(self) -> bool:
        """Whether all tensors were taken."""
        return next(self._tensors, None) is None


@pytest.fixture(autouse=True)
def _exact() -> Iterator[None]:
    """Doubles, so that only formulas can differ."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def release() -> type[Release]:
    """Makes the tensors of a network into a release's."""
    return Release


@pytest.fixture
def trained() -> Callable[..., Any]:
    """Make a network whose every weight is random and large enough to matter."""

    def make(network: Any) -> Any:
        torch.manual_seed(0)
        with torch.no_grad():
            for parameter in network.parameters():
                fan_in = parameter[0].numel() if parameter.ndim > 1 else 4
                parameter.copy_(torch.randn_like(parameter) * (1.5 / fan_in) ** 0.5)
        return network.eval()

    return make


@pytest.fixture
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """Infrared and visible, (1, 1, 11, 14) in [-1, 1]."""
    torch.manual_seed(1)
    infrared, visible = torch.rand(2, 1, 1, 11, 14) * 2 - 1
    return infrared, visible


@pytest.fixture
def planes(pair: tuple[torch.Tensor, torch.Tensor]) -> tuple[Maps, Maps]:
    """The same as numpy's (1, H, W)."""
    return pair[0][0].numpy(), pair[1][0].numpy()
