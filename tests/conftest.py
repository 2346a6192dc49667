"""What tests of several folders share."""

import hashlib
import importlib.util
import json
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from onnx import TensorProto, helper
from tests import flir_files
from torch import nn

from clfnet import weights
from clfnet.inference.fuser import _kept_method
from clfnet.method import FloatImage
from clfnet.nn import CLFNet

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"

# A shell's background jobs ignore Ctrl-C, and so would all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the project; tests that need it are skipped without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the shared data in {SHARED / 'data'}, which is not there")
    return SHARED


@pytest.fixture(scope="session")
def load_script() -> Callable[[str], ModuleType]:
    """Import a script beside the package by its path in the project, e.g. docs/render.py."""

    def load(path: str) -> ModuleType:
        name = path.removesuffix(".py").replace("/", "_")
        spec = importlib.util.spec_from_file_location(name, PROJECT / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.path.insert(0, str((PROJECT / path).parent))  # as where it is run
        try:
            spec.loader.exec_module(module)
        finally:
            del sys.path[0]
        return module

    return load


@pytest.fixture(scope="session")
def shake_norms() -> Callable[[nn.Module], None]:
    """Move every statistic and weight of batch norm far from where it starts, by torch's seed."""

    def shake(network: nn.Module) -> None:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d) and module.track_running_stats:
                assert module.running_mean is not None
                assert module.running_var is not None
                nn.init.normal_(module.running_mean, std=0.1)
                nn.init.uniform_(module.running_var, 0.05, 0.4)
                nn.init.uniform_(module.weight, 0.8, 1.2)
                nn.init.normal_(module.bias, std=0.2)

    return shake


@pytest.fixture
def trained(shake_norms: Callable[[nn.Module], None]) -> Callable[[int], CLFNet]:
    """Make a network of a width whose every weight and statistic is far from where it starts."""

    def make(width: int) -> CLFNet:
        torch.manual_seed(1)
        network = CLFNet(width)
        shake_norms(network)
        return network.eval()

    return make


