"""PNG, against files put together byte by byte, and against Pillow."""

import io
import struct
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from clfnet.io import png

Samples = NDArray[np.uint16]
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
ADAM7 += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(
    shape: tuple[int, ...], pixels: bytes, *, interlaced: bool = False, **more: bytes
) -> bytes:
    height, width, channels = shape
    fields = (width, height, 16, COLOUR_TYPES[channels], 0, 0, interlaced)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", *fields))]
    chunks += [(kind.encode(), data) for kind, data in more.items()]
    chunks += [(b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return png.SIGNATURE + b"".join(_chunk(*chunk) for chunk in chunks)


def _reference_filtered(samples: Samples, filters: list[int]) -> bytes:
    """Filter byte by byte, as the specification's section 9 says."""
    height, _, channels = samples.shape
    step = 2 * channels
    rows = samples.astype(">u2").view(np.uint8).reshape(height, -1).astype(int)
    result = bytearray()
    for y, row in enumerate(rows):
        result.append(filters[y])
        for x, byte in enumerate(row):
            a = row[x - step] if x >= step else 0
            b = rows[y - 1][x] if y else 0
            c = rows[y - 1][x - step] if y and x >= step else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            result.append((byte - (0, a, b, (a + b) // 2, paeth)[filters[y]]) % 256)
    return bytes(result)


def _encoded(samples: NDArray[Any], **more: Any) -> bytes:
    png.encode(buffer := io.BytesIO(), samples, **more)
    return buffer.getvalue()


def _random(shape: tuple[int, int, int], seed: int = 0) -> Samples:
    return np.random.default_rng(seed).integers(0, 65536, shape, dtype=np.uint16)


@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 4)),
    filters=st.lists(st.integers(0, 4), min_size=7, max_size=7),
    seed=st.integers(0, 9),
)
def test_decodes_every_filter(shape: tuple[int, int, int], filters: list[int], seed: int) -> None:
    samples = _random(shape, seed)
    data = _png(shape, _reference_filtered(samples, filters))
    np.testing.assert_array_equal(png.decode_16_bit(io.BytesIO(data)), samples)


@given(shape=st.tuples(st.integers(1, 17), st.integers(1, 17), st.integers(1, 4)))
@settings(max_examples=40, deadline=None)
def test_decodes_interlaced(shape: tuple[int, int, int]) -> None:
    samples = _random(shape)
    passes = [samples[y::down, x::right] for x, y, right, down in ADAM7]
    pixels = b"".join(_reference_filtered(part, [4] * len(part)) for part in passes if part.size)
    data = _png(shape, pixels, interlaced=True)
    np.testing.assert_array_equal(png.decode_16_bit(io.BytesIO(data)), samples)


def test_decodes_what_another_encoder_filtered() -> None:
    """8-bit RGBA has the bytes per pixel of 16-bit grey and alpha, so only the header differs."""
    pixels = np.random.default_rng(1).normal(128, 20, (40, 30, 4)).cumsum(0).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    data = buffer.getvalue()
    header = _chunk(b"IHDR", data[16:24] + bytes([16, 4]) + data[26:29])
    patched = data[:8] + header + data[33:]
    decoded = png.decode_16_bit(io.BytesIO(patched))
    np.testing.assert_array_equal(decoded, pixels.view(">u2"))


@given(shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4)))
def test_round_trip(shape: tuple[int, int, int]) -> None:
    samples = _random(shape)
    data = _encoded(samples, icc=b"profile")
    np.testing.assert_array_equal(png.decode_16_bit(io.BytesIO(data)), samples)
    assert png.is_16_bit(data)
    with Image.open(io.BytesIO(data)) as picture:  # another decoder agrees on the high bytes
        picture.load()
        assert picture.info["icc_profile"] == b"profile"
        if shape[2] == 3:
            np.testing.assert_array_equal(np.asarray(picture), samples >> 8)


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 3, 2), (300, 211, 3), (40, 2000, 4)])
@pytest.mark.parametrize("small", [False, True])
def test_pillow_reads_8_bit(shape: tuple[int, int, int], small: bool) -> None:
    samples = np.random.default_rng(0).normal(0, 9, shape).cumsum(0).astype(np.uint8)
    data = _encoded(samples[:, ::-1], small=small, icc=b"profile", description="é")
    with Image.open(io.BytesIO(data)) as picture:
        found = np.asarray(picture)
        assert picture.info["icc_profile"] == b"profile"
        assert picture.info[png.DESCRIPTION] == "é"
    np.testing.assert_array_equal(found.reshape(shape), samples[:, ::-1])
    png.check(io.BytesIO(data))


def test_without_isal_the_pixels_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.random.default_rng(0).integers(0, 256, (70, 50, 3), np.uint8)
    monkeypatch.setitem(sys.modules, "isal", None)
    with Image.open(io.BytesIO(_encoded(samples))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), samples)


def test_small_is_smaller() -> None:
    rows, columns = np.mgrid[:200, :300]
    noise = np.random.default_rng(0).normal(0, 2, (200, 300))
    levels = (90 + 60 * np.sin(rows / 19) + 30 * np.cos(columns / 7) + noise).astype(np.uint16)
    assert len(_encoded(levels[..., None] * 17, small=True)) < len(_encoded(levels[..., None] * 17))


def test_a_transparent_colour_becomes_alpha() -> None:
    samples = np.array([[[1, 2, 3], [1, 2, 4]]], np.uint16)
    data = _png((1, 2, 3), _reference_filtered(samples, [0]), tRNS=struct.pack(">3H", 1, 2, 3))
    assert png.decode_16_bit(io.BytesIO(data))[..., 3].tolist() == [[0, 65535]]


@pytest.mark.parametrize(
    ("shape", "pixels", "message"),
    [
        ((1, 1, 3), b"\5" + bytes(6), "row filter"),
        ((2, 1, 3), bytes(7), "the pixels end early"),
    ],
)
def test_damage_is_named(shape: tuple[int, int, int], pixels: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        png.decode_16_bit(io.BytesIO(_png(shape, pixels)))


def test_checksums_and_length_are_checked() -> None:
    data = bytearray(_encoded(_random((4, 4, 3))))
    with pytest.raises(ValueError, match="ends early"):
        png.decode_16_bit(io.BytesIO(data[:-20]))
    data[45] ^= 1
    with pytest.raises(ValueError, match="checksum"):
        png.decode_16_bit(io.BytesIO(data))


def test_a_bomb_is_inflated_no_further_than_the_picture() -> None:
    data = _png((1, 1, 3), bytes(50_000_000))
    assert png.decode_16_bit(io.BytesIO(data)).shape == (1, 1, 3)
