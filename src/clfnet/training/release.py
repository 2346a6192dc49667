"""An author's tensors for a network of our own: by shape and order, whatever their names.

Names, files and layouts differ from release to release; but every layer has a weight of its shape,
and layers of one shape come in the order in which the paper describes them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load as safetensors_load
from torch import nn

from clfnet.errors import ConfigError, MissingExtraError, WeightsError, one_line
from clfnet.io.bundle import is_bundle, read_bundle
from clfnet.io.files import open_input
from clfnet.nn.rivals import RIVALS, Rival
from clfnet.training.network_file import holds_network, load_network

Array = NDArray[Any]

_OPTIMISER = re.compile(
    r"/(Adam|RMSProp|Momentum|ExponentialMovingAverage)(_\d+)?$|(^|/)(optimizer|beta\d_power)"
)
"""Names of tensors that only training needs."""

_ORDER: Mapping[str, tuple[str, ...]] = {
    "densefuse": ("encoder", "decoder"),
    "u2fusion": ("encoder", "decoder"),
    "stdfusionnet": ("vi_extraction", "ir_extraction", "reconstruction"),
}
"""Words in the names of TensorFlow's tensors, which lie in files by the alphabet: in what order the
layers are that have one; others come after them."""


class Release(NamedTuple):
    """A release's tensors.

    Attributes:
        tensors: by name, in the order of the layers where the file knows it.
        ordered: whether the file knows it.
        channels_last: whether kernels are (height, width, inputs, outputs).
    """

    tensors: dict[str, Array]
    ordered: bool
    channels_last: bool


def load_release(
    method: str, files: Sequence[Path], options: Mapping[str, str] | None = None
) -> tuple[Rival, list[str]]:
    """Make one of the nine networks and give it the weights of its authors.

    Args:
        method: one of `clfnet.nn.rivals.RIVALS`.
        files: a state dict of PyTorch, a checkpoint of TensorFlow 1, weights of Keras (.h5) or a
            safetensors file; several are taken one after the other. One that was made here is read
            as it is.
        options: arguments of the network. DenseFuse's `release` is told by the kind of file.

    Returns:
        The network, in evaluation mode, and the names of the tensors that it has no use for.

    Raises:
        ConfigError: there is no such method or option.
        WeightsError: a file cannot be read, or has not the tensors of such a network.
        MissingExtraError: a file of Keras is given, and h5py is not installed.
    """
    if method not in RIVALS:
        raise ConfigError(f"`method` must be one of {', '.join(RIVALS)}, got {method!r}.")
    if len(files) == 1 and holds_network(files[0]):
        return load_network(files[0], RIVALS[method]), []
    releases = [_read(path) for path in files]
    chosen = dict(options or {})
    if method == "densefuse" and any(release.channels_last for release in releases):
        chosen.setdefault("release", "tensorflow")
    unknown = sorted(chosen.keys() - RIVALS[method].options.keys())
    if unknown:
        known = ", ".join(RIVALS[method].options) or "none"
        raise ConfigError(f"`option` must be one of {method}'s ({known}), got {unknown[0]!r}.")
    network = RIVALS[method](**chosen)
    unused = fill(network, _joined(releases, _ORDER.get(method, ())), method)
    return network.eval(), unused


def fill(network: nn.Module, tensors: Mapping[str, Array], name: str) -> list[str]:
    """Copy tensors to a network's layers by shape and order.

    A convolution gets the first kernel of its shape that is left, and the bias beside it, or where
    names tell of no layers the first of its shape; batch norm with running statistics the first
    four of its size that lie together. Of the other norms, which the releases never load, scale and
    shift stay 1 and 0.

    Args:
        network: whose parameters and statistics are set.
        tensors: by name, kernels (outputs, inputs, height, width), in the order of the layers.
        name: of the network, for messages.

    Returns:
        The names of the tensors that are left.

    Raises:
        WeightsError: a layer finds none of its shape.
    """
    left = dict(tensors)
    for layer, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            key = _first(left, tuple(module.weight.shape), f"{name}'s layer {layer}")
            _copy(module.weight, left.pop(key))
            if module.bias is not None:
                shape = tuple(module.bias.shape)
                beside = {k: v for k, v in left.items() if _scope(k) == _scope(key)}
                beside = {k: v for k, v in beside.items() if v.shape == shape}
                bias = _first(beside or left, shape, f"the bias beside {key}")
                _copy(module.bias, left.pop(bias))
        elif isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
            scope = _norm_scope(left, module.num_features, f"{name}'s layer {layer}")
            for own in ("weight", "bias", "running_mean", "running_var"):
                _copy(getattr(module, own), left.pop(f"{scope}.{own}"))
    return list(left)


def _first(tensors: Mapping[str, Array], shape: tuple[int, ...], what: str) -> str:
    for name, tensor in tensors.items():
        if tensor.shape == shape:
            return name
    raise WeightsError(
        f"The release must have a tensor of the shape {shape} for {what}, but has none left. "
        f"Give the files of that method, all of them."
    )


def _norm_scope(tensors: Mapping[str, Array], channels: int, what: str) -> str:
    for name, tensor in tensors.items():
        scope, _, own = name.rpartition(".")
        if own == "running_mean" and tensor.shape == (channels,):
            return scope
    raise WeightsError(
        f"The release must have batch-norm statistics of {channels} channels for {what}, but has "
        f"none left. Give the files of that method, all of them."
    )


def _copy(target: torch.Tensor, values: Array) -> None:
    with torch.no_grad():
        target.copy_(torch.from_numpy(np.ascontiguousarray(values, np.float32)))


def _scope(name: str) -> str:
    """What a name has before its last part: that of the layer."""
    return re.split(r"[./][^./]*$", name)[0]


def _joined(releases: Iterable[Release], words: tuple[str, ...]) -> dict[str, Array]:
    """The tensors of all files, in the order of the layers, kernels as PyTorch has them."""
    joined: dict[str, Array] = {}
    for number, release in enumerate(releases):
        names = [name for name in release.tensors if not _OPTIMISER.search(name)]
        if not release.ordered:
            names.sort(key=lambda name: (_rank(name, words), _natural(name)))
        for name in names:
            tensor = release.tensors[name]
            if release.channels_last and tensor.ndim == 4:
                tensor = tensor.transpose(3, 2, 0, 1)
            joined[f"{number}:{name}" if number else name] = tensor
    return joined


def _rank(name: str, words: tuple[str, ...]) -> int:
    return next((rank for rank, word in enumerate(words) if word in name), len(words))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts layer2 before layer10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _read(path: Path) -> Release:
    if is_bundle(path):
        return Release(read_bundle(path), ordered=False, channels_last=True)
    if path.suffix in {".h5", ".hdf5"}:
        return Release(_keras(path), ordered=True, channels_last=True)
    if path.suffix == ".safetensors":
        return Release(_safetensors(path), ordered=False, channels_last=False)
    return Release(_pytorch(path), ordered=True, channels_last=False)


def _pytorch(path: Path) -> dict[str, Array]:
    """A state dict, or a dict that holds one; never code."""
    try:
        with open_input(path) as file:
            held: Any = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever damaged bytes lead to
        raise WeightsError(
            f"{path} must be a state dict of PyTorch, a checkpoint of TensorFlow (.index), weights "
            f"of Keras (.h5) or a .safetensors file, but cannot be read as such. Code in a file is "
            f"not run: save its state_dict() where it was made."
        ) from error
    for key in ("state_dict", "model", "net", "params"):
        if isinstance(held, dict) and isinstance(held.get(key), dict):
            held = held[key]
    tensors = {
        str(name): value.detach().float().numpy()
        for name, value in (held.items() if isinstance(held, dict) else ())
        if isinstance(value, torch.Tensor)
    }
    if not tensors:
        raise WeightsError(
            f"{path} must hold tensors by name, but holds none. Save a state_dict()."
        )
    return tensors


def _safetensors(path: Path) -> dict[str, Array]:
    try:
        with open_input(path) as file:
            return dict(safetensors_load(file.read()))
    except Exception as error:  # safetensors has an error of its own for each layer
        raise WeightsError(
            f"{path} must be a safetensors file, but cannot be read ({one_line(error)})."
        ) from error


def _keras(path: Path) -> dict[str, Array]:
    """Weights by layer, in the order in which the model has its layers."""
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "convert") from error
    tensors: dict[str, Array] = {}
    try:
        with open_input(path) as opened, h5py.File(opened, "r") as file:
            group = file.get("model_weights", file)
            for layer in group.attrs["layer_names"]:
                part = group[layer]
                for weight in part.attrs["weight_names"]:
                    name = weight.decode() if isinstance(weight, bytes) else str(weight)
                    tensors[name] = np.asarray(part[weight])
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{path} must be weights of Keras in HDF5, but cannot be read ({one_line(error)})."
        ) from error
    return tensors
