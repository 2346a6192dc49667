"""Checkpoints: the whole state of a run in one file, written whole or not at all."""

import io
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from clfnet.errors import WeightsError
from clfnet.io.files import write_atomic
from clfnet.training.config import Recipe, as_tables
from clfnet.training.digest import digest
from clfnet.training.networks import parse_any

_FORMAT = 2
_KEYS = {"config", "step", "best", "objective", "optimizers"}


def save_checkpoint(
    path: Path,
    *,
    config: Recipe,
    step: int,
    best: float,
    objective: nn.Module,
    optimizers: Sequence[torch.optim.Optimizer],
) -> None:
    """Write everything that the next step depends on, with its SHA-256.

    Crops, places and the learning rate are functions of the step's number, so no generator and no
    scheduler has a state to keep.

    Args:
        path: the file; a former checkpoint there is replaced.
        config: the recipe.
        step: how many steps are done.
        best: the best validation score so far, −inf before the first.
        objective: the network and what is trained with it.
        optimizers: Adam with its moments, one of each update of a step.
    """
    state = {
        "format": _FORMAT,
        "config": json.dumps(as_tables(config)),
        "step": step,
        "best": best,
        "objective": objective.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
    }
    state["sha256"] = digest(state)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomic(path, buffer.getvalue(), overwrite=True)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; its "config" is a recipe again.

    Only tensors and plain values are unpickled, never code.

    Raises:
        WeightsError: if there is none, or it is damaged or of another version.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is an error here anyway
            state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(
            f"{path} is not there. Give the folder of a run that has a checkpoint."
        ) from error
    except Exception as error:  # torch raises whatever damaged bytes lead to
        raise WeightsError(f"{path} is not a readable checkpoint. Start the run anew.") from error
    state = _checked(path, state)
    state["config"] = parse_any(json.loads(state["config"]))
    return state


def _checked(path: Path, state: Any) -> dict[str, Any]:
    """The state, if it is of a version that is known, and as it was written."""
    if isinstance(state, dict) and state.get("format") == 1 and "optimizer" in state:
        state["optimizers"] = [state.pop("optimizer")]  # by clfnet 0.1, which wrote no checksum
    elif not isinstance(state, dict) or state.get("format") != _FORMAT:
        raise _other_version(path)
    elif state.pop("sha256", None) != digest(state):
        raise WeightsError(f"{path} is damaged: its checksum does not match. Start the run anew.")
    if not state.keys() >= _KEYS:
        raise _other_version(path)
    return state


def _other_version(path: Path) -> WeightsError:
    return WeightsError(f"{path} is not a checkpoint of this version. Start the run anew.")
