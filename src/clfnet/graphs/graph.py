"""What the ONNX graphs of this project are built of: ResBlocks with their batch norm folded."""

from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from clfnet.nn import ResBlock
from clfnet.nn.block import SLOPE

_OPSET = 17
_IR_VERSION = 8  # what onnxruntime of 2023 reads too

Array = NDArray[np.float32]


class Graph:
    """Nodes and weights, as they are added.

    Args:
        prefix: of every name, so that the branches of a graph have none in common.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.shapes: list[onnx.ValueInfoProto] = []

    def node(self, op: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        output = output or f"{self.prefix}{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def rename(self, output: str, name: str) -> str:
        """Give the output of a node, which no node takes yet, another name; return that."""
        (node,) = (node for node in self.nodes if output in node.output)
        node.output[list(node.output).index(output)] = name
        return name

    def weight(self, value: Array | NDArray[np.int64]) -> str:
        """Add a constant, unless it is there already; return its name."""
        tensor = numpy_helper.from_array(np.ascontiguousarray(value))
        for known in self.weights:
            if (known.data_type, known.dims, known.raw_data) == (
                tensor.data_type,
                tensor.dims,
                tensor.raw_data,
            ):
                return known.name
        tensor.name = f"{self.prefix}weight_{len(self.weights)}"
        self.weights.append(tensor)
        return tensor.name

    def conv(self, x: str, weight: Array, bias: Array | None = None, *, stride: int = 1) -> str:
        """Add a convolution that keeps the size, or every `stride`-th place from the first."""
        values = [weight] if bias is None else [weight, bias]
        names = [self.weight(value) for value in values]
        kernel = [*weight.shape[2:]]
        attributes: dict[str, Any] = {
            "kernel_shape": kernel,
            "pads": [side // 2 for side in kernel] * 2,
        }
        if stride > 1:
            attributes["strides"] = [stride, stride]
        return self.node("Conv", [x, *names], **attributes)

    def chain(
        self, blocks: list[ResBlock], x: str, *, images: bool = False, end: bool = False
    ) -> str:
        """Add ResBlocks.

        Args:
            blocks: in order.
            x: what they take.
            images: `x` is in [0, 1], and they expect [-1, 1]: the map is folded into the first.
            end: they end the network, in a sigmoid.

        Returns:
            The name of the output.
        """
        for index, block in enumerate(blocks):
            last = end and index == len(blocks) - 1
            weight1, bias1, weight3, bias3, skip, skip_bias = folded_block(
                block, images=images and index == 0, end=last
            )
            body = self.node("LeakyRelu", [self.conv(x, weight1, bias1)], alpha=SLOPE)
            body = self.conv(body, weight3, bias3)
            identity = x if skip is None else self.conv(x, skip, skip_bias)
            total = self.node("Add", [body, identity])
            x = (
                self.node("Sigmoid", [total])
                if last
                else self.node("LeakyRelu", [total], alpha=SLOPE)
            )
        return x

    def branch(self, output: str, height: str = "height", width: str = "width") -> onnx.GraphProto:
        """Return the graph as a branch: its inputs are those of the graph around it."""
        outputs = [image(output, height, width)]
        return helper.make_graph(
            self.nodes, "branch", [], outputs, self.weights, value_info=self.shapes
        )

    def model(
        self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto], **facts: int
    ) -> onnx.ModelProto:
        """Return the graph as a checked model; `facts` become its metadata."""
        graph = helper.make_graph(self.nodes, "clfnet", inputs, outputs, self.weights)
        opsets = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="clfnet"
        )
        helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
        onnx.checker.check_model(model, full_check=True)
        return model


def image(
    name: str, height: str | int = "height", width: str | int = "width"
) -> onnx.ValueInfoProto:
    """Declare an input or output: float32, (1, 1, H, W); any H and W unless they are numbers."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, height, width])


def res_blocks(part: nn.Module) -> list[ResBlock]:
    """The ResBlocks of an encoder or a decoder, in order."""
    return [module for module in part.modules() if isinstance(module, ResBlock)]


def folded(
    layer: nn.Conv2d | nn.Linear, norm: nn.BatchNorm2d | nn.BatchNorm1d
) -> tuple[Array, Array]:
    """Weight and bias of the layer that does what `layer` and then `norm` do."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101, PT018
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    weight = layer.weight.double() * scale.reshape(-1, *[1] * (layer.weight.ndim - 1))
    shift = 0.0 if layer.bias is None else layer.bias.double()
    bias = norm.bias.double() + (shift - norm.running_mean.double()) * scale
    return array(weight), array(bias)


class FoldedBlock(NamedTuple):
    """What a ResBlock's three convolutions are in use; no `skip` is the identity."""

    weight1: Array
    bias1: Array
    weight3: Array
    bias3: Array
    skip: Array | None
    skip_bias: Array | None


def folded_block(block: ResBlock, *, images: bool = False, end: bool = False) -> FoldedBlock:
    """Fold a block's batch norm.

    Args:
        block: as trained.
        images: the block is given images in [0, 1] and expects [-1, 1]: fold that in.
        end: (tanh(y) + 1)/2 = sigmoid(2y) is wanted of the block's sum y: give 2y.
    """
    weight1, bias1 = folded(block.conv1, block.norm1)
    weight3, bias3 = folded(block.conv3, block.norm3)
    skip = _skip(block, scaled=images or end)
    skip_bias: Array | None = None
    if images:  # w·(2x − 1) = 2w·x − w, exact for 1×1
        bias1 = bias1 - weight1.sum((1, 2, 3))
        weight1 = 2 * weight1
        if skip is not None:
            skip_bias = -skip.sum((1, 2, 3))
            skip = 2 * skip
    if end:
        weight3, bias3 = 2 * weight3, 2 * bias3
        skip = None if skip is None else 2 * skip
    return FoldedBlock(weight1, bias1, weight3, bias3, skip, skip_bias)


def _skip(block: ResBlock, *, scaled: bool) -> Array | None:
    """The skip's kernel; None for an identity, unless it is `scaled` and thus needs one."""
    if isinstance(block.skip, nn.Conv2d):
        return array(block.skip.weight)
    channels = block.conv1.in_channels
    return np.eye(channels, dtype=np.float32)[:, :, None, None] if scaled else None


def array(tensor: Tensor) -> Array:
    """The tensor's values, float32."""
    values: Array = tensor.detach().cpu().numpy().astype(np.float32)
    return values
