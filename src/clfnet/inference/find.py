"""From what a user writes to a method: shipped models, classical rules, ONNX files, folders."""

import logging
import os
from pathlib import Path
from typing import Any

from clfnet import weights
from clfnet.errors import ConfigError, InputError, WeightsError, did_you_mean
from clfnet.inference.tiling import InTiles, in_tiles
from clfnet.method import FusionMethod
from clfnet.methods import METHODS, Published
from clfnet.methods.published import PREFIX

ONNX = "onnx:"
"""What a specification of a foreign ONNX file begins with."""

LITERATURE = frozenset(
    {"densefuse", "fusiongan", "ganmcc", "ifcnn", "ifsepr", "pmgi", "rfn_nest", "stdfusionnet"}
    | {"u2fusion"}
)
"""Networks of `clfnet.nn.rivals`, which torch alone could list; some are shipped."""

_FILES = {".onnx", ".safetensors"}

_log = logging.getLogger(__name__)


def find_method(
    spec: str | os.PathLike[str],
    *,
    threads: int | None = None,
    memory: int | None = None,
    backend: str = "onnxruntime",
    device: str = "cpu",
) -> FusionMethod:
    """Find what fuses, in tiles wherever the method's reach is known.

    ================ ==============================================================================
    a shipped model  e.g. `clfnet`
    a classical rule a name of `clfnet.methods.METHODS`, e.g. `laplacian`
    FILE.onnx        a model made by `clfnet export`
    onnx:FILE        any ONNX graph of two images to one, with what `AnyOnnx.parse` takes after it
    ================ ==============================================================================

    Args:
        spec: one of these; a path object is a model made by `clfnet export`.
        threads: how many CPU threads a model may use; all cores by default.
        memory: how many bytes the tiles in work may take, beside the images; by default, per
            thread, those of 65,536 pixels, 192 MiB of the paper's network, and at least 64 MiB.
        backend: what runs a shipped or exported model, "onnxruntime" or "openvino".
        device: where a network runs; see `clfnet.inference.device.find_device`.

    Raises:
        WeightsError: there is no such model or rule, or its file is damaged or of another kind.
        InputError: it is a folder of published results, which cannot fuse.
        MissingExtraError: a classical rule or the backend needs an extra that is not installed.
        ConfigError: `threads` is below 1, `memory` too little, or there is no such backend or
            device.

    Example:
        >>> find_method("maximum").name
        'maximum'
    """
    method = _found(spec, threads=threads, backend=backend, device=device)
    tiled = in_tiles(method, threads=threads, memory=memory)
    if memory is not None and not isinstance(tiled, InTiles):
        _log.warning("%s sees an image as a whole: memory is not bounded.", method.name)
    return tiled


def _found(
    spec: str | os.PathLike[str], *, threads: int | None, backend: str, device: str
) -> FusionMethod:
    if isinstance(spec, str):
        if spec.startswith(PREFIX):
            raise InputError(
                f"`model` must be able to fuse, got {spec}, a folder of results. "
                f"Score them with: clfnet evaluate --fused {spec.removeprefix(PREFIX)}"
            )
        if spec.startswith(ONNX):
            from clfnet.inference.any_onnx import AnyOnnx  # ONNX Runtime takes long to import

            return AnyOnnx.parse(spec.removeprefix(ONNX), threads=threads, device=device)
        if spec in METHODS:
            return _on_cpu(METHODS[spec](), device)
        _check_name(spec)
    return _exported(spec, threads=threads, backend=backend, device=device)


def find_compared(spec: str, *, threads: int | None = None) -> FusionMethod | Published:
    """Find what a table compares: as `find_method`, or the results in `published:DIR`.

    Raises:
        PairingError: DIR is no folder.
        WeightsError: see `find_method`.
        MissingExtraError: see `find_method`.
        ConfigError: `threads` is below 1.
    """
    return Published.parse(spec) if spec.startswith(PREFIX) else find_method(spec, threads=threads)


def _on_cpu(rule: FusionMethod, device: str) -> FusionMethod:
    if device not in ("auto", "cpu"):
        raise ConfigError(
            f"`device` must be cpu for the rule {rule.name}, which is no network, got {device}. "
            f"Leave it out."
        )
    return rule


def _check_name(spec: str) -> None:
    """Refuse what is neither a shipped model nor a file, and say what is near."""
    names = [*weights.load_manifest(), *METHODS]
    if spec in names or Path(spec).suffix in _FILES or Path(spec).is_file():
        return
    if spec in LITERATURE:
        raise WeightsError(
            f"`model` must have weights, and none of {spec} are shipped. Make a model with clfnet "
            f"convert or clfnet train, and name its .onnx file; see docs/methods/{spec}.md"
        )
    raise WeightsError(
        f"`model` must be one of {', '.join(map(repr, names))}, the path of an .onnx file or "
        f"onnx:FILE, got {spec!r}. "
        f"{did_you_mean(spec, names, 'See: clfnet models')}"
    )


def _exported(spec: str | os.PathLike[str], **options: Any) -> FusionMethod:
    from clfnet.inference.backend import OnnxMethod  # ONNX Runtime takes long to import

    found = weights.find(spec if isinstance(spec, str) else Path(spec))
    return OnnxMethod(found.onnx.read(), name=found.name, **options)