@pytest.fixture
def by_torch() -> Callable[..., FloatImage]:
    """Fuse a pair with a network in torch: ``by_torch(network, *pair)``, (H, W) in [0, 1]."""

    def fuse(network: nn.Module, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        images = (torch.from_numpy(image)[None, None] * 2 - 1 for image in (infrared, visible))
        with torch.inference_mode():
            fused: FloatImage = ((network(*images) + 1) / 2)[0, 0].numpy()
        return fused

    return fuse


@pytest.fixture(scope="session")
def maximum_onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny graph with the contract of a shipped model: the maximum of both images."""
    path = tmp_path_factory.mktemp("models") / "maximum.onnx"
    path.write_bytes(_graph("Max"))
    return path


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maximum_onnx: Path) -> Iterator[Path]:
    """A manifest that stands in for the shipped one; its `clfnet` is the maximum."""
    folder = tmp_path / "weights"
    folder.mkdir()
    graph = maximum_onnx.read_bytes()
    entry: dict[str, object] = {"parameters": 0, "data": "none", "seed": 0, "scores": {"EN": 7.5}}
    for kind, data in {"onnx": graph, "safetensors": b"{}"}.items():
        (folder / f"clfnet.{kind}").write_bytes(data)
        entry[kind] = {"file": f"clfnet.{kind}", "sha256": hashlib.sha256(data).hexdigest()}
    path = folder / "manifest.json"
    path.write_text(json.dumps({"clfnet": entry}))
    monkeypatch.setattr(weights, "MANIFEST", path)
    _kept_method.cache_clear()  # `clfnet.fuse` may keep the shipped one
    yield path
    _kept_method.cache_clear()


@pytest.fixture
def shipped() -> weights.Model:
    """The `clfnet` model of the package."""
    return weights.load_manifest()["clfnet"]


def _graph(operator: str) -> bytes:
    shape: list[str | int | None] = [1, 1, "height", "width"]
    tensors = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("infrared", "visible", "fused")
    }
    node = helper.make_node(operator, ["infrared", "visible"], ["fused"])
    graph = helper.make_graph(
        [node], operator, [tensors["infrared"], tensors["visible"]], [tensors["fused"]]
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data: bytes = model.SerializeToString()
    return data


@pytest.fixture(scope="session")
def fff_block() -> Callable[..., bytes]:
    """Puts one block together."""
    return flir_files.fff_block


@pytest.fixture(scope="session")
def flir_jpeg() -> Callable[..., bytes]:
    """Puts a block into a JPEG."""
    return flir_files.flir_jpeg


@pytest.fixture(scope="session")
def counts() -> np.ndarray[Any, Any]:
    """A warm spot on an even ground, with noise."""
    y, x = np.mgrid[:24, :32]
    spot = 16000 + 2000 * np.exp(-((x - 20) ** 2 + (y - 8) ** 2) / 30)
    noisy: np.ndarray[Any, Any] = spot + np.random.default_rng(0).normal(0, 5, spot.shape)
    return noisy.astype(np.uint16)


@pytest.fixture
def flir(tmp_path: Path, counts: np.ndarray[Any, Any]) -> Path:
    """A radiometric JPEG that holds a pair: 32x24 counts amid 80x60 visible pixels."""
    buffer = BytesIO()
    visible = np.full((60, 80, 3), (200, 60, 60), np.uint8)
    PIL.Image.fromarray(visible).save(buffer, "JPEG")
    block = flir_files.fff_block(
        counts, visible=buffer.getvalue(), visible_size=(80, 60), overlay=(1.25, 2, -1)
    )
    path = tmp_path / "flir" / "flir.jpg"
    path.parent.mkdir()
    path.write_bytes(flir_files.flir_jpeg(block))
    return path


# TensorFlow's checkpoints, put together after LevelDB's description of its tables.

_BUNDLE_TYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9}


def _number(value: int) -> bytes:
    """Protobuf's varint."""
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    return _number(number << 3 | 2) + _number(len(value)) + value


def _masked_checksum(data: bytes) -> bytes:
    """CRC-32C by long division, rotated and shifted as LevelDB has it."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ 0x82F63B78 * (remainder & 1)
    crc = remainder ^ 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF)


def _table_block(items: list[tuple[bytes, bytes]], compression: int, interval: int) -> bytes:
    data, restarts, last = b"", [], b""
    for number, (key, value) in enumerate(items):
        shared = 0
        if number % interval == 0:
            restarts.append(len(data))
        else:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        data += _number(shared) + _number(len(key) - shared) + _number(len(value))
        data += key[shared:] + value
        last = key
    restarts = restarts or [0]
    data += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts)) + bytes([compression])
    return data + _masked_checksum(data)


def _write_bundle(
    prefix: Path,
    tensors: dict[str, np.ndarray[Any, Any]],
    *,
    shards: int = 1,
    compression: int = 0,
    per_block: int = 20,
) -> Path:
    """Write a checkpoint; returns its name without suffixes."""
    items = [(b"", _field(1, shards) + _field(3, _field(1, 1)))]
    data = [b""] * shards
    for number, name in enumerate(sorted(tensors)):
        tensor, shard = tensors[name], number % shards
        raw = tensor.tobytes()
        sides = b"".join(_field(2, _field(1, side) if side else b"") for side in tensor.shape)
        entry = _field(1, _BUNDLE_TYPES[tensor.dtype.name]) + _field(2, sides)
        entry += _field(3, shard) if shard else b""
        entry += _field(4, len(data[shard])) if data[shard] else b""
        entry += _field(5, len(raw)) + _number(6 << 3 | 5) + _masked_checksum(raw[:4])
        items.append((name.encode(), entry))
        data[shard] += raw
    table, index = b"", []
    for start in range(0, len(items), per_block):
        block = _table_block(items[start : start + per_block], compression, 16)
        last = items[start : start + per_block][-1][0]
        index.append((last + b"~", _number(len(table)) + _number(len(block) - 5)))
        table += block
    handles = b""
    for block in (_table_block([], 0, 1), _table_block(index, 0, 1)):
        handles += _number(len(table)) + _number(len(block) - 5)
        table += block
    table += handles.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    prefix.with_name(f"{prefix.name}.index").write_bytes(table)
    for shard, raw in enumerate(data):
        prefix.with_name(f"{prefix.name}.data-{shard:05}-of-{shards:05}").write_bytes(raw)
    return prefix


@pytest.fixture(scope="session")
def write_bundle() -> Callable[..., Path]:
    """Writes a checkpoint as TensorFlow does: ``write_bundle(prefix, tensors)``."""
    return _write_bundle
