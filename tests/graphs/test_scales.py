"""Graphs of two scales: alone, told what the shrunk pair gave, and in tiles."""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from clfnet.graphs import fast_graph, full_graph, plain_graph
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.fuser import Fuser
from clfnet.inference.tiling import InTiles, in_tiles, shrunk
from clfnet.method import FloatImage
from clfnet.nn import CLFNet, FastNet, Network

Graph = Callable[..., onnx.ModelProto]
GRAPHS: list[tuple[str, Graph]] = [
    ("clfnet", full_graph),
    ("clfnet", plain_graph),
    ("fast", fast_graph),
]


def clfnet() -> CLFNet:
    torch.manual_seed(0)
    made = CLFNet(2, coarse=4)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    return made.eval()


def fast() -> FastNet:
    torch.manual_seed(0)
    made = FastNet(4, 2, 2, coarse=4)
    torch.nn.init.normal_(made.head.weight, std=0.2)
    return made.eval()


def network(kind: str) -> Network:
    return clfnet() if kind == "clfnet" else fast()


def pair(height: int, width: int) -> tuple[FloatImage, FloatImage]:
    infrared, visible = np.random.default_rng(height).random((2, height, width), np.float32)
    return infrared, visible


def by_torch(made: Network, infrared: FloatImage, visible: FloatImage) -> FloatImage:
    images = (torch.from_numpy(image)[None, None] * 2 - 1 for image in (infrared, visible))
    with torch.no_grad():
        fused: FloatImage = (made(*images)[0, 0].numpy() + 1) / 2
    return fused


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (33, 47), (40, 64), (41, 62)])
@pytest.mark.parametrize(("kind", "graph"), GRAPHS)
def test_matches_torch(kind: str, graph: Graph, size: tuple[int, int]) -> None:
    made, images = network(kind), pair(*size)
    expected = by_torch(made, *images)
    models = [graph(made)] if graph is full_graph else [graph(made), graph(made, size)]
    for model in models:
        session = onnxruntime.InferenceSession(model.SerializeToString(), quiet())
        feeds = {name: image[None, None] for name, image in zip(NAMES, images, strict=True)}
        assert [given.name for given in session.get_inputs()] == list(NAMES)
        np.testing.assert_allclose(session.run(["fused"], feeds)[0][0, 0], expected, atol=2e-6)


@pytest.mark.parametrize(("kind", "graph"), GRAPHS)
@pytest.mark.parametrize("size", [(7, 9), (97, 200), (130, 161)])
def test_in_tiles_as_a_whole(kind: str, graph: Graph, size: tuple[int, int]) -> None:
    made, images = network(kind), pair(*size)
    data = graph(made).SerializeToString()
    whole = in_tiles(OnnxMethod(data), threads=1, memory=2**30)
    tiled = in_tiles(OnnxMethod(data), threads=2, memory=2**23 if kind == "clfnet" else 2**22)
    assert isinstance(tiled, InTiles)
    assert len(tiled.tiles.of(*size)) > 1 or max(size) < 90
    expected = by_torch(made, *images)
    np.testing.assert_allclose(whole(*images), expected, atol=2e-6)
    np.testing.assert_array_equal(tiled(*images), whole(*images))
    levels = [np.rint(image * 255).astype(np.uint8) for image in images]
    np.testing.assert_array_equal(Fuser(tiled)(*levels), Fuser(whole)(*levels))


def test_a_tile_is_told_of_the_whole_by_its_third_input() -> None:
    made, images = clfnet(), pair(64, 80)
    method = OnnxMethod(full_graph(made).SerializeToString())
    coarse = method.alone(*(shrunk(image, 4) for image in images))
    told = method(*images, coarse)
    np.testing.assert_allclose(told, method(*images), atol=2e-6)
    other = method(*images, coarse + np.float32(0.1))
    np.testing.assert_allclose((other - told)[other < 1], 0.1, atol=1e-5)


@pytest.mark.parametrize(("kind", "graph"), GRAPHS)
def test_its_reach(kind: str, graph: Graph) -> None:
    """What is farther away than the margin, and the margin alone for tiles, changes nothing."""
    made, (infrared, visible) = network(kind), pair(120, 200)
    method = OnnxMethod(graph(made).SerializeToString())
    facts = {prop.key: int(prop.value) for prop in graph(made).metadata_props}
    other = infrared.copy()
    other[:, 128:] = 1 - other[:, 128:]
    first = first_changed(method(infrared, visible), method(other, visible))
    assert 128 - facts["margin"] <= first < 128 - facts["margin_alone"]
    coarse = method.alone(shrunk(infrared, 4), shrunk(visible, 4))
    first = first_changed(method(infrared, visible, coarse), method(other, visible, coarse))
    assert method.reach is not None
    assert 128 - method.reach.margin <= first < 128


def first_changed(before: FloatImage, after: FloatImage) -> int:
    """The first column in which two images differ."""
    return int(np.flatnonzero((np.abs(before - after) > 1e-7).any(axis=0))[0])


NAMES = ("infrared", "visible")


def quiet() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return options
