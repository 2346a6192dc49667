"""Files are what their bytes say, and their headers tell their size."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

from clfnet.serve.http.errors import RefusedError
from clfnet.serve.http.sniffing import PICTURES, THERMAL, VIDEO, check_pixels, sniff, sniff_video

PIXELS = np.zeros((30, 40), np.uint8)


def _bytes(suffix: str) -> bytes:
    buffer = BytesIO()
    if suffix == ".npy":
        np.save(buffer, PIXELS.astype(np.float32))
    elif suffix == ".tif":
        tifffile.imwrite(buffer, PIXELS.astype(np.float32))
    else:
        kind = {".jpg": "JPEG"}.get(suffix, suffix[1:].upper())
        PIL.Image.fromarray(PIXELS).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif", ".npy"])
def test_bytes_tell_the_kind_and_headers_the_size(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "upload.part"
    path.write_bytes(_bytes(suffix))
    assert sniff(path, THERMAL, "a.txt") == suffix
    path = path.rename(path.with_suffix(suffix))
    check_pixels(path, "a", 1200)
    with pytest.raises(
        RefusedError, match=r"a must have at most 0.001199 megapixels, but is 40x30"
    ) as e:
        check_pixels(path, "a", 1199)
    assert (e.value.status, e.value.kind) == (413, "ImageError")


def test_a_huge_header_is_enough(tmp_path: Path) -> None:
    head = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head
                     + struct.pack(">I", zlib.crc32(head)))  # fmt: skip
    with pytest.raises(RefusedError, match="100000x100000"):
        check_pixels(path, "bomb.png", 25_000_000)


def test_what_has_no_header_is_left_to_the_decoder(tmp_path: Path) -> None:
    for suffix in THERMAL:
        path = tmp_path / f"cut{suffix}"
        path.write_bytes(b"\x89PN")
        check_pixels(path, "cut", 1)


def test_fff_is_thermal_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"FFF\0" + bytes(60))
    assert sniff(path, THERMAL, "a") == ".fff"
    with pytest.raises(RefusedError, match=r"a must be PNG, .* or HEIC, but is FLIR FFF"):
        sniff(path, PICTURES, "a")


@pytest.mark.parametrize("data", [b"#!/bin/sh", b"<svg>", b"GIF89a", b"RIFF1234WAVE", b"%PDF"])
def test_other_kinds_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(RefusedError, match="but is") as caught:
        sniff(path, THERMAL, "a.png")
    assert caught.value.status == 415


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    with pytest.raises(RefusedError, match=r"a\.png must be an image file, but is empty") as caught:
        sniff(path, THERMAL, "a.png")
    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"\0\0\0\x18ftypmp42", VIDEO), (b"\x1aE\xdf\xa3", VIDEO), (b"RIFF1234AVI ", VIDEO),
        (b"FFF\0" + bytes(19) + b"\x65" + bytes(40), ".seq"),
    ],
)  # fmt: skip
def test_videos_are_known_by_their_containers(tmp_path: Path, head: bytes, suffix: str) -> None:
    path = tmp_path / "v"
    path.write_bytes(head)
    assert sniff_video(path, "v.mp4") == suffix


@pytest.mark.parametrize("head", [b"#EXTM3U\n", b"ffconcat version 1.0\n", b"<?xml", b"v=0\n", b""])
def test_what_may_name_other_files_is_no_video(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "v"
    path.write_bytes(head)
    with pytest.raises(RefusedError, match=r"v\.mp4 must be a video"):
        sniff_video(path, "v.mp4")


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("a.csv", b"1,2\n3,4\n", ".csv"),
        ("a.raw", bytes(range(132)), ".raw"),
        ("a.pgm", b"P5\n1 1\n255\nx", ".pgm"),
        ("a.webp", b"RIFF1234WEBPVP8 ", ".webp"),
        ("a.heic", b"\0\0\0\x18ftypheic", ".heic"),
    ],
)
def test_matrices_and_other_containers(tmp_path: Path, name: str, data: bytes, suffix: str) -> None:
    (tmp_path / "upload").write_bytes(data)
    assert sniff(tmp_path / "upload", THERMAL, name) == suffix
