"""Mutated files of every kind that is read: a result or one line, soon, and nothing else.

Files are made here and small. `FUZZ_INPUTS` is how many mutations of each kind are read.
"""

import json
import os
import struct
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tifffile
from onnx import TensorProto, helper

from clfnet.align import Rig
from clfnet.align.landmarks import read_landmarks
from clfnet.batch.manifest import read_entries
from clfnet.errors import ClfnetError
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.io.image import Image, encode_image, read_image
from clfnet.io.toml import read_toml
from clfnet.thermal import read_thermal
from clfnet.weights import load_manifest

INPUTS = int(os.environ.get("FUZZ_INPUTS", "15"))
SECONDS = 20.0  # for one input

Draw = np.random.Generator
SMOOTH = np.add.outer(np.arange(24), 3 * np.arange(32)).astype(np.uint8)


def pillow(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    file = BytesIO()
    PIL.Image.fromarray(SMOOTH).convert(mode).save(file, kind, **options)
    return file.getvalue()


def tiff(**options: Any) -> bytes:
    file = BytesIO()
    tifffile.imwrite(file, SMOOTH.astype(np.float32), **options)
    return file.getvalue()


def npy() -> bytes:
    file = BytesIO()
    np.save(file, SMOOTH.astype(np.uint16))
    return file.getvalue()


def parquet() -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    packed = pytest.importorskip("pyarrow.parquet")
    file = BytesIO()
    packed.write_table(pyarrow.table({"infrared": ["a.png"] * 9, "visible": ["b.png"] * 9}), file)
    return file.getvalue()


def graph() -> bytes:
    shape: list[str | int | None] = [1, 1, "h", "w"]
    ir, vi, out = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("ir", "vi", "o")
    )
    weight = helper.make_tensor("k", TensorProto.FLOAT, [1], [0.5])
    nodes = [
        helper.make_node("Mul", ["ir", "k"], ["m"]),
        helper.make_node("Max", ["m", "vi"], ["o"]),
    ]
    made = helper.make_graph(nodes, "g", [ir, vi], [out], [weight])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def entries(path: Path) -> None:
    for _ in read_entries(str(path)):
        pass


def run_graph(path: Path) -> None:
    method = AnyOnnx(path, threads=1)
    method(np.zeros((4, 5), np.float32), np.ones((4, 5), np.float32))


RIG = {
    "homography": [[1.1, 0, 3], [0, 1.1, 2], [0, 0, 1]],
    "infrared_size": [32, 24], "visible_size": [64, 48], "quality": 0.5,
    "made": "found by clfnet align",
}  # fmt: skip
MODEL = {"file": "a.onnx", "sha256": "0" * 64}
KINDS: dict[str, tuple[str, Callable[[], bytes], Callable[[Path], object]]] = {
    "PNG": (".png", lambda: encode_image(Image(SMOOTH), Path("a.png")), read_image),
    "PNG of 16 bits": (
        ".png",
        lambda: encode_image(Image(np.dstack([SMOOTH] * 3).astype(np.uint16)), Path("a.png")),
        read_image,
    ),
    "palette PNG": (".png", lambda: pillow("PNG", "P"), read_image),
    "JPEG": (".jpg", lambda: pillow("JPEG"), read_image),
    "progressive JPEG": (".jpg", lambda: pillow("JPEG", progressive=True), read_image),
    "BMP": (".bmp", lambda: pillow("BMP"), read_image),
    "TIFF": (".tif", lambda: encode_image(Image(SMOOTH), Path("a.tif")), read_image),
    "LZW TIFF": (".tif", lambda: pillow("TIFF", "L", compression="tiff_lzw"), read_image),
    "float TIFF": (".tif", lambda: tiff(compression="zlib"), read_thermal),
    "NPY": (".npy", npy, read_thermal),
    "rig": (".json", lambda: json.dumps(RIG).encode(), Rig.read),
    "landmarks": (
        ".csv",
        lambda: b"x_ir,y_ir,x_vi,y_vi\n1,2,3,4\n5,6,7,9\n8,1,9,2\n",
        read_landmarks,
    ),
    "CSV list": (".csv", lambda: b'infrared,visible,name\na.png,b.png,"x"\nc.png,,\n', entries),
    "JSONL list": (".jsonl", lambda: b'{"infrared": "a.png", "visible": "b.png"}\n' * 3, entries),
    "Parquet list": (".parquet", parquet, entries),
    "TOML": (".toml", lambda: b'[run]\nsteps = 3\nnames = ["a", "b"]\nrate = 1e-3\n', read_toml),
    "ONNX": (".onnx", graph, run_graph),
    "models": (
        ".json",
        lambda: json.dumps({"a": {"onnx": MODEL, "safetensors": MODEL, "parameters": 1}}).encode(),
        load_manifest,
    ),
}


def mutated(data: bytes, draw: Draw) -> bytes:
    """Change some bytes: flip, clear, cut, repeat, exchange, or put in too large a number."""
    found = bytearray(data)
    for _ in range(int(draw.integers(1, 4))):
        at, length = int(draw.integers(len(found) or 1)), int(draw.integers(1, 9))
        match int(draw.integers(7)):
            case 0:
                found[at : at + 1] = bytes([found[at] ^ 1 << int(draw.integers(8))])
            case 1:
                found[at : at + 4 * length] = bytes(4 * length)
            case 2:
                del found[at:]
            case 3:
                found[at:at] = found[at : at + length] * int(draw.integers(1, 50))
            case 4:
                other = int(draw.integers(len(found)))
                found[at : at + length], found[other : other + length] = (
                    found[other : other + length],
                    found[at : at + length],
                )
            case 5:
                found[at : at + 4] = struct.pack("<I", int(draw.choice([2**32 - 1, 2**31, 65535])))
            case _:
                found[at : at + length] = draw.bytes(length)
        if not found:
            break
    return bytes(found)


def with_right_checksums(data: bytes) -> bytes:
    """Mend the checksums of a PNG's chunks, so that what lies behind them is reached."""
    found, place = bytearray(data), 8
    while place + 12 <= len(found):
        length = int.from_bytes(found[place : place + 4])
        end = place + 8 + length
        if end + 4 > len(found):
            break
        found[end : end + 4] = zlib.crc32(found[place + 4 : end]).to_bytes(4)
        place = end + 4
    return bytes(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_are_read_or_told_in_one_line(kind: str, tmp_path: Path) -> None:
    suffix, make, read = KINDS[kind]
    whole, path = make(), tmp_path / f"a{suffix}"
    path.write_bytes(whole)
    read(path)
    draw = np.random.default_rng(zlib.crc32(kind.encode()))
    for number in range(INPUTS):
        data = mutated(whole, draw)
        path.write_bytes(with_right_checksums(data) if "PNG" in kind and number % 2 else data)
        begin = time.monotonic()
        told = ""
        try:
            read(path)
        except ClfnetError as error:
            told = str(error)
        assert "\n" not in told, number
        assert time.monotonic() - begin < SECONDS, number
