"""The whole state of a run in one file, written at once or not at all."""

import io
import json
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as safetensors_load
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn

from clfnet.errors import WeightsError
from clfnet.io.files import write_atomic
from clfnet.nn import CLFNet, FastNet, ProjectionHead
from clfnet.training.config import Recipe, as_tables, parse_any

_FORMAT = 1
_KEYS = {"config", "step", "best", "objective", "optimizer"}

Network = CLFNet | FastNet


def save_checkpoint(
    path: Path,
    *,
    config: Recipe,
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
        objective: the network and what is trained with it.
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
    """Read a checkpoint; its "config" is a recipe again.

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
    state["config"] = parse_any(json.loads(state["config"]))
    return state


def network_tensors(network: nn.Module) -> dict[str, Tensor]:
    """The network's weights and statistics, without torch's count of batches."""
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def network_bytes(network: Network) -> bytes:
    """The network as a safetensors file, from which `load_any_network` rebuilds it."""
    return safetensors_bytes(network_tensors(network), _sizes(network))


def load_network(path: Path) -> CLFNet:
    """Rebuild a full network from its safetensors file, in evaluation mode.

    Raises:
        WeightsError: if the file cannot be read or holds another network.
    """
    network = load_any_network(path)
    if not isinstance(network, CLFNet):
        raise WeightsError(f"{path} must hold the full network, but holds a student.")
    return network


def load_any_network(path: Path) -> Network:
    """Rebuild a network of either kind from its safetensors file, in evaluation mode.

    Raises:
        WeightsError: if the file cannot be read or holds another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            network = _untrained(file.metadata() or {})
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        missing, unknown = network.load_state_dict(tensors, strict=False)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())  # torch's messages have several lines
        raise WeightsError(f"{path} is not a readable network ({reason}).") from error
    missing = [key for key in missing if not key.endswith("num_batches_tracked")]
    if missing or unknown:
        what = f"lacks {missing[0]}" if missing else f"has {unknown[0]}"
        raise WeightsError(f"{path} {what} and more: it holds another network.")
    return network.eval()


def _sizes(network: Network) -> dict[str, str]:
    """What a safetensors file says of its network; one entry, for several have no fixed order."""
    if isinstance(network, CLFNet):
        return {"width": str(network.width)}
    return {"channels, blocks, factor": f"{network.channels}, {network.blocks}, {network.factor}"}


def _untrained(sizes: dict[str, str]) -> Network:
    """A network of these sizes."""
    student = sizes.get("channels, blocks, factor")
    if student is None:
        return CLFNet(int(sizes["width"]))
    channels, blocks, factor = map(int, student.split(","))
    return FastNet(channels, blocks, factor)


def load_head(path: Path) -> ProjectionHead:
    """Rebuild a head from its safetensors file, in evaluation mode.

    Raises:
        WeightsError: the file cannot be read or holds something else.
    """
    try:
        tensors = safetensors_load(path.read_bytes())
        hidden, inputs = tensors["first.weight"].shape
        head = ProjectionHead(inputs, hidden, len(tensors["second.bias"]))
        head.load_state_dict({"norm.num_batches_tracked": torch.tensor(0), **tensors})
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise WeightsError(f"{path} is not a readable projection head ({reason}).") from error
    return head.eval()
