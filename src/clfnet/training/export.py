"""From a run to a model: safetensors for torch, ONNX for fusing, one entry in a manifest."""

import hashlib
import json
from pathlib import Path
from typing import Any

import onnx

from clfnet.errors import OutputExistsError, WeightsError
from clfnet.io.files import refuse_existing, write_atomic
from clfnet.nn import FastNet
from clfnet.training.checkpoint import Network, load_any_network, load_checkpoint, network_bytes
from clfnet.training.config import DistillConfig, Recipe, as_tables
from clfnet.training.fast_graph import fast_graph
from clfnet.training.full_graph import full_graph
from clfnet.training.log import read_log
from clfnet.training.trainer import BEST, CHECKPOINT


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
    network = load_any_network(run / BEST)
    state = load_checkpoint(run / CHECKPOINT)
    files = {
        "onnx": _graph(network).SerializeToString(),
        "safetensors": network_bytes(network),
    }
    manifest = output / "manifest.json"
    entries = manifest_entries(manifest)
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


def _graph(network: Network) -> onnx.ModelProto:
    return fast_graph(network) if isinstance(network, FastNet) else full_graph(network)


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


def _card(network: Network, config: Recipe, step: int, run: Path) -> dict[str, Any]:
    """What a reader wants to know of the weights."""
    rows = [row for row in read_log(run / "log.csv") if row[1].startswith("validation ")]
    scores = {at: value for at, name, value in rows if name == "validation score"}
    best = max(scores, key=scores.__getitem__, default=step)  # the first of equals, as in training
    card: dict[str, Any] = {"parameters": sum(p.numel() for p in network.parameters())}
    if isinstance(network, FastNet):
        card["multiply_adds"] = network.multiply_adds  # per pixel
    if isinstance(config, DistillConfig):
        card["teacher"] = config.teacher.model
        folders = [*config.data.infrared, *config.data.visible]
    else:
        folders = [config.data.infrared, config.data.visible]
    return card | {
        "steps": best,
        "seed": config.run.seed,
        "data": ", ".join(folders),
        "held_out": list(config.data.held_out),
        "scores": {  # on the held-out pairs, stretched
            name.removeprefix("validation "): round(value, 6)
            for at, name, value in rows
            if at == best
        },
        "config": as_tables(config),
    }
