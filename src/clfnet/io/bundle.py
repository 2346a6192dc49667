"""Checkpoints of TensorFlow, `NAME.index` and `NAME.data-00000-of-00001`, read without it.

The index is a table of LevelDB: blocks of sorted keys, of which each names a tensor and its value
says in which data file it lies, where, and of which type and shape. The data are plain numbers.

Source: the formats are described in tensorflow/core/protobuf/tensor_bundle.proto and in LevelDB's
doc/table_format.md.
"""

import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import WeightsError
from clfnet.io.files import open_input

_FOOTER = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER = 5  # of a block: how it is compressed, and a checksum
_TYPES: dict[int, Any] = {1: np.float32, 2: np.float64, 3: np.int32, 9: np.int64}
_MASK = 0xFFFFFFFF

Tensor = NDArray[Any]


class _Entry(NamedTuple):
    """Where a tensor lies."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int


def read_bundle(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a checkpoint, sorted by name; those that are not numbers are left out.

    Args:
        path: the index file, one of the data files, or their common name without a suffix.

    Raises:
        WeightsError: a file is missing, damaged or of another kind.
    """
    prefix = path.with_suffix("") if _is_part(path) else path
    index = prefix.with_name(f"{prefix.name}.index")
    try:
        with open_input(index) as opened:
            entries = dict(_entries(opened.read()))
        header = _message(entries.pop(b""))
        shards = int(header.get(1, [1])[0])
        tensors = {}
        for name, value in entries.items():
            entry = _entry(value)
            if entry.dtype in _TYPES:
                file = prefix.with_name(f"{prefix.name}.data-{entry.shard:05}-of-{shards:05}")
                tensors[name.decode()] = _tensor(file, entry)
    except OSError as error:
        raise WeightsError(
            f"{error.filename} must be a part of a TensorFlow checkpoint, but "
            f"{(error.strerror or str(error)).lower()}. Keep its files together."
        ) from error
    except (IndexError, KeyError, TypeError, ValueError, struct.error) as error:
        raise WeightsError(
            f"{index} must be the index of a TensorFlow checkpoint, but cannot be read "
            f"({error}). Download it again."
        ) from error
    return tensors


def is_bundle(path: Path) -> bool:
    """Tell whether a path names a checkpoint of TensorFlow."""
    return _is_part(path) or path.with_name(f"{path.name}.index").is_file()


def _is_part(path: Path) -> bool:
    return path.suffix == ".index" or path.suffix.startswith(".data-")


def _tensor(file: Path, entry: _Entry) -> Tensor:
    dtype = np.dtype(_TYPES[entry.dtype]).newbyteorder("<")
    if prod(entry.shape) * dtype.itemsize != entry.size:
        raise ValueError(f"{entry.size} bytes do not make {entry.shape}")
    with open_input(file) as data:
        data.seek(entry.offset)
        raw = data.read(entry.size)
    if len(raw) != entry.size:
        raise ValueError(f"{file.name} ends too early")
    return np.frombuffer(raw, dtype).reshape(entry.shape).astype(dtype.newbyteorder("="))


def _entry(value: bytes) -> _Entry:
    fields = _message(value)
    shape = _message(fields[2][0]) if 2 in fields else {}
    sides = tuple(int(_message(dim).get(1, [0])[0]) for dim in shape.get(2, []))
    if 7 in fields:
        raise ValueError("a tensor is kept in slices")
    numbers = {number: int(fields.get(number, [0])[0]) for number in (1, 3, 4, 5)}
    return _Entry(numbers[1], sides, numbers[3], numbers[4], numbers[5])


def _entries(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a table."""
    footer = table[-_FOOTER:]
    if len(footer) < _FOOTER or struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise ValueError("it is no such table")
    _, after = _handle(footer, 0)
    blocks, _ = _handle(footer, after)
    for _, handle in _block(table, *blocks):
        place, _ = _handle(handle, 0)
        yield from _block(table, *place)


def _block(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a block; a key is told by how it differs from the one before."""
    whole = table[offset : offset + size + _TRAILER]
    if len(whole) != size + _TRAILER:
        raise ValueError("it ends too early")
    if _masked(_crc32c(whole[: size + 1])) != struct.unpack("<I", whole[-4:])[0]:
        raise ValueError("a checksum is wrong")
    if whole[size] != 0:
        raise ValueError("it is compressed, which is not read here")
    (restarts,) = struct.unpack("<I", whole[size - 4 : size])
    end = size - 4 * (restarts + 1)
    key, at = b"", 0
    while at < end:
        shared, at = _varint(whole, at)
        unshared, at = _varint(whole, at)
        length, at = _varint(whole, at)
        key = key[:shared] + whole[at : at + unshared]
        at += unshared
        yield key, whole[at : at + length]
        at += length


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """Offset and size of a block, and where what comes next begins."""
    offset, at = _varint(data, at)
    size, at = _varint(data, at)
    return (offset, size), at


def _message(data: bytes) -> dict[int, list[Any]]:
    """A message of Protocol Buffers: the values of each field by its number."""
    fields: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: Any
        match tag & 7:
            case 0:
                value, at = _varint(data, at)
            case 2:
                length, at = _varint(data, at)
                value, at = data[at : at + length], at + length
            case 1 | 5 as kind:
                length = 8 if kind == 1 else 4
                value, at = data[at : at + length], at + length
            case kind:
                raise ValueError(f"a field has the type {kind}")
        if at > len(data):
            raise ValueError("a field ends too early")
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first; and where what comes next begins."""
    value = 0
    for shift in range(0, 70, 7):
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError("a number does not end")


def _crc32c(data: bytes) -> int:
    crc = _MASK
    for byte in data:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ _MASK


def _masked(crc: int) -> int:
    """As LevelDB stores a checksum, so that one of data with checksums in it is no fixed point."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & _MASK


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _crc_table()
