from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.thermal import npy

PATH = Path("a.npy")


def saved(array: Any, **options: Any) -> bytes:
    buffer = BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def header(text: str, version: int = 1) -> bytes:
    data = text.encode().ljust(117) + b"\n"
    length = len(data).to_bytes(2 if version == 1 else 4, "little")
    return npy.MAGIC + bytes([version, 0]) + length + data


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "<f4", ">f8", "i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_reads_what_numpy_saves(dtype: str, order: Any) -> None:
    array = np.asarray(np.arange(12).reshape(3, 4).astype(dtype), order=order)
    found = npy.read(BytesIO(saved(array)), PATH, 12)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("version", [1, 2])
def test_huge_headers_are_refused_before_memory_is_taken(version: int) -> None:
    for shape in ("(100000, 100000)", "(1, 1000000, 1000000)", "(1000000, 1000000, 1)"):
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"
        with pytest.raises(ImageError, match="megapixels"):
            npy.read(BytesIO(header(text, version)), PATH, 200_000_000)


@pytest.mark.parametrize(
    ("shape", "message"), [("(0, 5)", "must have pixels"), ("(-1, 5)", "must have pixels")]
)
def test_sizes_of_nothing_are_refused(shape: str, message: str) -> None:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"
    with pytest.raises(ImageError, match=message):
        npy.read(BytesIO(header(text)), PATH, 100)


def test_pickles_are_never_loaded() -> None:
    data = saved(np.array([[print]], object), allow_pickle=True)
    with pytest.raises(ImageError, match="array of numbers, but is one of object"):
        npy.read(BytesIO(data), PATH, 100)


def test_other_shapes_and_damage_are_named() -> None:
    with pytest.raises(ImageError, match="must have the shape"):
        npy.read(BytesIO(saved(np.zeros(5))), PATH, 100)
    data = saved(np.zeros((4, 4)))
    for broken in (data[:5], data[:60], data[:-1], header("nonsense"), npy.MAGIC + b"\7\0"):
        with pytest.raises((ValueError, SyntaxError)):
            npy.read(BytesIO(broken), PATH, 100)
