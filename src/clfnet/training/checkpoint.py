"""The whole state of a run in one file, written at once or not at all."""

import io
import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from clfnet.errors import WeightsError
from clfnet.io.files import write_atomic
from clfnet.training.config import TrainConfig, as_tables, parse

_FORMAT = 1
_KEYS = {"config", "step", "best", "objective", "optimizer"}


def save_checkpoint(
    path: Path,
    *,
    config: TrainConfig,
    step: int,
    best: float,
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write everything that the next step depends on.

    Crops, places and the learning rate are functions of the step's number, so no generator and no
    scheduler has a state to keep.

    Args:
        path: the file; a former checkpoint there is replaced.
        config: the recipe.
        step: how many steps are done.
        best: the best validation score so far, −inf before the first.
        objective: network and projection head.
        optimizer: Adam with its moments.
    """
    buffer = io.BytesIO()
    state = {
        "format": _FORMAT,
        "config": json.dumps(as_tables(config)),
        "step": step,
        "best": best,
        "objective": objective.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, buffer)
    write_atomic(path, buffer.getvalue(), overwrite=True)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; its "config" is a `TrainConfig` again.

    Only tensors and plain values are unpickled, never code.

    Raises:
        WeightsError: if there is none, or it is damaged or of another version.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is an error here anyway
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(
            f"{path} is not there. Give the folder of a run that has a checkpoint."
        ) from error
    except Exception as error:  # torch raises whatever damaged bytes lead to
        raise WeightsError(f"{path} is not a readable checkpoint. Start the run anew.") from error
    if not isinstance(state, dict) or state.get("format") != _FORMAT or not state.keys() >= _KEYS:
        raise WeightsError(f"{path} is not a checkpoint of this version. Start the run anew.")
    state["config"] = parse(json.loads(state["config"]))
    return state


def network_tensors(network: nn.Module) -> dict[str, Tensor]:
    """The network's weights and statistics, without torch's count of batches."""
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
