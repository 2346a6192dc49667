"""Headerless files, whose layout the user tells: what makers' SDKs and video grabbers write."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.io.checks import check_size

_TYPES = ("u1", "u2", "i2", "u4", "i4", "f4", "f8")
_FORM = re.compile(r"(\d{1,5})x(\d{1,5}):([<>]?)([uif][1248])")


@dataclass(frozen=True)
class Raw:
    """The layout of a headerless file.

    Attributes:
        width: columns.
        height: rows.
        dtype: of a number, byte order included.
    """

    width: int
    height: int
    dtype: str

    @classmethod
    def parse(cls, text: str) -> "Raw":
        """Return the layout that a text stands for.

        Args:
            text: WIDTHxHEIGHT:TYPE, the type u1, u2, i2, u4, i4, f4 or f8 (unsigned, signed, float;
                bytes), little endian, or with ">" before it big endian.

        Raises:
            ConfigError: it stands for none.

        Example:
            >>> Raw.parse("640x512:f4")
            Raw(width=640, height=512, dtype='<f4')
        """
        match = _FORM.fullmatch(text.strip().lower())
        if match is None or match[4] not in _TYPES or not int(match[1]) * int(match[2]):
            raise ConfigError(
                f"`raw` must be WIDTHxHEIGHT:TYPE, TYPE one of {', '.join(_TYPES)}, got {text!r}. "
                f"For example 640x512:f4."
            )
        return cls(int(match[1]), int(match[2]), (match[3] or "<") + match[4])

    def read(self, file: BinaryIO, path: Path, max_pixels: int) -> NDArray[np.generic]:
        """Read a file of exactly this layout.

        Raises:
            ImageError: it has another size, or is too large.
        """
        check_size((self.width, self.height), path, max_pixels)
        wanted = self.width * self.height * np.dtype(self.dtype).itemsize
        data = file.read(wanted + 1)
        if len(data) != wanted:
            size = path.stat().st_size
            raise ImageError(
                f"{path} must have {wanted} bytes to be {self.width}x{self.height} numbers of "
                f"{self.dtype[1:]}, but has {size}. Correct `raw` (--raw)."
            )
        values = np.frombuffer(data, self.dtype).reshape(self.height, self.width)
        native: NDArray[np.generic] = values.astype(values.dtype.newbyteorder("="))
        return native
