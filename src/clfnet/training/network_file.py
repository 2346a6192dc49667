"""Networks as safetensors files that say what they hold, so that they can be rebuilt from them."""

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, overload

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor, nn
from torch.nn.utils import parametrize

from clfnet import weights
from clfnet.errors import WeightsError, one_line
from clfnet.io.files import open_input
from clfnet.nn import CLFNet, FastNet, Network, ProjectionHead
from clfnet.training.digest import digest

AnyNetwork = TypeVar("AnyNetwork", bound=Network)

_ENTRY = "network"
"""The only entry of the metadata, for several have no fixed order in the file."""

_COUNTER = "num_batches_tracked"  # of batch norm, which nothing here reads


class NetworkFile(NamedTuple):
    """What a file holds: the network's kind, its sizes and its tensors."""

    kind: str
    sizes: dict[str, int | str]
    tensors: dict[str, Tensor]


def network_tensors(network: nn.Module) -> dict[str, Tensor]:
    """The network's weights and statistics, without torch's count of batches.

    Weights that are computed from others in training, e.g. divided by their spectral norm, are
    those that the network uses.
    """
    training = network.training
    network.eval()  # in which looking at such a weight changes nothing
    with torch.no_grad():
        computed = {
            f"{path}.{name}": getattr(module, name)
            for path, module in network.named_modules()
            if parametrize.is_parametrized(module)
            for name in module.parametrizations
        }
    network.train(training)
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in (network.state_dict() | computed).items()
        if not name.endswith(_COUNTER) and ".parametrizations." not in name
    }


def network_bytes(network: Network) -> bytes:
    """The network as a safetensors file, from which `load_network` rebuilds it."""
    tensors = network_tensors(network)
    entry = {"kind": network.kind, "sizes": network.sizes}
    entry["sha256"] = digest([entry, tensors])
    return safetensors_bytes(tensors, {_ENTRY: json.dumps(entry)})


def holds_network(path: Path) -> bool:
    """Tell whether a file is one of safetensors that says what network it holds."""
    try:
        with open_input(path), safe_open(path, framework="pt") as file:
            return _ENTRY in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def read_network(path: Path) -> NetworkFile:
    """Read what a file holds.

    Raises:
        WeightsError: it cannot be read, holds no network, or its bytes are not those written.
    """
    try:
        with open_input(path), safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        kind, sizes = _described(metadata, tensors)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise _unreadable(path, error) from error
    return NetworkFile(kind, sizes, tensors)


def rebuild(path: Path, held: NetworkFile, network: type[AnyNetwork]) -> AnyNetwork:
    """Make the network that a file holds, in evaluation mode.

    Raises:
        WeightsError: its sizes or tensors are not those of such a network.
    """
    try:
        made = network(**held.sizes)
        missing, unknown = made.load_state_dict(held.tensors, strict=False)
    except (TypeError, ValueError, RuntimeError) as error:
        raise _unreadable(path, error) from error
    missing = [key for key in missing if not key.endswith(_COUNTER)]
    if missing or unknown:
        what = f"lacks {missing[0]}" if missing else f"has {unknown[0]}"
        raise WeightsError(f"{path} {what} and more: it holds another network.")
    return made.eval()


def find_network(model: str | Path) -> Path:
    """Find a model's weights for torch.

    Args:
        model: a safetensors file; the name of a shipped model; or NAME.onnx, beside which
            `clfnet export` writes NAME.safetensors.

    Raises:
        WeightsError: there is no such model, it has no such file, or the file is damaged.
    """
    if Path(model).suffix == ".safetensors":
        return Path(model)
    found = weights.find(model)
    beside = found.onnx.path.with_suffix(".safetensors")
    if found.safetensors is not None:
        found.safetensors.read()  # to hold it against its checksum
        return found.safetensors.path
    if beside.is_file():
        return beside
    raise WeightsError(
        f"`model` must have its weights beside it, but there is no {beside}. They cannot be had "
        f"from the .onnx file; export the run again."
    )


@overload
def load_network(path: Path) -> CLFNet: ...


@overload
def load_network(path: Path, network: type[AnyNetwork]) -> AnyNetwork: ...


def load_network(path: Path, network: type[Network] = CLFNet) -> Network:
    """Rebuild a network of a known kind from its file, in evaluation mode.

    Args:
        path: a safetensors file.
        network: its class.

    Raises:
        WeightsError: if the file cannot be read or holds another network.
    """
    held = read_network(path)
    if held.kind != network.kind:
        raise WeightsError(f"{path} must hold a network {network.kind!r}, but holds {held.kind!r}.")
    return rebuild(path, held, network)


def _described(
    metadata: dict[str, str], tensors: dict[str, Tensor]
) -> tuple[str, dict[str, int | str]]:
    """Kind and sizes that a file states."""
    if _ENTRY not in metadata:
        return _described_until_0_1(metadata, tensors)
    entry: dict[str, Any] = json.loads(metadata[_ENTRY])
    if entry.pop("sha256") != digest([entry, tensors]):
        raise ValueError("its checksum does not match: it is damaged or was changed")
    return str(entry["kind"]), dict(entry["sizes"])


def _described_until_0_1(
    metadata: dict[str, str], tensors: dict[str, Tensor]
) -> tuple[str, dict[str, int | str]]:
    """Of a file by clfnet 0.1, which stated sizes alone, and of a head nothing."""
    if "width" in metadata:
        return CLFNet.kind, {"width": int(metadata["width"])}
    if "channels, blocks, factor" in metadata:
        channels, blocks, factor = map(int, metadata["channels, blocks, factor"].split(","))
        return FastNet.kind, {"channels": channels, "blocks": blocks, "factor": factor}
    hidden, inputs = tensors["first.weight"].shape
    outputs = len(tensors["second.bias"])
    return ProjectionHead.kind, {"inputs": inputs, "hidden": hidden, "outputs": outputs}


def _unreadable(path: Path, error: Exception) -> WeightsError:
    return WeightsError(f"{path} is not a readable network ({one_line(error)}).")
