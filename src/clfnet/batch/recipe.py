"""How the pairs of a run are fused: what a worker needs to know, and what a journal holds it to."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clfnet import weights
from clfnet.align import Rig
from clfnet.batch.mark import SUFFIXES
from clfnet.errors import ConfigError
from clfnet.inference.find import ONNX
from clfnet.inference.fuser import Fuser
from clfnet.io.image import check_depth
from clfnet.methods import METHODS
from clfnet.options import ALIGN, Compression, FuseOptions
from clfnet.version import __version__

_SPEED = ("threads", "memory", "compression")  # change how fast a result is there, not what it is


@dataclass(frozen=True)
class Recipe:
    """What is done to every pair.

    Attributes:
        options: of `clfnet.inference.fuser.Fuser`; a rig is there itself, not its file.
        suffix: of the outputs, one of `clfnet.batch.mark.SUFFIXES`.
        overwrite: replace files that another run left.
        digest: sha256 of the model's file; None for a classical rule.
        run: the journal's own name, which marks the outputs.
        scratch: a folder on the outputs' file system for files that are not complete; None where
            outputs are remote.
        session: tells this run of the driver from others: workers keep a model for one session.
    """

    options: dict[str, Any]
    suffix: str
    overwrite: bool
    digest: str | None
    run: str = ""
    scratch: str | None = None
    session: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def compression(self) -> Compression:
        """How outputs are coded."""
        return FuseOptions(**self.options).compression

    def fuser(self) -> Fuser:
        """Return what fuses.

        Raises:
            ConfigError: the model is another one here than where the run was started.
            ClfnetError: see `clfnet.inference.fuser.Fuser`.
        """
        model = self.options["model"]
        if _digest(model) != self.digest:
            raise ConfigError(
                f"`model` must be one model on all machines, but {model} differs between them. "
                f"Install one version everywhere."
            )
        return Fuser(**self.options)

    def described(self) -> dict[str, Any]:
        """Return all that results depend on, defaults included: plain values, ready for JSON."""
        told = vars(FuseOptions(**self.options)).copy()
        if isinstance(told["align"], Rig):
            told["align"] = _sha256(json.dumps(told["align"].as_dict()).encode())
        for name in _SPEED:
            del told[name]
        return told | {"format": self.suffix, "sha256": self.digest, "clfnet": __version__}


def make_recipe(options: Mapping[str, Any], *, suffix: str, overwrite: bool) -> Recipe:
    """Check options, and make what must be equal on all machines so.

    Args:
        options: of `clfnet.inference.fuser.Fuser`; plain values.
        suffix: of the outputs.
        overwrite: replace files that are there already.

    Raises:
        ConfigError: the format has no place for the mark, or 16 bits do not fit it.
        ClfnetError: see `clfnet.inference.fuser.Fuser`.
    """
    if suffix not in SUFFIXES:
        raise ConfigError(f"`format` must be one of {', '.join(SUFFIXES)}, got {suffix}.")
    check_depth(options.get("depth"), suffix, "`format`")
    kept = {"model": "clfnet", **options}
    kept["model"] = _everywhere(str(kept["model"]))
    align = kept.get("align", "needed")
    if not isinstance(align, Rig) and align not in ALIGN:
        kept["align"] = Rig.read(Path(align))
    recipe = Recipe(kept, suffix, overwrite, _digest(kept["model"]))
    recipe.fuser()  # whatever is wrong with an option shows here, before anything is begun
    return recipe


def _everywhere(model: str) -> str:
    """Return a model's name as it is, and a file's path as an absolute one."""
    if model in weights.load_manifest() or model in METHODS:
        return model
    prefix = ONNX if model.startswith(ONNX) else ""
    path = Path(model.removeprefix(prefix))
    return f"{prefix}{path.absolute()}" if path.exists() else model


def _digest(model: str) -> str | None:
    if model in METHODS:
        return None
    if model in (shipped := weights.load_manifest()):
        return shipped[model].onnx.sha256
    path = Path(model.removeprefix(ONNX))
    return _sha256(path.read_bytes()) if path.is_file() else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
