"""Which other files an ONNX file asks for, without any package for ONNX.

ONNX Runtime of some versions opens whatever a graph names, wherever that is. So a file is walked
before it is loaded: messages of Protocol Buffers, down to the tensors that say where their data lie
(onnx.proto: `TensorProto.external_data`).
"""

from collections.abc import Iterator
from pathlib import Path

from clfnet.errors import WeightsError

_Schema = dict[str, dict[int, str]]
_SCHEMA: _Schema = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "function": {7: "node", 11: "attribute"},
    "tensor": {13: "entry"},
}
_KEY, _VALUE = 1, 2
_LOCATION = b"location"
_DEEPEST = 64  # graphs within graphs


def check_external_files(data: bytes, folder: Path | None, name: str) -> None:
    """Refuse a graph that asks for files outside of its folder.

    Args:
        data: the ONNX file.
        folder: where it lies; None where it must ask for none.
        name: what messages call it.

    Raises:
        WeightsError: it does, or what it asks for is not there; or it is no ONNX file.
    """
    try:
        wanted = sorted(set(external_files(data)))
    except (ValueError, IndexError, RecursionError) as error:
        raise WeightsError(
            f"{name} must be an ONNX graph, but is damaged ({error}). Export it again."
        ) from error
    for location in wanted:
        if folder is None:
            raise WeightsError(
                f"{name} must hold its weights itself, but asks for the file {location!r:.80}. "
                f"Export it as one file, or name it onnx:FILE."
            )
        path = (folder / location).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise WeightsError(
                f"{name} must have its weights in its own folder, but asks for {location!r:.80}. "
                f"Put the file beside it, and export it again."
            )


def external_files(data: bytes) -> Iterator[str]:
    r"""Yield what the tensors of a graph, and of those within it, call their files.

    Raises:
        ValueError: it is no such file.

    Example:
        >>> entry = b"\x0a\x08location\x12\x01w"
        >>> tensor = b"\x6a" + bytes([len(entry)]) + entry
        >>> graph = b"\x2a" + bytes([len(tensor)]) + tensor
        >>> list(external_files(b"\x3a" + bytes([len(graph)]) + graph))
        ['w']
    """
    yield from _walk(memoryview(data), "model", _DEEPEST)


def _walk(data: memoryview, kind: str, depth: int) -> Iterator[str]:
    if not depth:
        raise ValueError("its graphs lie too deep within each other")
    if kind == "entry":
        fields = dict(_fields(data))  # of a field that is there twice, the last one counts
        if bytes(fields.get(_KEY, b"")) == _LOCATION:
            yield bytes(fields.get(_VALUE, b"")).decode("utf-8", "surrogateescape")
        return
    for number, value in _fields(data):
        if inner := _SCHEMA[kind].get(number):
            yield from _walk(value, inner, depth - 1)


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and bytes of each field that is of bytes; skip the others."""
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        wire = tag & 7
        if wire == 0:
            _, place = _varint(data, place)
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        elif wire == 2:
            length, place = _varint(data, place)
            if place + length > len(data):
                raise ValueError("a field ends beyond its message")
            yield tag >> 3, data[place : place + length]
            place += length
        else:
            raise ValueError(f"wire type {wire} does not exist")


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("a number is too long")
