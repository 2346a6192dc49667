"""The rivals' ONNX graphs against torch, and as methods that fuse."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from clfnet.errors import InputError
from clfnet.graphs import rival_graph
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.find import find_method
from clfnet.inference.tiling import InTiles, in_tiles
from clfnet.nn.rivals import IFCNN, PMGI, RIVALS, Rival


def _network(kind: str, shake_norms: Callable[[nn.Module], None]) -> Rival:
    torch.manual_seed(0)
    network = RIVALS[kind]()
    shake_norms(network)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.randn_like(parameter) * (1.5 / parameter[0].numel()) ** 0.5)
    return network.eval()


def _check(network: Rival, method: OnnxMethod, *size: int) -> None:
    images = np.random.default_rng(0).random((2, *size), np.float32)
    with torch.inference_mode():
        by_torch = network(*(torch.from_numpy(2 * image - 1)[None, None] for image in images))
    expected = ((by_torch[0, 0] + 1) / 2).clamp(0, 1).numpy()
    np.testing.assert_allclose(method(*images), expected, atol=2e-5)


@pytest.mark.parametrize("kind", [kind for kind in RIVALS if kind != "rfn_nest"])
def test_is_the_network_at_any_size(kind: str, shake_norms: Callable[[nn.Module], None]) -> None:
    network = _network(kind, shake_norms)
    method = OnnxMethod(rival_graph(network).SerializeToString(), name=kind, threads=1)
    assert (method.reach is None) == (network.margin is None)
    for size in ((33, 30), (28, 41)):
        _check(network, method, *size)
    if network.least > 1:
        with pytest.raises(
            InputError, match=f"{kind} takes images of at least {network.least} pixels a side"
        ):
            method(*np.zeros((2, 1, 7), np.float32))


@pytest.mark.slow
def test_rfn_nest_whole_and_in_quadrants(shake_norms: Callable[[nn.Module], None]) -> None:
    network = _network("rfn_nest", shake_norms)
    method = OnnxMethod(rival_graph(network).SerializeToString(), name="rfn_nest", threads=1)
    for size in ((41, 30), (512, 28), (29, 515)):
        _check(network, method, *size)


def test_tiles_are_equal_to_the_whole(shake_norms: Callable[[nn.Module], None]) -> None:
    network = IFCNN()
    shake_norms(network)
    graph = rival_graph(network).SerializeToString()
    method = OnnxMethod(graph)
    whole, small = (in_tiles(method, threads=1, memory=size) for size in (2**28, 2**23))
    pair = np.random.default_rng(0).random((2, 150, 130), np.float32)
    assert isinstance(whole, InTiles)
    assert isinstance(small, InTiles)
    assert (len(whole.tiles.of(150, 130)), len(small.tiles.of(150, 130)) > 4) == (1, True)
    np.testing.assert_allclose(small(*pair), whole(*pair), atol=1e-6)


def test_says_if_memory_is_not_bounded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "pmgi.onnx"
    file.write_bytes(rival_graph(PMGI()).SerializeToString())
    find_method(file, memory=2**28)
    assert "pmgi sees an image as a whole: memory is not bounded." in caplog.text
