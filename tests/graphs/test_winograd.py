"""ResBlocks on even and odd columns equal ResBlocks, in fewer products."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from torch import nn

from clfnet.graphs.winograd import ColumnGraph
from clfnet.nn import ResBlock

Float = NDArray[np.float32]
Block = Callable[[int, int], ResBlock]


@pytest.fixture
def block(shake_norms: Callable[[nn.Module], None]) -> Block:
    """Make a block whose every statistic is far from where it starts."""

    def make(inputs: int, outputs: int) -> ResBlock:
        made = ResBlock(inputs, outputs).eval()
        shake_norms(made)
        return made

    return make


def graph_of(blocks: list[ResBlock], height: int, width: int) -> onnx.ModelProto:
    """From an image of one channel to the last block's even and odd columns."""
    graph = ColumnGraph()
    names = graph.column_chain(blocks, graph.columns("image"))
    channels = blocks[-1].conv3.out_channels
    shapes = {"image": [1, 1, height, width]} | {
        name: [1, channels, height, None] for name in names
    }
    values = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    return graph.model([values["image"]], [values[name] for name in names])


def run(model: onnx.ModelProto, image: Float, **options: Any) -> list[Float]:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4
    for name, value in options.items():
        setattr(settings, name, value)
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings)
    found: list[Float] = session.run(None, {"image": image})
    return found


@pytest.mark.parametrize("size", [(1, 2), (2, 2), (3, 8), (12, 20)])
@pytest.mark.parametrize("channels", [(1, 3), (1, 16, 16), (1, 4, 2, 8)])
def test_equals_the_blocks(channels: tuple[int, ...], size: tuple[int, int], block: Block) -> None:
    torch.manual_seed(0)
    blocks = [block(a, b) for a, b in pairwise(channels)]
    image = torch.randn(1, 1, *size)
    with torch.inference_mode():
        expected = nn.Sequential(*blocks)(image).numpy()
    even, odd = run(graph_of(blocks, *size), image.numpy())
    np.testing.assert_allclose(even, expected[..., ::2], rtol=0, atol=1e-5)
    np.testing.assert_allclose(odd, expected[..., 1::2], rtol=0, atol=1e-5)


def test_two_thirds_of_the_products(block: Block) -> None:
    model = graph_of([block(1, 16), block(16, 32)], 4, 4)
    kernels = [weight for weight in model.graph.initializer if [*weight.dims[2:]] == [3, 1]]
    per_column_pair = sum(int(np.prod(weight.dims)) for weight in kernels)
    assert per_column_pair * 3 == 2 * (2 * 9 * (1 * 16 + 16 * 32))


def test_onnx_runtime_keeps_its_blocked_layout(block: Block, tmp_path: Path) -> None:
    """Every sum and activation becomes part of a convolution, but one sum of each block."""
    blocks = [block(1, 16), block(16, 32), block(32, 32)]
    path = tmp_path / "optimized.onnx"
    image = np.zeros((1, 1, 8, 8), np.float32)
    run(graph_of(blocks, 8, 8), image, optimized_model_filepath=str(path))
    nodes = onnx.load(path).graph.node
    if not any(node.domain == "com.microsoft.nchwc" for node in nodes):
        pytest.skip("ONNX Runtime has no blocked layout on this CPU")
    kinds = [node.op_type for node in nodes]
    assert kinds.count("LeakyRelu") == 0
    assert kinds.count("Add") <= len(blocks)
