"""The block against its formula, written with functional calls."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.nn import ResBlock


def _reference(block: ResBlock, x: Tensor) -> Tensor:
    """act(BN(conv3×3(LeakyReLU(BN(conv1×1 x)))) + skip(x)) with running statistics."""

    def norm(y: Tensor, bn: torch.nn.BatchNorm2d) -> Tensor:
        assert bn.running_mean is not None
        assert bn.running_var is not None
        mean, var = (v[:, None, None] for v in (bn.running_mean, bn.running_var))
        return (y - mean) / torch.sqrt(var + bn.eps) * bn.weight[:, None, None] + bn.bias[
            :, None, None
        ]

    y = torch.einsum("oi,bihw->bohw", block.conv1.weight[:, :, 0, 0], x)
    y = norm(y, block.norm1)
    y = torch.where(y > 0, y, 0.01 * y)
    y = norm(F.conv2d(y, block.conv3.weight, padding=1), block.norm3)
    identity = (
        torch.einsum("oi,bihw->bohw", block.skip.weight[:, :, 0, 0], x)
        if isinstance(block.skip, torch.nn.Conv2d)
        else x
    )
    z = y + identity
    return torch.where(z > 0, z, 0.01 * z)


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 4), (4, 4), (6, 3)])
def test_matches_the_formula(inputs: int, outputs: int) -> None:
    torch.manual_seed(0)
    block = ResBlock(inputs, outputs)
    for _ in range(3):
        block(torch.randn(2, inputs, 6, 7))  # moves the running statistics off their start
    block.eval()
    x = torch.randn(2, inputs, 5, 9)
    assert torch.allclose(block(x), _reference(block, x), atol=1e-6)


def test_no_convolution_has_a_bias() -> None:
    convolutions = [m for m in ResBlock(2, 3).modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(convolutions) == 3
    assert all(conv.bias is None for conv in convolutions)


def test_equal_channels_need_no_convolution_on_the_skip() -> None:
    assert isinstance(ResBlock(4, 4).skip, torch.nn.Identity)
