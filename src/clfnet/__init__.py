"""Fuse an infrared and a visible image of one scene into a single image.

::

    import clfnet

    fused = clfnet.fuse("ir.png", "vis.png")        # paths or arrays; an array like the visible
    fuser = clfnet.Fuser(model="clfnet")            # for many pairs
    fused = fuser(infrared, visible)                # uint8, uint16 or float in [0, 1]
    table = clfnet.evaluate(infrared=dir_a, visible=dir_b, fused=[dir_c])
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from clfnet.errors import (
    AlignmentError,
    ClfnetError,
    ConfigError,
    ImageError,
    InputError,
    MissingExtraError,
    OutputExistsError,
    PairingError,
    SizeMismatchError,
    TrainingError,
    VideoError,
    WeightsError,
)
from clfnet.version import __version__

if TYPE_CHECKING:
    from clfnet.evaluation import evaluate
    from clfnet.inference.fuser import Fuser, fuse

__all__ = [
    "AlignmentError",
    "ClfnetError",
    "ConfigError",
    "Fuser",
    "ImageError",
    "InputError",
    "MissingExtraError",
    "OutputExistsError",
    "PairingError",
    "SizeMismatchError",
    "TrainingError",
    "VideoError",
    "WeightsError",
    "__version__",
    "evaluate",
    "fuse",
]

# ONNX Runtime 1.29 and newer tells its maker what is run, and writes to ~/.cache and /tmp, unless
# told not to before it is loaded. What is fused here is nobody else's business.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# Imported on first use, so that `import clfnet` is quick and `evaluate` alone asks for its extra.
_LAZY = {
    "Fuser": "clfnet.inference.fuser",
    "evaluate": "clfnet.evaluation",
    "fuse": "clfnet.inference.fuser",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'clfnet' has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
