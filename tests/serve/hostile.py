"""Files and bodies that mean no good, each by a name."""

import json
import struct
import zlib
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import PIL.Image

BOUNDARY = "b"


def picture(kind: str, side: int = 32) -> bytes:
    """A whole image of a gradient, by Pillow alone."""
    buffer = BytesIO()
    pixels = np.add.outer(np.arange(side), np.arange(side)).astype(np.uint8)
    PIL.Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of any chunks, with right checksums."""
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def header(width: int, height: int, depth: int = 8, colour: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)


@cache
def _deflate_bomb(mebibytes: int) -> bytes:
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(bytes(2**20)) for _ in range(mebibytes))
    return data + squeeze.flush()


def _pngs() -> dict[str, bytes]:
    rows, end, bomb = zlib.compress(bytes(33 * 32)), (b"IEND", b""), _deflate_bomb(256)
    whole = [header(32, 32), (b"IDAT", rows), end]
    return {
        "png: huge": png(header(2**31 - 1, 2**31 - 1), (b"IDAT", rows), end),
        "png: 10 gigapixels": png(header(100_000, 100_000), (b"IDAT", rows), end),
        "png: no pixels": png(header(0, 0), (b"IDAT", rows), end),
        "png: one row, very wide": png(header(2**31 - 1, 1), (b"IDAT", rows), end),
        "png: 256 MiB in a small image": png(header(32, 32), (b"IDAT", bomb), end),
        "png: 16 bits of a bomb": png(header(64, 64, 16), (b"IDAT", bomb), end),
        "png: profile of 256 MiB": png(whole[0], (b"iCCP", b"p\0\0" + bomb), *whole[1:]),
        "png: text of 256 MiB": png(whole[0], (b"zTXt", b"Comment\0\0" + bomb), *whole[1:]),
        "png: profile of garbage": png(
            whole[0], (b"iCCP", b"p\0\0" + zlib.compress(b"nonsense" * 99)), *whole[1:]
        ),
        "png: chunk longer than the file": png(*whole[:1]) + struct.pack(">I", 2**31 - 1) + b"IDAT",
        "png: palette without colours": png(header(32, 32, 8, 3), *whole[1:]),
        "png: wrong depth": png(header(32, 32, 7, 6), *whole[1:]),
        "png: too few rows": png(header(32, 3200), *whole[1:]),
        "png: signature alone": png(),
        "png: wrong checksum": png(*whole)[:-20] + bytes(20),
        "png: a thousand frames": png(
            whole[0],
            (b"acTL", struct.pack(">II", 1000, 0)),
            (b"fcTL", struct.pack(">IIIIIHHBB", 0, 99, 99, 2**31, 2**31, 1, 1, 0, 0)),
            *whole[1:],
        ),
    }


def tiff(*tags: tuple[int, int, int, int], tail: bytes = b"", after: int = 0) -> bytes:
    """A little-endian TIFF of one directory: tag, type, count, value; then other bytes."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", after) + tail


def _size(width: int, height: int, bits: int = 8) -> tuple[tuple[int, int, int, int], ...]:
    return (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits)


def _tiffs() -> dict[str, bytes]:
    million, bomb = 10**6, _deflate_bomb(256)
    strips = struct.pack("<I", 8) * million
    at = 8 + 2 + 7 * 12 + 4
    plain = ((259, 3, 1, 1), (262, 3, 1, 1))
    return {
        "tiff: a million strips": tiff(
            *_size(32, million), *plain, (273, 4, million, at), (278, 4, 1, 1), tail=strips
        ),
        "tiff: a million strips that are not there": tiff(
            *_size(32, 32), *plain, (273, 4, million, at), (279, 4, million, at)
        ),
        "tiff: four billion values": tiff(*_size(32, 32), *plain, (273, 4, 2**32 - 1, 8)),
        "tiff: huge": tiff(*_size(2**32 - 1, 2**32 - 1), *plain, (273, 4, 1, 8), (279, 4, 1, 9)),
        "tiff: many samples": tiff(
            *_size(1000, 1000, 64), *plain, (273, 4, 1, 8), (277, 3, 1, 65535), (279, 4, 1, 9)
        ),
        "tiff: 256 MiB in a strip": tiff(
            *_size(32, 32), (259, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, at), (279, 4, 1, len(bomb)),
            tail=bomb,
        ),
        "tiff: directories in a circle": tiff(*_size(32, 32), *plain, (273, 4, 1, 8), after=8),
        "tiff: directory beyond the end": b"II*\0" + struct.pack("<I", 2**31),
        "tiff: 65535 tags, none there": b"II*\0" + struct.pack("<IH", 8, 65535),
        "tiff: tiles of two gigabytes": tiff(
            *_size(32, 32), *plain, (322, 4, 1, 2**16), (323, 4, 1, 2**15), (324, 4, 1, 8)
        ),
        "tiff: no pixels": tiff(*_size(0, 0), *plain, (273, 4, 1, 8), (279, 4, 1, 0)),
        "tiff: unknown compression": tiff(
            *_size(32, 32), (259, 3, 1, 34712), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 9)
        ),
        "tiff: bigtiff of nothing": b"II+\0" + struct.pack("<HHQ", 8, 0, 2**60),
    }  # fmt: skip


