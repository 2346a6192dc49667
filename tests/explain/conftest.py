"""A tiny network with a tiny head as files, as `clfnet explain` finds them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from clfnet.example import night_street
from clfnet.graphs import explain_graph, full_graph
from clfnet.method import FloatImage
from clfnet.nn import CLFNet, ProjectionHead


@pytest.fixture(scope="session")
def tiny(shake_norms: Callable[[nn.Module], None]) -> tuple[CLFNet, ProjectionHead]:
    """A network and a head whose every weight and statistic is far from where it starts."""
    torch.manual_seed(3)
    network, head = CLFNet(2), ProjectionHead(8, 12, 6)
    for part in (network, head):
        shake_norms(part)
    for layer in (head.first, head.second):
        nn.init.normal_(layer.weight, std=0.4)
        nn.init.normal_(layer.bias, std=0.4)
    return network.eval(), head.eval()


@pytest.fixture(scope="session")
def model(tiny: tuple[CLFNet, ProjectionHead], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this network, an .onnx file with what explains it beside."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.onnx").write_bytes(full_graph(tiny[0]).SerializeToString())
    (folder / "tiny-explain.onnx").write_bytes(explain_graph(*tiny).SerializeToString())
    return folder / "tiny.onnx"


@pytest.fixture(scope="session")
def street() -> tuple[FloatImage, FloatImage]:
    """The built-in night street, small: infrared and the luma of visible, (96, 128)."""
    scene = night_street(128, 96)
    luma = scene.visible @ np.array([0.299, 0.587, 0.114])
    heat, light = (np.asarray(levels / 255, np.float32) for levels in (scene.infrared, luma))
    return heat, light
