"""From the files of a method's authors to a model: safetensors for torch, ONNX for fusing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from clfnet.errors import ConfigError
from clfnet.graphs import rival_graph
from clfnet.io.files import refuse_existing, write_atomic
from clfnet.nn.rivals import Rival
from clfnet.training.network_file import network_bytes
from clfnet.training.release import load_release

_WRITERS: Mapping[str, Callable[[Rival], bytes]] = {
    ".safetensors": network_bytes,
    ".onnx": lambda network: rival_graph(network).SerializeToString(),
}


def convert_release(
    method: str,
    files: Sequence[Path],
    output: Path,
    *,
    options: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> list[str]:
    """Write one of the nine networks with the weights of its authors.

    Args:
        method: one of `clfnet.nn.rivals.RIVALS`.
        files: see `clfnet.training.release.load_release`.
        output: a .safetensors or an .onnx file.
        options: arguments of the network.
        overwrite: replace a file that is there.

    Returns:
        The names of the tensors that were not used.

    Raises:
        ConfigError: there is no such method or option, or `output` is of another kind.
        OutputExistsError: `output` is there and `overwrite` is not set.
        WeightsError: the files cannot be read, or have not the tensors of such a network.
        MissingExtraError: a file of Keras is given, and h5py is not installed.
    """
    if output.suffix not in _WRITERS:
        raise ConfigError(f"`output` must end in {' or '.join(_WRITERS)}, got {output.name}.")
    if not overwrite:
        refuse_existing(output)
    network, unused = load_release(method, files, options)
    write_atomic(output, _WRITERS[output.suffix](network), overwrite=overwrite)
    return unused