def _inserted(jpeg: bytes, *segments: tuple[int, bytes]) -> bytes:
    parts = [struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments]
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def _jpegs() -> dict[str, bytes]:
    whole = picture("JPEG")
    frame = whole.index(b"\xff\xc0")
    huge = whole[: frame + 5] + b"\xff\xff\xff\xff" + whole[frame + 9 :]
    circle = b"Exif\0\0II*\0" + struct.pack("<IHHHIII", 8, 1, 0x8769, 4, 1, 8, 8)
    many = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 5000) + b"\x0f\x01\x02\0\xff\xff\xff\x7f" * 8000
    flir = b"FLIR\0\1\0\1FFF\0" + bytes(16) + struct.pack(">II", 2**31, 2**31) + bytes(64)
    return {
        "jpeg: cut in its header": whole[:100],
        "jpeg: cut in its data": whole[: len(whole) * 3 // 4],
        "jpeg: four gigapixels": huge,
        "jpeg: no end": whole[:-2] + bytes(1000),
        "jpeg: tables of garbage": whole.replace(b"\xff\xc4", b"\xff\xdb", 1),
        "jpeg: segment of length 0": whole[:2] + b"\xff\xe1\0\0" + whole[2:],
        "jpeg: segment longer than the file": whole[:2] + b"\xff\xe1\xff\xff" + whole[2:],
        "jpeg: two thousand segments": _inserted(whole, *[(0xE5, b"x" * 1000)] * 2000),
        "jpeg: EXIF in a circle": _inserted(whole, (0xE1, circle)),
        "jpeg: EXIF of huge counts": _inserted(whole, (0xE1, many[:65000])),
        "jpeg: profile of garbage": _inserted(whole, (0xE2, b"ICC_PROFILE\0\1\1" + b"g" * 500)),
        "jpeg: profile of 255 parts": _inserted(
            whole,
            *[(0xE2, b"ICC_PROFILE\0" + bytes([n, 255]) + b"g" * 60000) for n in range(1, 99)],
        ),
        "jpeg: FLIR block of nothing": _inserted(whole, (0xE1, flir)),
        "jpeg: FLIR parts missing": _inserted(whole, (0xE1, b"FLIR\0\1\7\xff" + bytes(500))),
    }


def _npys() -> dict[str, bytes]:
    def npy(text: str, data: bytes = b"") -> bytes:
        line = text.encode() + b"\n"
        return b"\x93NUMPY\1\0" + struct.pack("<H", len(line)) + line + data

    described = "{{'descr': '{}', 'fortran_order': False, 'shape': {}}}".format
    return {
        "npy: a pickle": npy(described("|O", (2, 2)), b"cos\nsystem\n(S'exit 1'\ntR."),
        "npy: huge": npy(described("<f8", (10**9, 10**9))),
        "npy: negative": npy(described("<f4", (-1, 10**6)), bytes(64)),
        "npy: overflow": npy(described("<f4", (2**62, 2**62)), bytes(64)),
        "npy: no numbers": npy(described("<U9", (32, 32)), bytes(36 * 1024)),
        "npy: not finite": npy(described("<f4", (32, 32)), b"\0\0\xc0\x7f" * 1024),
        "npy: header of code": npy("__import__('os').abort()"),
        "npy: nested header": npy("(" * 9000),
        "npy: a thousand axes": npy(described("<f4", (1,) * 1000), bytes(64)),
    }


def _others() -> dict[str, bytes]:
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as file:
        file.writestr("ir.png", bytes(2**26))
    bmp = bytearray(picture("BMP"))
    wide, runs = bytearray(bmp), bytearray(bmp)
    wide[18:26] = struct.pack("<ii", 2**31 - 1, -(2**31))
    runs[30:34] = struct.pack("<I", 1)
    return {
        "nothing": b"",
        "gif": picture("GIF"),
        "svg": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
        "zip": archive.getvalue(),
        "html": b"<script>alert(1)</script>",
        "bmp: huge": bytes(wide),
        "bmp: runs of garbage": bytes(runs),
        "bmp: header alone": bytes(bmp[:54]),
        "fff: cut": b"FFF\0" + bytes(60),
        "fff: directory of garbage": b"FFF\0" + b"\xff" * 4096,
        "fff: directory in itself": b"FFF\0" + bytes(16) + struct.pack("<III", 101, 0, 500) * 400,
    }


@cache
def pictures() -> dict[str, bytes]:
    """Whatever may come instead of an image."""
    return _pngs() | _tiffs() | _jpegs() | _npys() | _others()


@cache
def texts() -> dict[str, bytes]:
    """Whatever may come instead of a rig or of landmarks."""
    rig = {"homography": [1, 0, 0, 0, 1, 0, 0, 0, 1], "infrared_size": [32, 32]}
    points = "x_ir,y_ir,x_vi,y_vi\n"
    return {
        "nested": b"[" * 100_000,
        "numbers of a million digits": b'{"homography": [' + b"9" * 10**6 + b"]}",
        "not finite": json.dumps({"homography": [float("nan")] * 9}).encode(),
        "no numbers": json.dumps(rig | {"homography": ["a"] * 9}).encode(),
        "huge": json.dumps(rig | {"homography": [1e308] * 9, "visible_size": [2**60] * 2}).encode(),
        "singular": json.dumps(rig | {"homography": [0] * 9, "visible_size": [32, 32]}).encode(),
        "no UTF-8": b"\xff\xfe\x00",
        "points: not finite": (points + "nan,inf,1e999,0\n" * 5).encode(),
        "points: all the same": (points + "1,1,1,1\n" * 9).encode(),
        "points: a quote that never ends": (points + '"' + "1,2\n" * 9999).encode(),
        "points: many": (points + "1,2,3,4\n" * 300_000).encode(),
    }


def part(name: str, data: bytes, extra: str = "") -> bytes:
    """A part of a form, its boundary before it."""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        + (data + b"\r\n")
    )


