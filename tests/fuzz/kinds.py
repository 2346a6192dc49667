"""A small file of every kind that is read, made here, and what reads it.

A file whose parts are checked or packed has a part beside it: mutated by itself and packed again,
it reaches what lies behind the checksum.
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import PIL.Image
import pyarrow as pa  # type: ignore[import-untyped]
import tifffile
from onnx import TensorProto, helper
from pyarrow import parquet as pq
from tests.flir_files import fff_block, flir_jpeg

from clfnet.align import Rig
from clfnet.align.landmarks import read_landmarks
from clfnet.batch.manifest import read_entries
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.io.image import Image, encode_image, read_image
from clfnet.io.toml import read_toml
from clfnet.thermal import read_pair, read_thermal
from clfnet.thermal.options import ThermalOptions
from clfnet.video.source import open_source
from clfnet.weights import load_manifest

SMOOTH = np.add.outer(np.arange(24), 3 * np.arange(32)).astype(np.uint8)
COUNTS = (16000 + 10 * SMOOTH.astype(np.uint16)).astype(np.uint16)


class Kind(NamedTuple):
    """A kind of file.

    Attributes:
        suffix: what its name ends in.
        make: returns a whole file.
        read: reads one; a `ClfnetError` tells what is wrong with it.
        part: returns what is mutated by itself, if anything is.
        pack: makes a file of such a part.
    """

    suffix: str
    make: Callable[[], bytes]
    read: Callable[[Path], object]
    part: Callable[[], bytes] | None = None
    pack: Callable[[bytes], bytes] = bytes


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


def npz(member: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", member)
    return file.getvalue()


def with_right_checksums(data: bytes) -> bytes:
    """Mend the checksums of a PNG's chunks."""
    found, place = bytearray(data), 8
    while place + 12 <= len(found):
        length = int.from_bytes(found[place : place + 4])
        end = place + 8 + length
        if end + 4 > len(found):
            break
        found[end : end + 4] = zlib.crc32(found[place + 4 : end]).to_bytes(4)
        place = end + 4
    return bytes(found)


def png(pixels: Any) -> bytes:
    return encode_image(Image(pixels), Path("a.png"))


def deep_png() -> bytes:
    return png(np.dstack([SMOOTH] * 3).astype(np.uint16))


def flir_block() -> bytes:
    colour = np.dstack([SMOOTH] * 3)
    return fff_block(
        COUNTS, visible=png(colour), visible_size=(32, 24), overlay=(1.2, 1, 0), packing="raw"
    )


def dji_jpeg(counts: bytes) -> bytes:
    """A JPEG with counts as DJI's cameras write them, in an APP3 segment, and the drone's XMP."""
    data = pillow("JPEG", "L")
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(part) + 2) + part
        for marker, part in ((0xE1, b"drone-dji"), (0xE3, counts[:60000]))
    )
    return data[:2] + segments + data[2:]


def parquet() -> bytes:
    file = BytesIO()
    table = pa.table({"infrared": ["a.png"] * 9, "visible": ["b.png"] * 9})
    pq.write_table(table, file)
    return file.getvalue()


