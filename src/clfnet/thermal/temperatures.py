"""The temperature map: a float32 TIFF in °C, which any tool reads."""

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.io.files import write_atomic

UNIT_NOTE = '{"unit": "celsius"}'
"""The description by which a map is known as one in °C."""


def check_suffix(path: Path) -> None:
    """Raise an `ImageError` if `write_temperatures` does not know the suffix of `path`."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise ImageError(f"{path} must end in .tif or .tiff to hold temperatures. Rename it.")


def write_temperatures(
    path: Path, celsius: NDArray[np.float32], *, overwrite: bool = False
) -> None:
    """Write temperatures as they are, atomically.

    Args:
        path: ends in .tif or .tiff.
        celsius: float32, (H, W), in °C. NaN stands for no temperature.
        overwrite: replace a file that is there already.

    Raises:
        ImageError: the suffix is another, or the array is none of temperatures.
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses to write.

    Example:
        >>> import tempfile, tifffile
        >>> path = Path(tempfile.mkdtemp()) / "map.tiff"
        >>> write_temperatures(path, np.array([[21.5, -3.25]], np.float32))
        >>> tifffile.imread(path).tolist()
        [[21.5, -3.25]]
    """
    check_suffix(path)
    write_atomic(path, encoded(celsius), overwrite=overwrite)


def encoded(celsius: NDArray[np.float32]) -> bytes:
    """Return temperatures as the bytes of a TIFF; see `write_temperatures`.

    Raises:
        ImageError: the array is none of temperatures.
    """
    import tifffile

    if celsius.ndim != 2 or not celsius.size or celsius.dtype != np.float32:
        raise ImageError(
            f"`celsius` must be float32 of the shape (H, W), got {celsius.dtype} of "
            f"{celsius.shape}."
        )
    buffer = BytesIO()
    tifffile.imwrite(
        buffer,
        celsius,
        photometric="minisblack",
        compression="zlib",
        description=UNIT_NOTE,
        metadata=None,
        software=False,
    )
    return buffer.getvalue()
