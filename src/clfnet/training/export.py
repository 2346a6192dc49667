"""From a run to a model: safetensors for torch, ONNX for fusing, one entry in a manifest."""

import hashlib
import json
from pathlib import Path
from typing import Any

from clfnet.errors import InputError, OutputExistsError, WeightsError
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.files import refuse_existing, write_atomic
from clfnet.nn import Network
from clfnet.training.checkpoint import load_checkpoint
from clfnet.training.config import Recipe, as_tables
from clfnet.training.log import read_log
from clfnet.training.network_file import find_network, network_bytes
from clfnet.training.networks import NETWORKS, Trainable, load_any_network
from clfnet.training.trainer import BEST, CHECKPOINT


def export_run(
    run: Path, output: Path, *, name: str = "clfnet", overwrite: bool = False
) -> list[Path]:
    """Write the best network of a run as a model, or as a part of one.

    Args:
        run: the run's folder.
        output: the folder of NAME.onnx, NAME.safetensors and manifest.json, in which the entry
            NAME is added or replaced. A head's files are NAME-explain.onnx and
            NAME-head.safetensors, and the entry is that of the model NAME, if there is one.
        name: what the model is called.
        overwrite: replace files and an entry that are there.

    Returns:
        The files written.

    Raises:
        WeightsError: if the run has no readable weights, or the manifest is damaged.
        OutputExistsError: if a file is there and `overwrite` is not set.
    """
    network = load_any_network(run / BEST)
    state = load_checkpoint(run / CHECKPOINT)
    config: Recipe = state["config"]
    trainable = NETWORKS[config.kind]
    files = dict(zip(("onnx", "safetensors"), trainable.files, strict=True))
    data = {
        files["onnx"].format(name): trainable.graph(network, config).SerializeToString(),
        files["safetensors"].format(name): network_bytes(network),
    }
    manifest = output / "manifest.json"
    entries = manifest_entries(manifest)
    there = entries.get(name, {}).get(trainable.part) if trainable.part else entries.get(name)
    if there is not None and not overwrite:
        what = f"{trainable.part} of {name}" if trainable.part else name
        raise OutputExistsError(
            f"{manifest} must not name {what} yet, but does. Allow replacing it (--overwrite)."
        )
    if not overwrite:
        for file in data:
            refuse_existing(output / file)
    written = []
    for file, content in data.items():
        write_atomic(output / file, content, overwrite=overwrite)
        written.append(output / file)
    sums = [
        {"file": file, "sha256": hashlib.sha256(content).hexdigest()}
        for file, content in data.items()
    ]
    card = _card(trainable, network, config, state["step"], run)
    if trainable.part and name not in entries:
        return written
    if trainable.part:
        entries[name][trainable.part] = {**sums[0], trainable.build.kind: sums[1], **card}
    else:
        entries[name] = {"onnx": sums[0], "safetensors": sums[1], **card}
    write_atomic(manifest, (json.dumps(entries, indent=2) + "\n").encode(), overwrite=True)
    return [*written, manifest]


def export_plain(
    model: str,
    output: Path,
    size: tuple[int, int],
    *,
    name: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a model as an ONNX graph for other runtimes: one size, no `If`, no `Shape`.

    Args:
        model: the folder of a run, a .safetensors file, or the name of a shipped model.
        output: the folder of the file, NAME-HxW.onnx.
        size: height and width of the images.
        name: what the model is called; as `model` by default.
        overwrite: replace a file that is there.

    Raises:
        WeightsError: there is no such model, its file is damaged, or it has no such graph.
        OutputExistsError: the file is there and `overwrite` is not set.
        InputError: `size` is out of range.
    """
    height, width = size
    if not 0 < height * width <= MAX_PIXELS:
        raise InputError(
            f"`size` must be HEIGHTxWIDTH of at most {MAX_PIXELS / 1e6:g} megapixels, got "
            f"{height}x{width}. Write e.g. 480x640."
        )
    network = load_any_network(Path(model) / BEST if Path(model).is_dir() else find_network(model))
    plain = NETWORKS[network.kind].plain
    if plain is None:
        able = ", ".join(kind for kind, each in NETWORKS.items() if each.plain)
        raise WeightsError(
            f"{model} must be one of {able} for a plain graph, but is {network.kind}. Leave out "
            f"--plain."
        )
    file = output / f"{name or Path(model).stem}-{height}x{width}.onnx"
    write_atomic(file, plain(network, size).SerializeToString(), overwrite=overwrite)
    return file


def manifest_entries(manifest: Path) -> dict[str, Any]:
    """What a manifest holds already; nothing if there is none.

    Raises:
        WeightsError: it is damaged.
    """
    try:
        entries = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise WeightsError(f"{manifest} must be a manifest in JSON, but is not. Move it away.")
    return entries


def _card(
    trainable: Trainable[Any, Any], network: Network, config: Recipe, step: int, run: Path
) -> dict[str, Any]:
    """What a reader wants to know of the weights."""
    rows = [row for row in read_log(run / "log.csv") if row[1].startswith("validation ")]
    scores = {at: value for at, name, value in rows if name == "validation score"}
    best = max(scores, key=scores.__getitem__, default=step)  # the first of equals, as in training
    return {
        "parameters": sum(p.numel() for p in network.parameters()),
        **trainable.card(network, config),
        "steps": best,
        "seed": config.run.seed,
        "data": ", ".join(config.data.folders),
        "held_out": list(config.data.held_out),
        "scores": {  # on the held-out pairs, stretched
            name.removeprefix("validation "): round(value, 6)
            for at, name, value in rows
            if at == best
        },
        "config": as_tables(config),
    }
