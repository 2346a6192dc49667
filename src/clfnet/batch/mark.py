"""The mark that a batch leaves in its outputs, by which it knows them again after a crash."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from clfnet.io import png
from clfnet.io.files import open_input
from clfnet.io.image import Image

SUFFIXES = (".png", ".jpg", ".tif")
"""The formats that hold a mark."""

_KEY = "batch"


@dataclass(frozen=True)
class Mark:
    """Which pair of which run a file is the output of.

    Attributes:
        run: the journal's own name.
        pair: as the journal knows it.
        row: where it stood in the manifest.
    """

    run: str
    pair: str
    row: int


@dataclass(frozen=True)
class Marked:
    """A marked file: the mark, and the image's size in pixels."""

    mark: Mark
    width: int
    height: int


def marked(image: Image, record: dict[str, Any], mark: Mark) -> Image:
    """Return the image with the mark in its description, beside the record of what was done."""
    text = json.dumps(record | {_KEY: asdict(mark)}, ensure_ascii=False)
    return replace(image, description=text)


def read_mark(path: Path) -> Marked | None:
    """Read the mark from a file's header; None for a file without one, whatever it is.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import write_image
        >>> path = Path(tempfile.mkdtemp()) / "a.png"
        >>> write_image(path, marked(Image(np.zeros((2, 3), np.uint8)), {}, Mark("r", "p", 7)))
        >>> read_mark(path)
        Marked(mark=Mark(run='r', pair='p', row=7), width=3, height=2)
    """
    try:
        text, width, height = _description(path)
        return Marked(Mark(**json.loads(text)[_KEY]), width, height)
    except Exception:  # noqa: BLE001  # somebody else's file, and decoders raise whatever they like
        return None


def _description(path: Path) -> tuple[str, int, int]:
    if path.suffix == ".tif":
        import tifffile

        with tifffile.TiffFile(path) as tiff:
            page: Any = tiff.pages[0]
            return page.description, page.imagewidth, page.imagelength
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    with open_input(path) as file:
        if path.suffix == ".png":
            picture = PngImageFile(file)
            return str(picture.info[png.DESCRIPTION]), *picture.size
        jpeg = JpegImageFile(file)
        return jpeg.info["comment"].decode(), *jpeg.size
