from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest

from clfnet.thermal import jpeg

Build = Callable[..., bytes]


def exif(maker: str) -> bytes:
    notes = PIL.Image.Exif()
    notes[271] = maker
    return notes.tobytes()


def test_puts_the_parts_together_in_their_order(flir_jpeg: Build) -> None:
    block = np.random.default_rng(0).bytes(5500)
    data = flir_jpeg(block)
    assert jpeg.flir_block(BytesIO(data)) == block
    first = data.index(b"\xff\xe1", 2)
    second = data.index(b"\xff\xe1", first + 2)
    length = second - first
    turned = data[:first] + data[second : second + length] + data[first:second]
    assert jpeg.flir_block(BytesIO(turned + data[second + length :])) == block


def test_parts_that_are_missing_or_doubled_are_named(flir_jpeg: Build) -> None:
    data = flir_jpeg(bytes(2500))
    first = data.index(b"\xff\xe1", 2)
    part = data[first : first + 1012]
    with pytest.raises(ValueError, match=r"part 0 .* is missing"):
        jpeg.flir_block(BytesIO(data.replace(part, b"", 1)))
    with pytest.raises(ValueError, match=r"part 0 .* twice"):
        jpeg.flir_block(BytesIO(data[:first] + part + data[first:]))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (flags, expected)
        for flags, expected in (
            ({"exif": exif("DJI"), "extra": b"\xff\xe3\0\x04ab"}, True),
            ({"exif": exif("DJI")}, False),
            ({"exif": exif("Canon"), "extra": b"\xff\xe3\0\x04ab"}, False),
            ({"extra": b"\xff\xe3\0\x04ab\xff\xe1\0\x0bdrone-dji"}, True),
        )
    ],
)
def test_knows_dji(flir_jpeg: Build, data: dict[str, Any], expected: bool) -> None:
    file = BytesIO(flir_jpeg(b"", **data))
    assert jpeg.is_dji(file) == expected
    assert jpeg.flir_block(file) is None


def test_exif_of_a_jpeg(flir_jpeg: Build) -> None:
    found = jpeg.exif_of(BytesIO(flir_jpeg(b"", exif=exif("clfnet"))))
    assert found is not None
    assert b"clfnet" in found
    assert jpeg.exif_of(BytesIO(flir_jpeg(b""))) is None


def test_what_is_no_segment_ends_the_search() -> None:
    for data in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe1",
        b"\xff\xd8\xff\xe1\0\0",
        b"\xff\xd8\xff\xff",
    ):
        assert jpeg.flir_block(BytesIO(data)) is None