@cache
def bodies() -> dict[str, bytes]:
    """Whatever may come instead of a form of a pair."""
    end = f"--{BOUNDARY}--\r\n".encode()
    whole = picture("PNG")
    pair = part("infrared", whole, '; filename="i"') + part("visible", whole, '; filename="v"')
    line = f"--{BOUNDARY}\r\n".encode()
    return {
        "nothing": b"",
        "no boundary": pair.replace(b"--b", b"--c") + end,
        "no end": pair,
        "cut in a header": pair[: pair.index(b"form-data")],
        "cut in a file": pair[:-40],
        "the end alone": end,
        "bare line feeds": (pair + end).replace(b"\r\n", b"\n"),
        "no disposition": line + b"\r\nhello\r\n" + end,
        "disposition of garbage": line + b"Content-Disposition: \xff\x00;;;=\r\n\r\nx\r\n" + end,
        "no name": line + b"Content-Disposition: form-data\r\n\r\nx\r\n" + end,
        "a long header": line + b"X: " + b"x" * 10**6 + b"\r\n\r\n\r\n" + end,
        "many headers": line + b"X: x\r\n" * 50_000 + b"\r\n\r\n" + end,
        "a long name": part("n" * 10**6, b"x") + end,
        "many fields": b"".join(part(f"f{n}", b"x") for n in range(20_000)) + end,
        "many empty parts": line * 100_000 + end,
        "one field many times": part("model", b"fast") * 1000 + pair + end,
        "a long field": pair + part("model", b"x" * 10**6) + end,
        "a field of NULs": pair + part("model", bytes(100)) + end,
        "a path": part("infrared", b"/etc/passwd") + end,
        "a URL": part("infrared", b"http://127.0.0.1/") + end,
        "a name that climbs": part("infrared", whole, '; filename="../../../etc/x"') + pair + end,
        "names of no UTF-8": part("infrared", whole).replace(b'"infrared"', b'"\xff\xfe"') + end,
        "encoded": pair.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: a\r\n\r\n") + end,
        "JSON": b'{"infrared": "x"}',
        "after the end": pair + end + b"x" * 10**6,
    }  # fmt: skip
