"""A projection head for a network that has lost its own: what `clfnet explain` asks.

Training drops the head of Eq. (6), since fusing does not need it; Eq. (7)'s choice does. Here a new
one is trained by the same loss (Eq. 8) while the network stays as it is::

    python -m clfnet.training.head configs/head.toml -o src/clfnet/weights
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from rich.console import Console
from rich.progress import track
from safetensors.torch import save as safetensors_bytes

from clfnet.errors import ClfnetError, ConfigError, TrainingError
from clfnet.io.files import write_atomic
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.checkpoint import load_network, network_tensors
from clfnet.training.config import TrainConfig, as_tables, load
from clfnet.training.dataset import Crops, load_pairs
from clfnet.training.export import manifest_entries
from clfnet.training.graph import Graph, array, folded, image, res_blocks
from clfnet.training.objective import Objective
from clfnet.training.trainer import learning_rate

STRIDE = 4
"""Pixels between the places at which the graph compares."""

_VALIDATION = 25  # batches


def train_head(config: TrainConfig) -> tuple[Objective, dict[str, float]]:
    """Train a head for a frozen network.

    Args:
        config: the recipe. `model.start` is the network; of `loss`, only what concerns patchNCE
            counts.

    Returns:
        Network and head, in evaluation mode; "patch_nce" and "infrared_share" on crops of the
        held-out pairs (nothing if there are none).

    Raises:
        ConfigError: the recipe names no network, or has no contrastive term.
        InputError: the data cannot be used.
        WeightsError: `model.start` is not a network.
        TrainingError: the loss is not finite.
    """
    if not config.model.start or not config.loss.lambda1 or not config.run.steps:
        raise ConfigError(
            "`model.start`, `loss.lambda1` and `run.steps` must be given for a head, got "
            f"{config.model.start!r}, {config.loss.lambda1} and {config.run.steps}."
        )
    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    pairs, held_out = load_pairs(config.data)
    torch.manual_seed(config.run.seed)
    objective = Objective(config)
    objective.network.load_state_dict(load_network(Path(config.model.start)).state_dict())
    objective.network.requires_grad_(False).eval()
    _fit(objective, Crops(pairs, config.data, config.run.seed))
    objective.eval()
    return objective, _measure(objective, held_out and Crops(held_out, config.data, 0))


def _fit(objective: Objective, crops: Crops) -> None:
    config, head = objective.config, _head(objective)
    optimizer = torch.optim.Adam(head.parameters(), config.optimizer.learning_rate)
    steps = range(config.run.steps)
    for step in track(steps, "head", console=Console(stderr=True), transient=True):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config.optimizer, step, config.run.steps)
        loss = _terms(objective, crops, step)["patch_nce"]
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss must be finite, got {loss.item()} at step {step}. "
                f"Lower `optimizer.learning_rate`."
            )
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()


@torch.inference_mode()
def _measure(objective: Objective, crops: Crops | list[Any]) -> dict[str, float]:
    if not crops:
        return {}
    terms = [_terms(objective, crops, step) for step in range(_VALIDATION)]  # type: ignore[arg-type]
    return {
        name: round(sum(float(each[name]) for each in terms) / len(terms), 4)
        for name in ("patch_nce", "infrared_share")
    }


def _terms(objective: Objective, crops: Crops, step: int) -> dict[str, torch.Tensor]:
    run, data = objective.config.run, objective.config.data
    infrared, visible = crops.batch(step * run.batch, run.batch)
    order = torch.randperm(data.crop**2, generator=torch.Generator().manual_seed(step))
    terms: dict[str, torch.Tensor] = objective(
        infrared, visible, order[: objective.config.loss.samples]
    )
    return terms


def _head(objective: Objective) -> ProjectionHead:
    assert objective.head is not None  # noqa: S101 -- `train_head` has seen to λ1
    return objective.head


def explain_graph(
    network: CLFNet, head: ProjectionHead, *, stride: int = STRIDE
) -> onnx.ModelProto:
    """Eq. (7)'s two cosines as ONNX, at every `stride`-th pixel from the first.

    Returns:
        A model with inputs `infrared`, `visible` and `fused`, (1, 1, H, W) in [0, 1], and outputs
        `infrared_cosine` and `visible_cosine`, (1, 1, ⌈H / stride⌉, ⌈W / stride⌉). Its metadata has
        `stride` and `margin`, how far in pixels a cosine depends on the images.
    """
    graph = Graph()
    encoders = {"infrared": network.infrared_encoder, "visible": network.visible_encoder}
    weight1, bias1 = folded(head.first, head.norm)
    weight2, bias2 = array(head.second.weight), array(head.second.bias)
    for source, encoder in encoders.items():
        both = graph.node("Concat", [source, "fused"], axis=0)  # (2, 1, H, W)
        x = graph.chain(res_blocks(encoder), both, images=True)  # (2, 4w, H, W)
        x = graph.conv(x, weight1[..., None, None], bias1, stride=stride)
        x = graph.node("LeakyRelu", [x], alpha=head.activation.negative_slope)
        x = graph.conv(x, weight2[..., None, None], bias2)  # (2, D, h, w)
        _cosine(graph, x, f"{source}_cosine")
    return graph.model(
        [image(name) for name in (*encoders, "fused")],
        [image(f"{source}_cosine", "rows", "columns") for source in encoders],
        margin=len(res_blocks(network.infrared_encoder)),  # a 3×3 convolution in each
        stride=stride,
    )


def _cosine(graph: Graph, pair: str, output: str) -> None:
    """Add the cosine of the two vectors (2, D, h, w) at each place."""
    norm = graph.node("ReduceL2", [pair], axes=[1], keepdims=1)
    least = graph.weight(np.array([1e-8], np.float32))
    unit = graph.node("Div", [pair, graph.node("Max", [norm, least])])  # (2, D, h, w)
    product = graph.node("ReduceProd", [unit], axes=[0], keepdims=1)  # (1, D, h, w)
    graph.node("ReduceSum", [product, graph.weight(np.array([1]))], output, keepdims=1)


def write_head(
    objective: Objective, held_out: dict[str, float], folder: Path, *, name: str = "clfnet"
) -> list[Path]:
    """Write NAME-explain.onnx and NAME-head.safetensors, and tell the manifest if it has NAME.

    Args:
        objective: network and head.
        held_out: what `train_head` measured.
        folder: of the model; files of a former head there are replaced.
        name: the model's.

    Returns:
        The files written.
    """
    head = _head(objective)
    graph = explain_graph(objective.network, head).SerializeToString()
    weights = safetensors_bytes(network_tensors(head))
    entry: dict[str, Any] = {}
    paths = folder / f"{name}-explain.onnx", folder / f"{name}-head.safetensors"
    for path, data, part in zip(paths, (graph, weights), (entry, {}), strict=True):
        write_atomic(path, data, overwrite=True)
        part |= {"file": path.name, "sha256": hashlib.sha256(data).hexdigest()}
        entry["head"] = part
    entry |= {"scores": held_out, "config": as_tables(objective.config)}
    manifest = folder / "manifest.json"
    entries = manifest_entries(manifest)
    if name not in entries:
        return [*paths]
    entries[name]["explain"] = entry
    write_atomic(manifest, (json.dumps(entries, indent=2) + "\n").encode(), overwrite=True)
    return [*paths, manifest]


def main() -> None:
    """Train by a recipe and write into a model's folder."""
    parser = argparse.ArgumentParser(prog="python -m clfnet.training.head", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the model")
    parser.add_argument("--name", default="clfnet", help="the model's name")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    arguments = parser.parse_args()
    try:
        trained = train_head(load(arguments.recipe, arguments.set))
        for path in write_head(*trained, arguments.output, name=arguments.name):
            sys.stdout.write(f"{path}\n")
    except ClfnetError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
