"""NumPy's files, read safely: sizes are checked, no pickled object is loaded."""

from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.io.checks import check_size

MAGIC = b"\x93NUMPY"


def read(file: BinaryIO, path: Path, max_pixels: int) -> NDArray[Any]:
    """Read an array of numbers.

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger arrays are refused before they are allocated.

    Returns:
        The array; no pickle is ever loaded.

    Raises:
        ImageError: it is no image of numbers, or too large.
        ValueError: the file is damaged.
    """
    _, shape = header(file, path)
    if len(shape) not in (2, 3):
        raise ImageError(
            f"{path} must have the shape (H, W), got {shape}. Save one image per file, or fuse a "
            f"stack of them, (N, H, W), as a video (-o OUT.mp4)."
        )
    check_size((shape[-1], prod(shape[:-1])), path, max_pixels)
    file.seek(0)
    array: NDArray[Any] = np.load(file, allow_pickle=False)
    return array


def header(file: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return the type and the shape of an array of numbers, before any of it is read.

    Args:
        file: at its start.
        path: its name, for messages.

    Raises:
        ImageError: it is none of numbers.
        ValueError: the file is damaged.
    """
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = npy.read_array_header_2_0(file)
    else:
        raise ValueError(f"version {version} of NPY")
    if dtype.kind not in "uif":
        raise ImageError(
            f"{path} must be an array of numbers, but is one of {dtype}. Save it as float32."
        )
    return dtype, shape