def graph() -> bytes:
    shape: list[str | int | None] = [1, 1, "h", "w"]
    ir, vi, out = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("ir", "vi", "o")
    )
    kernel = helper.make_tensor("k", TensorProto.FLOAT, [1, 2, 3, 3], [1 / 18] * 18)
    nodes = [
        helper.make_node("Concat", ["ir", "vi"], ["both"], axis=1),
        helper.make_node("Conv", ["both", "k"], ["m"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("Max", ["m", "vi"], ["o"]),
    ]
    made = helper.make_graph(nodes, "g", [ir, vi], [out], [kernel])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def video(form: str, codec: str, pixels: str = "yuv420p") -> bytes:
    file = BytesIO()
    with av.open(file, "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, pixels
        for index in range(4):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 40 * index, np.uint8))
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def all_frames(path: Path) -> None:
    source = open_source(path)
    try:
        for _ in source:
            pass
    finally:
        source.close()


def entries(path: Path) -> None:
    for _ in read_entries(str(path)):
        pass


def run_graph(path: Path) -> None:
    method = AnyOnnx(path, threads=1)
    method(np.zeros((4, 5), np.float32), np.ones((4, 5), np.float32))


def headerless(path: Path) -> None:
    read_thermal(path, ThermalOptions(raw="32x24:f4"))


RIG = {
    "homography": [[1.1, 0, 3], [0, 1.1, 2], [0, 0, 1]],
    "infrared_size": [32, 24], "visible_size": [64, 48], "quality": 0.5,
    "made": "found by clfnet align",
}  # fmt: skip
MODEL = {"file": "a.onnx", "sha256": "0" * 64}
MODELS = {"a": {"onnx": MODEL, "safetensors": MODEL, "parameters": 1}}
MATRIX = "Emissivity;0,95\n" + "\n".join(";".join(map(str, row)) for row in SMOOTH[:8] / 8 + 20)
POINTS = b"x_ir,y_ir,x_vi,y_vi\n1,2,3,4\n5,6,7,9\n8,1,9,2\n"
RECIPE = b'[run]\nsteps = 3\nnames = ["a", "b"]\nrate = 1e-3\n'
KINDS = {
    "PNG": Kind(".png", lambda: png(SMOOTH), read_image, lambda: png(SMOOTH), with_right_checksums),
    "PNG of 16 bits": Kind(".png", deep_png, read_image, deep_png, with_right_checksums),
    "palette PNG": Kind(
        ".png", lambda: pillow("PNG", "P"), read_image, lambda: pillow("PNG", "P"),
        with_right_checksums,
    ),
    "JPEG": Kind(".jpg", lambda: pillow("JPEG"), read_image),
    "progressive JPEG": Kind(".jpg", lambda: pillow("JPEG", progressive=True), read_image),
    "BMP": Kind(".bmp", lambda: pillow("BMP"), read_image),
    "WebP": Kind(".webp", lambda: pillow("WEBP"), read_image),
    "JPEG 2000": Kind(".jp2", lambda: pillow("JPEG2000"), read_image),
    "TIFF": Kind(".tif", lambda: encode_image(Image(SMOOTH), Path("a.tif")), read_image),
    "LZW TIFF": Kind(".tif", lambda: pillow("TIFF", "L", compression="tiff_lzw"), read_image),
    "float TIFF": Kind(".tif", lambda: tiff(compression="zlib"), read_thermal),
    "NPY": Kind(".npy", npy, read_thermal),
    "NPZ": Kind(".npz", lambda: npz(npy()), read_thermal, npy, npz),
    "PGM": Kind(".pgm", lambda: pillow("PPM", "L"), read_thermal),
    "matrix": Kind(".csv", MATRIX.encode, read_thermal),
    "headerless": Kind(".raw", lambda: SMOOTH.astype("<f4").tobytes(), headerless),
    "FLIR JPEG": Kind(".jpg", lambda: flir_jpeg(flir_block()), read_pair, flir_block, flir_jpeg),
    "FLIR FFF": Kind(".fff", flir_block, read_thermal),
    "FLIR SEQ": Kind(".seq", lambda: fff_block(COUNTS) * 3, all_frames),
    "DJI JPEG": Kind(
        ".jpg", lambda: dji_jpeg(COUNTS.tobytes()), read_thermal, COUNTS.tobytes, dji_jpeg
    ),
    "MP4": Kind(".mp4", lambda: video("mp4", "libx264"), all_frames),
    "Matroska": Kind(".mkv", lambda: video("matroska", "libx264"), all_frames),
    "MPEG-TS": Kind(".ts", lambda: video("mpegts", "libx264"), all_frames),
    "AVI": Kind(".avi", lambda: video("avi", "mjpeg", "yuvj420p"), all_frames),
    "GIF": Kind(".gif", lambda: video("gif", "gif", "rgb8"), all_frames),
    "rig": Kind(".json", json.dumps(RIG).encode, Rig.read),
    "landmarks": Kind(".csv", lambda: POINTS, read_landmarks),
    "CSV list": Kind(".csv", lambda: b'infrared,visible,name\na.png,b.png,"x"\nc.png,,\n', entries),
    "JSONL list": Kind(
        ".jsonl", lambda: b'{"infrared": "a.png", "visible": "b.png"}\n' * 3, entries
    ),
    "Parquet list": Kind(".parquet", parquet, entries),
    "TOML": Kind(".toml", lambda: RECIPE, read_toml),
    "ONNX": Kind(".onnx", graph, run_graph),
    "models": Kind(".json", json.dumps(MODELS).encode, load_manifest),
}  # fmt: skip
