"""The mark that a batch leaves in its outputs, by which it knows them again after a crash."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from clfnet.io.description import read_description
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
    """A marked file: the mark, the image's size in pixels, and the record of what was done."""

    mark: Mark
    width: int
    height: int
    record: dict[str, Any]


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
        Marked(mark=Mark(run='r', pair='p', row=7), width=3, height=2, record={})
    """
    found = read_description(path)
    if found is None:
        return None
    try:
        record = json.loads(found.text)
        return Marked(Mark(**record.pop(_KEY)), found.width, found.height, record)
    except (ValueError, TypeError, KeyError, AttributeError):  # somebody else's
        return None
