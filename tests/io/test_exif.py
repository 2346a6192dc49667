"""EXIF, against what Pillow writes and reads."""

import contextlib
import struct
from io import BytesIO
from typing import Any, Literal

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from clfnet.io.exif import Exif, Field, clean, pack, parse

GPS = {1: "N", 2: (IFDRational(49), IFDRational(1, 2), IFDRational(0)), 18: "WGS84"}
EXPOSURE = {36867: "2024:05:06 07:08:09", 33434: IFDRational(1, 60), 37500: bytes(range(40))}


def by_pillow(orientation: int = 1) -> bytes:
    """EXIF of another writer: camera, exposure, place, an old size, and tags of a layout."""
    exif = PIL.Image.Exif()
    exif[271], exif[272], exif[274] = "clfnet", "Test 1", orientation
    exif[282], exif[40092] = IFDRational(72), b"X\0P\0\0\0"
    exif[273], exif[256] = 8, 640  # strip offset, width: of the old file's layout
    exif[34665] = EXPOSURE | {40962: 640, 40963: 480}
    exif[34853] = GPS
    return exif.tobytes()


def pillow_reads(data: bytes) -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif.load(data)
    return exif


def test_keeps_what_tells_of_the_picture() -> None:
    cleaned = clean(by_pillow(orientation=6))
    assert cleaned is not None
    found = pillow_reads(cleaned)
    assert (found[271], found[272], found[274], found[282]) == ("clfnet", "Test 1", 1, 72)
    assert found[40092] == b"X\0P\0\0\0"
    assert not {256, 273} & found.keys()
    assert found.get_ifd(34665) == EXPOSURE
    assert found.get_ifd(34853) == GPS


def test_text_keeps_its_bytes() -> None:
    """Pillow's own writer turns letters that are not ASCII into question marks."""
    exif = Exif(">", {315: Field(2, "Müller\0".encode())}, place={29: Field(2, b"2024:05:06\0")})
    assert parse(pack(exif)).main[315].data == "Müller\0".encode()
    assert pillow_reads(pack(exif)).get_ifd(34853)[29] == "2024:05:06"


orders: st.SearchStrategy[Literal["<", ">"]] = st.sampled_from(["<", ">"])
values = st.binary(min_size=1, max_size=9).map(lambda data: Field(7, data))


@given(
    order=orders,
    main=st.dictionaries(st.sampled_from([270, 271, 306, 33432]), values),
    exposure=st.dictionaries(st.integers(1, 40000), values),
    place=st.dictionaries(st.integers(0, 31), values),
)
def test_round_trip(
    order: Literal["<", ">"],
    main: dict[int, Field],
    exposure: dict[int, Field],
    place: dict[int, Field],
) -> None:
    assert parse(pack(Exif(order, main, exposure, place))) == Exif(order, main, exposure, place)


def test_the_thumbnail_is_dropped() -> None:
    buffer = BytesIO()
    picture = PIL.Image.fromarray(np.zeros((8, 8), np.uint8))
    picture.save(buffer, "JPEG")
    data = by_pillow()[6:]
    (count,) = struct.unpack_from(">H", data, 8)
    thumbnail = struct.pack(">HHHIIHHIII", 2, 513, 4, 1, 0, 514, 4, 1, 700, 0) + buffer.getvalue()
    linked = bytearray(data + thumbnail)
    struct.pack_into(">I", linked, 10 + 12 * count, len(data))
    cleaned = clean(bytes(linked))
    assert cleaned == clean(data)


def test_a_place_that_is_none_is_dropped() -> None:
    """FLIR's AX8 points at the exposure for the place, too."""
    exposure = {36867: Field(2, b"2024:05:06\0")}
    assert parse(pack(Exif("<", {}, exposure, exposure))) == Exif("<", {}, exposure)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"Exif\0\0", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"II+\0" + bytes(40)],
)
def test_damage_drops_it(damaged: bytes) -> None:
    assert clean(damaged) is None


def test_nothing_worth_keeping_is_nothing() -> None:
    exif = PIL.Image.Exif()
    exif[274] = 6
    assert clean(exif.tobytes()) is None


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_exif_or_nothing(data: st.DataObject) -> None:
    damaged = bytearray(by_pillow())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cleaned = clean(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    if cleaned is not None:
        assert len(cleaned) < 8_000_000
        again: Any = parse(cleaned)
        assert clean(cleaned) == pack(again)


def test_sizes_are_bounded() -> None:
    entry = struct.pack("<HHII", 271, 2, 0xFFFFFFFF, 8)
    with contextlib.suppress(ValueError):
        assert not parse(b"II*\0\x08\0\0\0\x01\0" + entry + bytes(4)).main
