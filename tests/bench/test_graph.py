"""Multiply-adds and weights: counted by hand, and by the loops of a convolution."""

import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from clfnet.bench.graph import multiply_adds, weight_count
from clfnet.errors import InputError, MissingExtraError, WeightsError
from clfnet.nn import CLFNet
from clfnet.weights import find

Write = Callable[..., Path]
H, W = 12, 8


def node(kind: str, inputs: str, output: str, **attributes: Any) -> NodeProto:
    return helper.make_node(kind, inputs.split(), [output], **attributes)


def loops(
    size: tuple[int, int], channels: tuple[int, int], kernel: int, *, stride: int, groups: int
) -> int:
    """Count the innermost steps of a convolution that pads by half its kernel."""
    rows, columns = (
        range(0, side + 2 * (kernel // 2) - kernel + 1, stride) for side in size
    )  # where the kernel is laid
    inner = product(range(channels[0] // groups), range(kernel), range(kernel))
    steps = sum(1 for _ in inner)
    return sum(steps for _ in product(rows, columns, range(channels[1])))


@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "groups"),
    [((1, 4), 3, 1, 1), ((1, 4), 3, 2, 1), ((4, 4), 3, 1, 4), ((4, 8), 5, 2, 2), ((4, 2), 1, 1, 1)],
)
def test_a_convolution(
    channels: tuple[int, int], kernel: int, stride: int, groups: int, write: Write
) -> None:
    """Strides, groups, kernels; a 1×1 convolution before makes the channels."""
    pads = [kernel // 2] * 4
    inputs, outputs = channels
    path = write(
        [
            node("Conv", "infrared first", "a"),
            node("Conv", "a second", "fused", strides=[stride] * 2, group=groups, pads=pads),
        ],
        {
            "first": (inputs, 1, 1, 1),
            "second": (outputs, inputs // groups, kernel, kernel),
        },
    )
    expected = inputs * H * W + loops((H, W), channels, kernel, stride=stride, groups=groups)
    assert multiply_adds(path, H, W) == expected


def test_a_network_that_works_on_a_coarser_grid(write: Write) -> None:
    """As a small student does: space to depth, depthwise, pointwise, back to full size."""
    path = write(
        [
            node("Concat", "infrared visible", "both", axis=1),
            node("SpaceToDepth", "both", "coarse", blocksize=4),  # 2 × 16 channels, 3 × 2 places
            node("Conv", "coarse deep", "d", group=32, pads=[1] * 4),
            node("Conv", "d wide", "w"),
            node("DepthToSpace", "w", "fused", blocksize=4),
        ],
        {"deep": (32, 1, 3, 3), "wide": (16, 32, 1, 1)},
    )
    places = 3 * 2
    assert multiply_adds(path, H, W) == places * (32 * 9 + 16 * 32)
    assert weight_count(path) == 32 * 9 + 16 * 32


def test_a_transposed_convolution_and_products(write: Write) -> None:
    """Shapes that follow from one another; a table of integers is no weight."""
    path = write(
        [
            node("Conv", "infrared down", "a", strides=[2, 2]),  # 3 channels, 6 × 4
            node("ConvTranspose", "a up", "b", strides=[2, 2]),  # 1 channel, 12 × 8
            node("MatMul", "b square", "c"),  # (1, 1, 12, 8) · (8, 8)
            node("Reshape", "c flat", "d"),  # (12, 8)
            node("Gemm", "d narrow", "e", transB=1),  # (12, 8) · (8, 5)
            node("Max", "visible infrared", "fused"),
        ],
        {
            "down": (3, 1, 2, 2),
            "up": (3, 1, 2, 2),
            "square": (8, 8),
            "flat": np.array([12, 8]),
            "narrow": (5, 8),
        },
    )
    by_hand = 6 * 4 * 3 * 4 + 6 * 4 * 3 * 4 + 12 * 8 * 8 + 12 * 5 * 8
    assert multiply_adds(path, H, W) == by_hand
    assert weight_count(path) == 12 + 12 + 64 + 40


def test_the_shipped_network() -> None:
    """Every convolution keeps the size, so each weight of one counts once per pixel.

    At even widths those of 3×3 count two thirds; what makes up for that is a few products for each
    of a block's maps. Of the shrunk pair all count once.
    """
    network, path = CLFNet(), find("clfnet").onnx.path
    kernels = [p for p in network.parameters() if p.ndim == 4]
    large = sum(p.numel() for p in kernels if p.shape[-1] == 3)
    small = sum(p.numel() for p in kernels if p.shape[-1] == 1)
    identities = 3  # 1×1: what folding the ranges adds, an identity for the two inputs' skips
    odd, even = (
        (multiply_adds(path, H, width) - _shrunk(H, width) * (large + small)) / (H * width)
        for width in (W + 1, W)
    )
    assert 0 <= odd - (large + small) <= 1.2 * identities
    maps = sum(p.shape[0] + p.shape[1] for p in kernels if p.shape[-1] == 3)
    assert 0 < even - (large * 2 / 3 + small) <= 3 * maps


def _shrunk(height: int, width: int) -> int:
    """Pixels of the shrunk pair."""
    return -(-height // 4) * -(-width // 4)


def test_the_branch_that_a_size_takes_counts(write: Write) -> None:
    """A convolution of 3×3 where the height is at least 10, else one of 1×1."""
    shape: list[str | int | None] = [1, 1, "height", "width"]
    branches = {
        name: helper.make_graph(
            [node("Conv", f"infrared {kernel}", name, pads=[side // 2] * 4)],
            name,
            [],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
            [numpy_helper.from_array(np.ones((1, 1, side, side), np.float32), kernel)],
        )
        for name, kernel, side in (("large", "a", 3), ("small", "b", 1))
    }
    nodes = [
        helper.make_node("Shape", ["infrared"], ["tall"], start=2, end=3),
        node("Less", "tall ten", "low"),
        helper.make_node(
            "If", ["low"], ["fused"], then_branch=branches["small"], else_branch=branches["large"]
        ),
    ]
    path = write(nodes, {"ten": np.array([10])})
    assert multiply_adds(path, 9, 8) == 9 * 8
    assert multiply_adds(path, 10, 8) == 10 * 8 * 9
    assert weight_count(path) == 9 + 1


def test_what_cannot_be_counted_is_told(write: Write, tmp_path: Path) -> None:
    fixed = write([node("Max", "infrared visible", "fused")], {}, shape=(1, 1, 12, 9), name="fixed")
    with pytest.raises(InputError, match=r"must take 8x12 pixels, but infrared has a fixed side"):
        multiply_adds(fixed, H, W)
    flat = write([node("Max", "infrared visible", "fused")], {}, shape=(1, 1, 12), name="flat")
    with pytest.raises(InputError, match="has 3 dimensions"):
        multiply_adds(flat, H, W)
    summed = helper.make_node("Einsum", ["infrared", "visible"], ["fused"], equation="abcd,abcd")
    with pytest.raises(InputError, match="operators that can be counted, but Einsum is not"):
        multiply_adds(write([summed], {}, name="einsum"), H, W)
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\xff" * 99)
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        multiply_adds(damaged, H, W)


def test_without_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    for count in (lambda path: multiply_adds(path, H, W), weight_count):
        with pytest.raises(MissingExtraError, match=r"clfnet\[train\]"):
            count(find("clfnet").onnx.path)
