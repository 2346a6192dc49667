"""The nine networks of `clfnet.nn.rivals` as ONNX, so that fusing with them needs no torch."""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from clfnet.nn.rivals import RFNNest, Rival
from clfnet.nn.rivals.rfn_nest import LARGEST, spread

OPSET = 17
IMAGES = ("infrared", "visible")

_BYTES = 6 * 4
"""Of the widest maps, for each pixel and channel: how much a tile takes, float32."""


def rival_graph(network: Rival) -> onnx.ModelProto:
    """A network as ONNX; [0, 1] in, about [0, 1] out, any H and W from its `least` on.

    Returns:
        A model with inputs `infrared` and `visible` and output `fused`, float32, (1, 1, H, W). Its
        metadata has `least`, the smallest side in pixels; and of a network that does not depend on
        the whole image `margin`, how far a pixel depends on the sources, and `bytes_per_pixel`.
    """
    network.eval()
    if isinstance(network, RFNNest):
        model = _by_size(
            _exported(lambda a, b: spread(network.fuse_part(a, b)), network),
            _exported(lambda a, b: spread(network.fuse_quadrants(a, b)), network),
            LARGEST,
        )
    else:
        model = _exported(lambda a, b: (network(a, b) + 1) / 2, network)
    facts = {"least": network.least}
    if network.margin is not None:
        facts |= {"margin": network.margin, "bytes_per_pixel": _BYTES * _widest(network)}
    helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
    model.producer_name = "clfnet"
    onnx.checker.check_model(model, full_check=True)
    return model


class _Function(nn.Module):
    """A function of images in [0, 1], as what torch exports."""

    def __init__(self, of: Callable[[Tensor, Tensor], Tensor], network: nn.Module) -> None:
        super().__init__()
        self.of, self.network = of, network

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        return self.of(2 * infrared - 1, 2 * visible - 1)


def _exported(of: Callable[[Tensor, Tensor], Tensor], network: Rival) -> onnx.ModelProto:
    """Trace a function of images in [-1, 1] that uses the network's weights."""
    buffer = io.BytesIO()
    images = torch.rand(2, 1, 1, 48, 32)
    free = {2: "height", 3: "width"}
    with _quiet():
        torch.onnx.export(
            _Function(of, network).eval(),
            (images[0], images[1]),
            buffer,  # type: ignore[arg-type]  # which takes it where dynamo is off
            input_names=list(IMAGES),
            output_names=["fused"],
            dynamic_axes=dict.fromkeys((*IMAGES, "fused"), free),
            opset_version=OPSET,
            dynamo=False,  # by tracing: the newer exporter needs more packages
        )
    return onnx.load_from_string(buffer.getvalue())


def _by_size(small: onnx.ModelProto, large: onnx.ModelProto, limit: int) -> onnx.ModelProto:
    """Choose a graph by the longer side of the images; their weights are shared by name."""
    graph = helper.make_graph([], "clfnet", small.graph.input, small.graph.output)
    weights = {tensor.name: tensor for each in (small, large) for tensor in each.graph.initializer}
    graph.initializer.extend(weights.values())
    graph.initializer.append(helper.make_tensor("limit", TensorProto.INT64, [1], [limit]))
    branches = {}
    for name, model in (("then_branch", large), ("else_branch", small)):
        prefix = name[:4]
        output = helper.make_tensor_value_info(f"{prefix}_fused", TensorProto.FLOAT, None)
        branches[name] = helper.make_graph(
            [_renamed(node, prefix, {*IMAGES, *weights}) for node in model.graph.node],
            name,
            [],
            [output],
        )
    graph.node.extend(
        [
            helper.make_node("Shape", ["infrared"], ["size"], start=2),
            helper.make_node("ReduceMax", ["size"], ["longest"]),  # (1, 1) of two
            helper.make_node("Greater", ["longest", "limit"], ["is_large"]),
            helper.make_node("If", ["is_large"], ["fused"], **branches),
        ]
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=small.ir_version
    )


def _renamed(node: onnx.NodeProto, prefix: str, kept: set[str]) -> onnx.NodeProto:
    """A node whose names begin with the prefix, but for those that are kept."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.name = ""
    for names in (copy.input, copy.output):
        for index, name in enumerate(names):
            if name and name not in kept:
                names[index] = f"{prefix}_{name}"
    return copy


def _widest(network: nn.Module) -> int:
    """Channels of the widest maps."""
    layers = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    return max(max(layer.in_channels, layer.out_channels) for layer in layers)


@contextmanager
def _quiet() -> Iterator[None]:
    """What torch says while it traces is of no use to a reader."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logger.setLevel(level)
