"""The shipped models: what there is, and their bytes, verified.

`manifest.json` lies beside the model files and says what each model is::

    {"clfnet": {"onnx": {"file": "clfnet.onnx", "sha256": "..."},
                "safetensors": {"file": "clfnet.safetensors", "sha256": "..."},
                "explain": {"file": "clfnet-explain.onnx", "sha256": "...", ...},
                "parameters": 190120,
                "config": {...}, "data": "...", "seed": 0, "scores": {...}}}

The ONNX graph has the inputs `infrared` and `visible` and the output `fused`, all float32 of shape
(1, 1, H, W), any H and W, in [0, 1]. What `explain` names, if there is such an entry, is what
`clfnet explain` runs; see `clfnet.graphs.explain_graph`.

The folder `rivals` has a manifest of its own, of networks of the literature that were trained here.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clfnet.errors import WeightsError, did_you_mean, one_line
from clfnet.io.files import open_input

_MOST_MANIFEST = 2**22  # bytes
MANIFEST = Path(__file__).with_name("manifest.json")
"""The list of shipped models."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: where it is.
        sha256: what its bytes must hash to; None for a user's own file.
    """

    path: Path
    sha256: str | None = None

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            WeightsError: the file is not there, cannot be read or does not match its checksum.
        """
        try:
            with open_input(self.path) as file:
                data = file.read()
        except OSError as error:
            raise WeightsError(
                f"{self.path} must be a model file, but {(error.strerror or str(error)).lower()}."
            ) from error
        if self.sha256 is not None and hashlib.sha256(data).hexdigest() != self.sha256:
            raise WeightsError(
                f"{self.path} must have the sha256 {self.sha256}, but has another: it is damaged "
                f"or was changed. Install clfnet, or export the model, again."
            )
        return data


@dataclass(frozen=True)
class Model:
    """A model that can be asked for.

    Attributes:
        name: what it is called.
        onnx: what fusing runs.
        safetensors: the same weights for torch; None for a user's own ONNX file.
        card: the rest of its manifest entry: parameters, config, data, seed, scores, ...
        explain: what explaining runs; None where there is no such graph.
    """

    name: str
    onnx: ModelFile
    safetensors: ModelFile | None
    card: dict[str, Any]
    explain: ModelFile | None = None


def load_manifest(manifest: Path | None = None) -> dict[str, Model]:
    """Read the shipped models.

    Args:
        manifest: another manifest file; its model files lie beside it.

    Returns:
        Name: model, in the order of the file, and then those of `rivals` beside it, if there is
        such a folder.

    Raises:
        WeightsError: a manifest cannot be read or lacks an entry.
    """
    path = manifest or MANIFEST
    further = path.parent / "rivals" / path.name
    return _read(path) | (_read(further) if further.is_file() else {})


def _read(path: Path) -> dict[str, Model]:
    try:
        with open_input(path) as file:
            entries = json.loads(file.read(_MOST_MANIFEST))
        return {name: _model(name, entry, path.parent) for name, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"{path} must list the models as JSON, but does not "
            f"({type(error).__name__}: {one_line(error)}). "
            f"Install clfnet again."
        ) from error


def find(model: str | Path, manifest: Path | None = None) -> Model:
    """Find a model by its name, or take an ONNX file as one.

    If a `manifest.json` beside the file lists it, as `clfnet export` writes it, that says what its
    bytes must hash to, and what explains it.

    Args:
        model: the name of a shipped model, or the path of an .onnx file NAME.onnx; a file
            NAME-explain.onnx beside it belongs to it.
        manifest: another manifest file.

    Raises:
        WeightsError: there is no such model, or the manifest beside it is damaged.
    """
    shipped = load_manifest(manifest)
    if isinstance(model, str) and model in shipped:
        return shipped[model]
    path = Path(model)
    if path.suffix == ".safetensors":
        raise WeightsError(
            f"`model` must be a name or an .onnx file, got {path}. "
            f"Make one from it with: clfnet export"
        )
    if path.suffix == ".onnx" or path.is_file():
        listed = _listed(path)
        if listed is not None:
            return replace(listed, name=path.stem)
        beside = path.with_name(f"{path.stem}-explain.onnx")
        explain = ModelFile(beside) if beside.is_file() else None
        return Model(path.stem, ModelFile(path), None, {}, explain)
    raise WeightsError(
        f"`model` must be {_choices(shipped)} or the path of an .onnx file, got {str(model)!r}. "
        f"{did_you_mean(str(model), shipped, 'List the models with: clfnet models')}"
    )


def _listed(path: Path) -> Model | None:
    """The model of which a file is, if a manifest beside it lists the file."""
    manifest = path.with_name(MANIFEST.name)
    if not manifest.is_file():
        return None
    try:
        entries = json.loads(manifest.read_text("utf-8"))
        if not isinstance(entries, dict):  # another program's file of that name
            return None
        for name, entry in entries.items():
            if isinstance(entry, dict) and _file_of(entry) == path.name:
                return _model(name, entry, path.parent)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{manifest} must list models as JSON, but does not ({type(error).__name__}: {error}). "
            "Export the model again, or move that file away."
        ) from error
    return None


def _file_of(entry: dict[str, Any]) -> str | None:
    """The ONNX file that an entry names, if it is an entry of ours."""
    onnx = entry.get("onnx")
    return onnx.get("file") if isinstance(onnx, dict) else None


def _model(name: str, entry: dict[str, Any], folder: Path) -> Model:
    def file(kind: str) -> ModelFile:
        return ModelFile(folder / Path(entry[kind]["file"]).name, str(entry[kind]["sha256"]))

    files = ("onnx", "safetensors", "explain")
    card = {key: value for key, value in entry.items() if key not in files}
    explain = file("explain") if "explain" in entry else None
    return Model(name, file("onnx"), file("safetensors"), card, explain)


def _choices(models: dict[str, Model]) -> str:
    return "one of " + ", ".join(map(repr, models)) if models else "a name (none is shipped yet)"
