"""Where a graph runs: the CPU, or what an execution provider of ONNX Runtime gives."""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from io import StringIO
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import onnxruntime

from clfnet.errors import ConfigError, did_you_mean

T = TypeVar("T")

CPU = "CPUExecutionProvider"

_log = logging.getLogger(__name__)


class Kind(NamedTuple):
    """A kind of device.

    Attributes:
        provider: ONNX Runtime's name of what runs it.
        wheel: the package of ONNX Runtime that has it.
        options: of the provider; the number of a card is filled in.
        named: it may be followed by a device's own name, as in openvino:GPU; else by a number.
    """

    provider: str
    wheel: str
    options: Mapping[str, str] = MappingProxyType({})
    named: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        # TF32 is three digits; exhaustive search would try every algorithm at every new size.
        "cuda": Kind(
            "CUDAExecutionProvider",
            "onnxruntime-gpu",
            MappingProxyType({"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}),
        ),
        "tensorrt": Kind("TensorrtExecutionProvider", "onnxruntime-gpu"),
        "coreml": Kind("CoreMLExecutionProvider", "onnxruntime"),
        "directml": Kind("DmlExecutionProvider", "onnxruntime-directml"),
        "openvino": Kind("OpenVINOExecutionProvider", "onnxruntime-openvino", named=True),
    }
)
"""The devices beside the CPU, by the name that `--device` takes."""

_ONLY_FATAL = 4
_AUTO = ("cuda", "directml", "coreml")  # quickest first; TensorRT builds an engine for minutes
_TEXT = re.compile(r"([a-z]+)(?::([A-Za-z0-9._,:-]+))?")


class Device(NamedTuple):
    """A device that this ONNX Runtime can use.

    Attributes:
        name: as a user writes it.
        provider: ONNX Runtime's.
        options: of the provider.
        wheel: the package of ONNX Runtime that has it.
    """

    name: str = "cpu"
    provider: str = CPU
    options: tuple[tuple[str, str], ...] = ()
    wheel: str = "onnxruntime"

    @property
    def is_cpu(self) -> bool:
        """It is the processor itself."""
        return self.provider == CPU

    @property
    def providers(self) -> list[tuple[str, dict[str, str]] | str]:
        """What a session is asked for: this, and the CPU for what it cannot do."""
        return [CPU] if self.is_cpu else [(self.provider, dict(self.options)), CPU]


def find_device(text: str) -> Device:
    """Return the device that a text names.

    Args:
        text: cpu, cuda, tensorrt, coreml, directml or openvino; followed by the number of a card,
            as in cuda:1, or by OpenVINO's own name of a device, as in openvino:GPU.

    Raises:
        ConfigError: there is no such device, or this ONNX Runtime has no provider for it.

    Example:
        >>> find_device("cpu").providers
        ['CPUExecutionProvider']
    """
    found = _TEXT.fullmatch(text)
    name, which = (found[1], found[2]) if found else (text, None)
    if name == "cpu" and which is None:
        return Device()
    names = ["auto", "cpu", *KINDS]
    if name not in KINDS or (which and not KINDS[name].named and not which.isdecimal()):
        raise ConfigError(
            f"`device` must be one of {', '.join(names)}, perhaps with a number, as in cuda:0, "
            f"got {text!r:.60}. {did_you_mean(name, names, 'Choose one.')}"
        )
    kind = KINDS[name]
    if kind.provider not in onnxruntime.get_available_providers():
        raise ConfigError(
            f"`device` must be one that this ONNX Runtime has, {', '.join(_here())}, got {text}. "
            f"{_advice(kind)}"
        )
    return Device(text, kind.provider, _options(kind, which), kind.wheel)


def on_best_device(load: Callable[[Device], T]) -> T:
    """Load something on the best device that is there and works, and say which if none is.

    Args:
        load: loads it on a device; raises a `ConfigError` if the device does not work.

    Example:
        >>> on_best_device(lambda device: device.name) in ("cpu", *KINDS)
        True
    """
    failed = []
    for name in _AUTO:
        if KINDS[name].provider in onnxruntime.get_available_providers():
            try:
                return load(find_device(name))
            except ConfigError as error:
                failed.append(str(error))
    why = failed[0] if failed else "ONNX Runtime has no other provider"
    _log.warning("device auto: running on the CPU (%s)", why.rstrip("."))
    return load(Device())


def prepare(device: Device) -> str:
    """Load the libraries that the wheels of NVIDIA bring, where they are; return what is missing.

    ONNX Runtime tells that on stdout and stderr, which are for results and for our own lines.
    """
    if device.is_cpu:
        return ""
    onnxruntime.set_default_logger_severity(_ONLY_FATAL)
    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload is None or device.wheel != "onnxruntime-gpu":
        return ""
    with redirect_stdout(StringIO()) as told:
        preload()
    return told.getvalue().partition("\n")[0]


def check_used(session: onnxruntime.InferenceSession, device: Device, missing: str = "") -> None:
    """Refuse a session that ONNX Runtime has moved to the CPU, which it does without an error.

    Args:
        session: as it was loaded.
        device: what was asked for.
        missing: what `prepare` returned.

    Raises:
        ConfigError: the device is there, but does not work.
    """
    if device.provider not in session.get_providers():
        raise does_not_work(device, missing or "its libraries or drivers cannot be loaded")


def does_not_work(device: Device, why: str) -> ConfigError:
    """Return the error of a device that is there, but does not work."""
    return ConfigError(
        f"`device` must work, but {device.name} does not: {why}. See that drivers and libraries "
        f"are those that {device.wheel} {onnxruntime.__version__} asks for, or take the CPU (cpu)."
    )


def _here() -> list[str]:
    """The names of the devices whose providers are there."""
    available = onnxruntime.get_available_providers()
    return ["cpu", *(name for name, kind in KINDS.items() if kind.provider in available)]


def _advice(kind: Kind) -> str:
    if kind.wheel == "onnxruntime":
        return "It is in onnxruntime for macOS alone. Choose another."
    return (
        f"Put {kind.wheel} in the place of onnxruntime: pip uninstall -y onnxruntime; "
        f"pip install {kind.wheel}"
    )


def _options(kind: Kind, which: str | None) -> tuple[tuple[str, str], ...]:
    chosen = dict(kind.options)
    if which is not None:
        chosen["device_type" if kind.named else "device_id"] = which
    return tuple(chosen.items())
