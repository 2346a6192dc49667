"""What a file is, by its bytes."""

from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from clfnet.io.formats import VISIBLE
from clfnet.io.kinds import kind_of


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF", "WebP", "AVIF", "JPEG2000", "GIF"])
def test_what_pillow_writes(form: str) -> None:
    buffer = BytesIO()
    PIL.Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(buffer, form)
    found = kind_of(buffer.getvalue()[:132])
    assert found.replace(" ", "") == form
    assert (found in {each.name for each in VISIBLE}) == (form != "GIF")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypisom", "an MP4 or MOV video"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (bytes(128) + b"DICM", "DICOM"),
        (b"%PDF-1.7", "PDF"),
        (b"12.5;13,0\r\n", "text"),
        ("température\n".encode(), "text"),
        (bytes(range(132)), "unknown bytes"),
        (b"", "nothing"),
    ],
)
def test_others(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind
