"""The description that `clfnet.io.image.write_image` leaves in a file, read from its header."""

from pathlib import Path
from typing import Any, NamedTuple

from clfnet.io import png
from clfnet.io.files import open_input

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""The formats that hold one."""


class Described(NamedTuple):
    """A file's description, and its image's size in pixels."""

    text: str
    width: int
    height: int


def read_description(path: Path) -> Described | None:
    """Read a file's description without its pixels; None if it has none, whatever it is.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, write_image
        >>> path = Path(tempfile.mkdtemp()) / "a.png"
        >>> write_image(path, Image(np.zeros((2, 3), np.uint8), description="a road"))
        >>> read_description(path)
        Described(text='a road', width=3, height=2)
    """
    try:
        return _read(path)
    except Exception:  # noqa: BLE001  # somebody else's file, and decoders raise whatever they like
        return None


def _read(path: Path) -> Described:
    if path.suffix in (".tif", ".tiff"):
        import tifffile

        with tifffile.TiffFile(path) as tiff:
            page: Any = tiff.pages[0]
            return Described(page.description, page.imagewidth, page.imagelength)
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    with open_input(path) as file:
        if path.suffix == ".png":
            picture = PngImageFile(file)
            return Described(str(picture.info[png.DESCRIPTION]), *picture.size)
        jpeg = JpegImageFile(file)
        return Described(jpeg.info["comment"].decode(), *jpeg.size)
