"""From a run to a model: safetensors for torch, ONNX for fusing, one entry in a manifest."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from clfnet.errors import OutputExistsError, WeightsError
from clfnet.io.files import refuse_existing, write_atomic
from clfnet.nn import CLFNet, ResBlock
from clfnet.nn.block import SLOPE
from clfnet.training.checkpoint import load_checkpoint, load_network, network_bytes
from clfnet.training.config import TrainConfig, as_tables
from clfnet.training.log import read_log
from clfnet.training.trainer import BEST, CHECKPOINT

_OPSET = 17
_IR_VERSION = 8  # what onnxruntime of 2023 reads too

Array = NDArray[np.float32]


def export_run(
    run: Path, output: Path, *, name: str = "clfnet", overwrite: bool = False
) -> list[Path]:
    """Write the best network of a run as a model.

    Args:
        run: the run's folder.
        output: the folder of NAME.onnx, NAME.safetensors and manifest.json, in which the entry
            NAME is added or replaced.
        name: what the model is called.
        overwrite: replace files and an entry that are there.

    Returns:
        The files written.

    Raises:
        WeightsError: if the run has no readable weights, or the manifest is damaged.
        OutputExistsError: if a file is there and `overwrite` is not set.
    """
    network = load_network(run / BEST)
    state = load_checkpoint(run / CHECKPOINT)
    files = {
        "onnx": onnx_graph(network).SerializeToString(),
        "safetensors": network_bytes(network),
    }
    manifest = output / "manifest.json"
    entries = _entries(manifest)
    if name in entries and not overwrite:
        raise OutputExistsError(
            f"{manifest} must not name {name} yet, but does. Allow replacing it (--overwrite)."
        )
    if not overwrite:
        for kind in files:
            refuse_existing(output / f"{name}.{kind}")
    written = []
    entry: dict[str, Any] = {}
    for kind, data in files.items():
        path = output / f"{name}.{kind}"
        write_atomic(path, data, overwrite=overwrite)
        entry[kind] = {"file": path.name, "sha256": hashlib.sha256(data).hexdigest()}
        written.append(path)
    entries[name] = entry | _card(network, state["config"], state["step"], run)
    write_atomic(manifest, (json.dumps(entries, indent=2) + "\n").encode(), overwrite=True)
    return [*written, manifest]


def onnx_graph(network: CLFNet) -> onnx.ModelProto:
    """The network as ONNX, batch norm folded; [0, 1] in and out, any H and W.

    The maps between [0, 1] and [-1, 1] are folded too: 2x − 1 into the first block, whose
    convolutions on the input are 1×1, and (tanh(y) + 1)/2 = sigmoid(2y) into the last.

    Returns:
        A model with inputs `infrared` and `visible` and output `fused`, float32, (1, 1, H, W).
    """
    graph = _Graph()
    features = [
        graph.chain(_blocks(encoder), source)
        for source, encoder in (
            ("infrared", network.infrared_encoder),
            ("visible", network.visible_encoder),
        )
    ]
    both = graph.node("Concat", features, axis=1)
    graph.chain(_blocks(network.decoder), both, last="fused")

    def image(name: str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, "height", "width"])

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "clfnet",
            [image("infrared"), image("visible")],
            [image("fused")],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="clfnet",
    )
    # each block on a path has one 3×3 convolution, which reaches a pixel further
    reach = len(_blocks(network.infrared_encoder)) + len(_blocks(network.decoder))
    helper.set_model_props(model, {"margin": str(reach)})
    onnx.checker.check_model(model, full_check=True)
    return model


class _Graph:
    """Nodes and weights, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, op: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        output = output or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def conv(self, x: str, weight: Array, bias: Array | None = None) -> str:
        """Add a convolution that keeps the size."""
        values = [weight] if bias is None else [weight, bias]
        names = [f"weight_{len(self.weights) + i}" for i in range(len(values))]
        self.weights += [
            numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name)
            for value, name in zip(values, names, strict=True)
        ]
        kernel = weight.shape[-1]
        return self.node("Conv", [x, *names], kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4)

    def chain(self, blocks: list[ResBlock], x: str, last: str = "") -> str:
        """Add ResBlocks; `last` names the output of the network's end, which is a sigmoid."""
        for index, block in enumerate(blocks):
            weight1, bias1 = _folded(block.conv1, block.norm1)
            weight3, bias3 = _folded(block.conv3, block.norm3)
            start, end = x in ("infrared", "visible"), bool(last) and index == len(blocks) - 1
            skip = _skip(block, scaled=start or end)
            skip_bias: Array | None = None
            if start:  # w·(2x − 1) = 2w·x − w, exact for 1×1
                bias1 = bias1 - weight1.sum((1, 2, 3))
                weight1 = 2 * weight1
                if skip is not None:
                    skip_bias = -skip.sum((1, 2, 3))
                    skip = 2 * skip
            if end:
                weight3, bias3 = 2 * weight3, 2 * bias3
                skip = None if skip is None else 2 * skip
            body = self.node("LeakyRelu", [self.conv(x, weight1, bias1)], alpha=SLOPE)
            body = self.conv(body, weight3, bias3)
            identity = x if skip is None else self.conv(x, skip, skip_bias)
            total = self.node("Add", [body, identity])
            x = (
                self.node("Sigmoid", [total], last)
                if end
                else self.node("LeakyRelu", [total], alpha=SLOPE)
            )
        return x


def _entries(manifest: Path) -> dict[str, Any]:
    """What a manifest holds already."""
    try:
        entries = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise WeightsError(f"{manifest} must be a manifest in JSON, but is not. Move it away.")
    return entries


def _blocks(part: nn.Module) -> list[ResBlock]:
    return [module for module in part.modules() if isinstance(module, ResBlock)]


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Array, Array]:
    """Weight and bias of the convolution that does what `conv` and then `norm` do."""
    assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101, PT018
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    weight = conv.weight.double() * scale[:, None, None, None]
    bias = norm.bias.double() - norm.running_mean.double() * scale
    return _array(weight), _array(bias)


def _skip(block: ResBlock, *, scaled: bool) -> Array | None:
    """The skip's kernel; None for an identity, unless it is `scaled` and thus needs one."""
    if isinstance(block.skip, nn.Conv2d):
        return _array(block.skip.weight)
    channels = block.conv1.in_channels
    return np.eye(channels, dtype=np.float32)[:, :, None, None] if scaled else None


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().cpu().numpy().astype(np.float32)
    return array


def _card(network: CLFNet, config: TrainConfig, step: int, run: Path) -> dict[str, Any]:
    """What a reader wants to know of the weights."""
    rows = [row for row in read_log(run / "log.csv") if row[1].startswith("validation ")]
    scores = {at: value for at, name, value in rows if name == "validation score"}
    best = max(scores, key=scores.__getitem__, default=step)  # the first of equals, as in training
    return {
        "parameters": sum(p.numel() for p in network.parameters()),
        "steps": best,
        "seed": config.run.seed,
        "data": f"{config.data.infrared}, {config.data.visible}",
        "held_out": list(config.data.held_out),
        "scores": {  # on the held-out pairs, stretched
            name.removeprefix("validation "): round(value, 6)
            for at, name, value in rows
            if at == best
        },
        "config": as_tables(config),
    }
