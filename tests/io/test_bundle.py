"""Checkpoints written here by other means: protobuf's own encoder, and tables block by block."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from clfnet.errors import WeightsError
from clfnet.io.bundle import is_bundle, read_bundle

Tensors = dict[str, NDArray[Any]]


@pytest.fixture
def tensors() -> Tensors:
    """Enough of them, with common beginnings, for several blocks."""
    rng = np.random.default_rng(0)
    named: Tensors = {
        f"model/layer{n}/{kind}": rng.random(shape, np.float32)
        for n in range(40)
        for kind, shape in (("b", (n + 1,)), ("w", (3, 3, 1, n + 1)))
    }
    return named | {
        "global_step": np.array(7, np.int64),
        "sizes": np.array([-1, 300], np.int32),
        "model/none": np.zeros((0, 4), np.float32),
    }


def test_every_tensor_as_it_was(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    path = write_bundle(tmp_path / "model-29", tensors)
    for given in (path, path.with_name("model-29.index")):
        found = read_bundle(given)
        assert list(found) == sorted(tensors)
        for name, tensor in tensors.items():
            assert found[name].dtype == tensor.dtype
            np.testing.assert_array_equal(found[name], tensor)


def test_several_data_files(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    found = read_bundle(write_bundle(tmp_path / "m", tensors, shards=3))
    np.testing.assert_array_equal(found["model/layer9/w"], tensors["model/layer9/w"])


def test_shapes_as_protobuf_writes_them(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=side) for side in (3, 3, 1, 40)])
    path = write_bundle(tmp_path / "m", tensors)
    assert shape.SerializeToString() in path.with_name("m.index").read_bytes()


def test_what_is_a_checkpoint(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    path = write_bundle(tmp_path / "m", tensors)
    assert is_bundle(path)
    assert is_bundle(path.with_name("m.index"))
    assert is_bundle(path.with_name("m.data-00000-of-00001"))
    assert not is_bundle(tmp_path / "other.pth")


def test_a_missing_part_is_named(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    path = write_bundle(tmp_path / "m", tensors)
    path.with_name("m.data-00000-of-00001").unlink()
    with pytest.raises(
        WeightsError, match=r"m\.data-00000-of-00001 must be a part.*Keep its files"
    ):
        read_bundle(path)


@pytest.mark.parametrize("cut", [0, 1, 40, 100, 2000])
def test_a_cut_index_is_refused(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path], cut: int
) -> None:
    index = write_bundle(tmp_path / "m", tensors).with_name("m.index")
    index.write_bytes(index.read_bytes()[: -cut - 1])
    with pytest.raises(WeightsError, match="must be the index of a TensorFlow checkpoint"):
        read_bundle(index)


def test_any_changed_byte_of_the_index_is_refused(
    tmp_path: Path, write_bundle: Callable[..., Path]
) -> None:
    """But for the footer's padding, which says nothing, and the list of other blocks."""
    tensors: Tensors = {"a/w": np.ones((2, 2), np.float32), "a/b": np.ones(2, np.float32)}
    index = write_bundle(tmp_path / "m", tensors).with_name("m.index")
    good = index.read_bytes()
    expected = read_bundle(index)
    for at in range(len(good)):
        index.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        try:
            found = read_bundle(index)
        except WeightsError:
            continue
        assert found.keys() == expected.keys()
        assert all((found[name] == expected[name]).all() for name in found)


def test_short_data_are_refused(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    path = write_bundle(tmp_path / "m", tensors)
    data = path.with_name("m.data-00000-of-00001")
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(WeightsError, match="ends too early"):
        read_bundle(path)


def test_compressed_blocks_are_refused(
    tmp_path: Path, tensors: Tensors, write_bundle: Callable[..., Path]
) -> None:
    path = write_bundle(tmp_path / "m", tensors, compression=1)
    with pytest.raises(WeightsError, match="it is compressed"):
        read_bundle(path)


def test_the_checksum_is_castagnolis() -> None:
    from clfnet.io.bundle import _crc32c

    assert _crc32c(b"123456789") == 0xE3069283  # of the catalogue of CRC algorithms
    assert struct.pack("<I", _crc32c(bytes(32))) == bytes.fromhex("aa36918a")  # of RFC 3720
