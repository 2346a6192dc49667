"""The full network's ONNX graphs compute what the network does, at even and at odd widths."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from clfnet.graphs import full_graph, plain_graph
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.tiling import InTiles, in_tiles
from clfnet.nn import CLFNet

Image = NDArray[np.float32]
ByTorch = Callable[..., Image]
Trained = Callable[[int], CLFNet]

SIZES = [(1, 1), (1, 2), (1, 7), (5, 1), (2, 3), (3, 2), (4, 6), (16, 16), (33, 47), (64, 22)]
GRAPHS = {"full": full_graph, "plain": plain_graph}


@pytest.mark.parametrize("width", [1, 3, 16])
@pytest.mark.parametrize("name", GRAPHS)
def test_onnx_equals_torch(name: str, width: int, trained: Trained, by_torch: ByTorch) -> None:
    network = trained(width)
    method = OnnxMethod(GRAPHS[name](network).SerializeToString(), threads=1)
    random = np.random.default_rng(0)
    for size in SIZES:
        infrared, visible = random.random((2, *size), dtype=np.float32)
        expected = by_torch(network, infrared, visible)
        got = method(infrared, visible)
        assert got.shape == size
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)
        if infrared.size > 200:  # else the comparison could not fail
            assert expected.std() > 0.01
            assert np.abs(expected - by_torch(network, visible, infrared)).max() > 0.01


@pytest.mark.parametrize("columns", [8, 9])
def test_the_ends_of_the_range(columns: int, trained: Trained, by_torch: ByTorch) -> None:
    network = trained(4)
    method = OnnxMethod(full_graph(network).SerializeToString(), threads=1)
    black, white = np.zeros((9, columns), np.float32), np.ones((9, columns), np.float32)
    for pair in ((black, white), (white, black), (black, black), (white, white)):
        np.testing.assert_allclose(method(*pair), by_torch(network, *pair), atol=1e-5)


def test_tiled_equals_whole(trained: Trained) -> None:
    method = OnnxMethod(full_graph(trained(4)).SerializeToString())
    tiled = in_tiles(method, threads=2, memory=4 * 2**20)
    assert isinstance(tiled, InTiles)
    for size in ((99, 140), (140, 99)):
        assert len(tiled.tiles.of(*size)) > 4
        infrared, visible = np.random.default_rng(0).random((2, *size), np.float32)
        whole = method(infrared, visible)
        assert np.abs(tiled(infrared, visible) - whole).max() < 1e-5


def test_the_graphs_are_folded_and_take_any_size(trained: Trained) -> None:
    plain, full = (graph(trained(2)) for graph in (plain_graph, full_graph))
    operators = {node.op_type for node in plain.graph.node}
    assert operators == {"Conv", "LeakyRelu", "Add", "Concat", "Sigmoid"}
    assert [node.op_type for node in full.graph.node] == ["Shape", "Mod", "Cast", "If"]
    for model in (plain, full):
        assert [value.name for value in model.graph.input] == ["infrared", "visible"]
        assert [value.name for value in model.graph.output] == ["fused"]
        for value in (*model.graph.input, *model.graph.output):
            kind = value.type.tensor_type
            assert kind.elem_type == onnx.TensorProto.FLOAT
            dims = [dim.dim_param or dim.dim_value for dim in kind.shape.dim]
            assert dims == [1, 1, "height", "width"]


def test_the_graph_is_the_same_each_time(trained: Trained) -> None:
    first, second = (full_graph(trained(2)).SerializeToString() for _ in range(2))
    assert first == second
