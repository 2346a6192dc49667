"""The student's ONNX graph computes what the network does, whole and in tiles."""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from clfnet.graphs import fast_graph
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.tiling import InTiles, in_tiles
from clfnet.nn import FastNet

Image = NDArray[np.float32]
ByTorch = Callable[..., Image]

SIZES = [(1, 1), (1, 7), (5, 1), (2, 3), (16, 16), (33, 47), (64, 21)]


def lively(channels: int, blocks: int, factor: int) -> FastNet:
    """A student whose coefficients are far from where they start, and whose image clips."""
    torch.manual_seed(3)
    network = FastNet(channels, blocks, factor).eval()
    torch.nn.init.normal_(network.head.weight, std=0.6)
    assert network.head.bias is not None
    torch.nn.init.normal_(network.head.bias, std=0.3)
    return network


def pair(height: int, width: int) -> tuple[Image, Image]:
    images = np.random.default_rng(0).random((2, height, width), dtype=np.float32)
    return images[0], images[1]


def by_onnx(session: onnxruntime.InferenceSession, infrared: Image, visible: Image) -> Image:
    feeds = {"infrared": infrared[None, None], "visible": visible[None, None]}
    fused = session.run(["fused"], feeds)[0]
    assert fused.shape == (1, 1, *visible.shape)
    image: Image = fused[0, 0]
    return image


@pytest.mark.parametrize(
    ("channels", "blocks", "factor"), [(1, 1, 1), (5, 2, 2), (32, 6, 2), (4, 2, 3), (8, 1, 4)]
)
def test_onnx_equals_torch(channels: int, blocks: int, factor: int, by_torch: ByTorch) -> None:
    network = lively(channels, blocks, factor)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(fast_graph(network).SerializeToString(), options)
    for size in SIZES:
        infrared, visible = pair(*size)
        expected = by_torch(network, infrared, visible)
        np.testing.assert_allclose(by_onnx(session, infrared, visible), expected, rtol=0, atol=1e-5)
        if min(size) > 10:  # else the comparison could not fail
            assert expected.std() > 0.01
            assert np.abs(expected - by_torch(network, visible, infrared)).max() > 0.01


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("size", [(70, 95), (33, 164), (131, 60)])
def test_tiles_equal_the_whole(factor: int, size: tuple[int, int], by_torch: ByTorch) -> None:
    network = lively(6, 2, factor)
    graph = fast_graph(network)
    facts = {entry.key: int(entry.value) for entry in graph.metadata_props}
    least = (36 + 2 * facts["margin"]) ** 2 * facts["bytes_per_pixel"]
    method = in_tiles(OnnxMethod(graph.SerializeToString()), threads=1, memory=least)
    infrared, visible = pair(*size)
    assert isinstance(method, InTiles)
    assert len(method.tiles.of(*size)) > 1
    expected = by_torch(network, infrared, visible)
    np.testing.assert_allclose(method(infrared, visible), expected, rtol=0, atol=1e-5)


def test_the_graph_says_how_far_it_reaches() -> None:
    graph = fast_graph(lively(4, 3, 2))
    facts = {entry.key: entry.value for entry in graph.metadata_props}
    assert facts == {"margin": "8", "multiple": "2", "bytes_per_pixel": "180"}


def test_every_activation_follows_its_convolution() -> None:
    """So that ONNX Runtime makes one of both, and full resolution is met at the ends alone."""
    graph = fast_graph(lively(4, 2, 2)).graph
    makers = {node.output[0]: node for node in graph.node}
    relus = [node for node in graph.node if node.op_type == "Relu"]
    assert len(relus) == 3
    assert all(makers[node.input[0]].op_type == "Conv" for node in relus)
    inferred = onnx.shape_inference.infer_shapes(fast_graph(lively(4, 2, 2)))
    assert [value.name for value in inferred.graph.output] == ["fused"]


def test_the_graph_is_the_same_each_time() -> None:
    first, second = (fast_graph(lively(4, 2, 2)).SerializeToString() for _ in range(2))
    assert first == second
