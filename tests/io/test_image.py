"""Images in files: what is written comes back, and what cannot be read is named."""

import contextlib
import os
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from clfnet.errors import ImageError, MissingExtraError, OutputExistsError
from clfnet.io.damage import damage_allowed
from clfnet.io.exif import Exif, Field, pack
from clfnet.io.image import (
    SUFFIXES,
    Image,
    Pixels,
    as_grey,
    decode_image,
    encode_image,
    read_image,
    to_uint8,
    to_uint16,
    write_image,
)
from clfnet.thermal import read_thermal
from clfnet.thermal.flir import is_radiometric

LOSSLESS = [".png", ".bmp", ".tif", ".tiff", ".PNG"]
DEPTHS = [np.uint8, np.uint16]
SHAPES = [(5, 7), (5, 7, 3), (1, 1), (1, 1, 3), (1, 6, 3), (6, 1)]


def random(shape: tuple[int, ...], dtype: type[Any] = np.uint8, seed: int = 0) -> Pixels:
    high = np.iinfo(dtype).max
    pixels: Pixels = np.random.default_rng(seed).integers(0, high, shape, dtype, endpoint=True)
    return pixels


def same(image: Image, pixels: Pixels, alpha: Pixels | None = None) -> None:
    assert image.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(image.pixels, pixels)
    assert (image.alpha is None) == (alpha is None)
    if alpha is not None and image.alpha is not None:
        assert image.alpha.dtype == alpha.dtype
        np.testing.assert_array_equal(image.alpha, alpha)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("suffix", LOSSLESS)
def test_round_trip(tmp_path: Path, suffix: str, shape: tuple[int, ...], dtype: type[Any]) -> None:
    pixels = random(shape, dtype)
    path = tmp_path / f"a{suffix}"
    write_image(path, Image(pixels))
    same(read_image(path), to_uint8(pixels) if suffix == ".bmp" else pixels)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_alpha_is_kept(
    tmp_path: Path, suffix: str, shape: tuple[int, ...], dtype: type[Any]
) -> None:
    pixels, alpha = random(shape, dtype), random(shape[:2], dtype, seed=1)
    path = tmp_path / f"a{suffix}"
    write_image(path, Image(pixels, alpha))
    same(read_image(path), pixels, alpha)


@pytest.mark.parametrize("suffix", [".bmp", ".jpg"])
def test_alpha_is_dropped_where_there_is_no_place(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, Image(random((4, 4, 3)), random((4, 4))))
    assert read_image(path).alpha is None


@pytest.mark.parametrize("dtype", DEPTHS)
def test_jpeg_is_close_and_8_bit(tmp_path: Path, dtype: type[Any]) -> None:
    ramp = np.linspace(0, np.iinfo(dtype).max, 64 * 48).reshape(48, 64).astype(dtype)
    pixels: Pixels = np.dstack([ramp, ramp[::-1], ramp[:, ::-1]])
    path = tmp_path / "a.jpeg"
    write_image(path, Image(pixels))
    found = read_image(path).pixels
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - to_uint8(pixels)).max() <= 6
    with PIL.Image.open(path) as picture:
        assert picture.info.get("progressive") is None
        assert [layer[1:3] for layer in picture.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_16_to_8_bits_rounds() -> None:
    levels = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(to_uint8(levels), np.rint(levels / 257))


def test_8_to_16_bits_keeps_full_scale_and_comes_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert to_uint16(levels)[[0, 1, 255]].tolist() == [0, 257, 65535]
    np.testing.assert_array_equal(to_uint8(to_uint16(levels)), levels)
    deep = random((3, 4), np.uint16)
    assert to_uint16(deep) is deep


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_profile_is_kept(tmp_path: Path, suffix: str, dtype: type[Any]) -> None:
    path = tmp_path / f"a{suffix}"
    write_image(path, Image(random((4, 4, 3), dtype), icc=b"a profile"))
    assert read_image(path).icc == b"a profile"


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
@pytest.mark.parametrize(("channels", "space"), [(1, b"RGB "), (3, b"GRAY"), (3, b"CMYK")])
def test_a_profile_of_other_channels_is_not_written(
    tmp_path: Path, suffix: str, dtype: type[Any], channels: int, space: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    pixels = random((4, 4, 3) if channels == 3 else (4, 4), dtype)
    fitting = b"RGB " if channels == 3 else b"GRAY"
    for colours, expected in ((space, False), (fitting, True)):
        profile = bytes(16) + colours + bytes(108)
        write_image(path, Image(pixels, icc=profile), overwrite=True)
        assert (read_image(path).icc == profile) == expected


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_exif_is_kept(
    tmp_path: Path, suffix: str, channels: int, dtype: type[Any], order: Literal["<", ">"]
) -> None:
    def number(value: int) -> bytes:
        return struct.pack(order + "I", value)

    notes = pack(
        Exif(
            order,
            {
                271: Field(2, b"clfnet\0"),
                282: Field(5, number(300) + number(1)),
                283: Field(5, number(300) + number(1)),
                296: Field(3, number(2)[:2] if order == "<" else number(2)[2:]),
                306: Field(2, b"2024:05:06 07:08:09\0"),
            },
            {33434: Field(5, number(1) + number(60)), 37500: Field(7, b"notes")},
            {1: Field(2, b"N\0"), 2: Field(5, b"".join(map(number, [49, 1, 1, 3, 5, 2])))},
        )
    )
    path = tmp_path / f"a{suffix}"
    pixels = random((4, 5, 3) if channels == 3 else (4, 5), dtype)
    write_image(path, Image(pixels, exif=notes))
    assert read_image(path).exif == notes
    with PIL.Image.open(path) as picture:
        found = picture.getexif()
        assert (found[271], found.get(274, 1), found[282]) == ("clfnet", 1, 300)
        assert found.get_ifd(34665) == {33434: pytest.approx(1 / 60), 37500: b"notes"}
        assert found.get_ifd(34853) == {1: "N", 2: (49, pytest.approx(1 / 3), 2.5)}


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_exif_survives_a_turn(tmp_path: Path, suffix: str) -> None:
    path, pixels = tmp_path / f"a{suffix}", random((16, 32, 3))
    picture = PIL.Image.fromarray(pixels)
    exif = picture.getexif()
    exif[271], exif[274] = "clfnet", 6
    if suffix == ".tif":
        tags: list[tuple[int | str, int | str, int | None, Any, bool]] = [
            (270, 2, 0, "of the old file", True),
            (271, 2, 0, "clfnet", True),
            (274, 3, 1, 6, True),
        ]
        tifffile.imwrite(path, pixels, extratags=tags, metadata=None)
    else:
        picture.save(path, exif=exif)
    image = read_image(path)
    assert image.pixels.shape == (32, 16, 3)
    write_image(tmp_path / "b.png", image)
    with PIL.Image.open(tmp_path / "b.png") as upright:
        found = upright.getexif()
        assert (found[271], found[274], found.get(270)) == ("clfnet", 1, None)


def test_exif_that_a_jpeg_cannot_hold_is_left_out(tmp_path: Path) -> None:
    notes = pack(Exif("<", {271: Field(2, b"x" * 70000)}))
    write_image(tmp_path / "a.jpg", Image(random((8, 8)), exif=notes))
    assert read_image(tmp_path / "a.jpg").exif is None
    write_image(tmp_path / "a.png", Image(random((8, 8)), exif=notes))
    assert read_image(tmp_path / "a.png").exif == notes


def test_exif_of_a_real_camera_survives(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "radiometric" / "flir_example.jpg"
    image = read_image(path)
    with PIL.Image.open(path) as picture:
        expected = picture.getexif()
    for suffix in (".png", ".tif", ".jpg"):
        write_image(tmp_path / f"a{suffix}", image)
        with PIL.Image.open(tmp_path / f"a{suffix}") as written:
            found = written.getexif()
            assert (found[271], found[306]) == (expected[271], expected[306])
            assert found.get_ifd(34853) == expected.get_ifd(34853)
            assert found.get_ifd(34665)[37386] == expected.get_ifd(34665)[37386]


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_description_is_recorded(tmp_path: Path, suffix: str, dtype: type[Any]) -> None:
    path, text = tmp_path / f"a{suffix}", '{"low": -10, "unit": "°C"}'
    write_image(path, Image(random((4, 5), dtype), description=text))
    with PIL.Image.open(path) as picture:
        picture.load()
        found = {
            ".png": picture.info.get("Description"),
            ".jpg": picture.info.get("comment"),
            ".tif": picture.getexif().get(270),
        }
    if suffix == ".bmp":
        assert not any(found.values())
    elif suffix.startswith(".jp"):
        assert found[".jpg"] == text.encode()
    elif suffix == ".png":
        assert found[".png"] == text
    else:
        with tifffile.TiffFile(path) as tiff:
            assert tiff.pages.first.description.encode() in (text.encode(), text.encode("latin-1"))
    assert read_image(path).description is None


def test_decodes_what_lies_in_another_file() -> None:
    pixels = random((4, 5), np.uint16)
    data = encode_image(Image(pixels), Path("a.png"))
    same(decode_image(data, Path("b.fff")), pixels)
    with pytest.raises(ImageError, match=r"^b\.fff must be a whole image"):
        decode_image(data[:-30], Path("b.fff"))


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_orientation_is_applied(
    tmp_path: Path, suffix: str, orientation: int, dtype: type[Any]
) -> None:
    path = tmp_path / f"a{suffix}"
    blocks = np.kron(random((2, 3, 3), dtype), np.ones((16, 16, 1), dtype))
    if suffix == ".tif":
        tifffile.imwrite(path, blocks, extratags=[(274, 3, 1, orientation, True)])
    else:
        write_image(path, Image(blocks))
        _add_exif(path, orientation)
    flat = PIL.Image.fromarray(to_uint8(blocks))
    flat.getexif()[274] = orientation
    upright = np.asarray(PIL.ImageOps.exif_transpose(flat)).astype(int)
    found = to_uint8(read_image(path).pixels).astype(int)
    assert found.shape == upright.shape
    assert np.abs(found - upright).max() <= (8 if suffix == ".jpg" else 0)


def _add_exif(path: Path, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[274] = orientation
    data, note = path.read_bytes(), exif.tobytes()
    if path.suffix == ".png":
        body = b"eXIf" + note.removeprefix(b"Exif\0\0")
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        path.write_bytes(data[:33] + chunk + data[33:])
    else:
        note = note if note.startswith(b"Exif\0\0") else b"Exif\0\0" + note
        segment = b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note
        path.write_bytes(data[:2] + segment + data[2:])


@pytest.mark.filterwarnings("ignore")  # Pillow warns
def test_damaged_exif_counts_as_upright_and_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    write_image(path, Image(random((8, 16))))
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1\x00\x12Exif\0\0MM\0*\xff\xff\xff\xff\x01\x02" + data[2:])
    image = read_image(path)
    assert image.pixels.shape == (8, 16)
    assert image.exif is None


@pytest.mark.parametrize(
    ("mode", "kind"), [("1", "png"), ("1", "tif"), ("1", "bmp"), ("P", "png"), ("P", "bmp")]
)
def test_one_bit_and_palettes(tmp_path: Path, mode: str, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    picture = PIL.Image.fromarray(random((6, 9, 3))).convert(mode)
    picture.save(path)
    expected = picture.convert("L" if mode == "1" else "RGB")
    same(read_image(path), np.asarray(expected))


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_transparent_colour_becomes_alpha(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    picture = PIL.Image.new(mode, (3, 2))
    picture.save(path, transparency=0 if mode != "RGB" else (0, 0, 0))
    image = read_image(path)
    assert image.alpha is not None
    assert not image.alpha.any()


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(path)
    assert read_image(path).pixels[4, 4].tolist() == pytest.approx([255, 0, 0], abs=4)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"bigtiff": True},
        {"planarconfig": "separate"},
        {"planarconfig": "contig", "tile": (16, 16)},
        {"compression": "zlib", "rowsperstrip": 2},
    ],
    ids=str,
)
def test_tiff_layouts(tmp_path: Path, dtype: type[Any], options: dict[str, Any]) -> None:
    path, pixels = tmp_path / "a.tif", random((20, 24, 3), dtype)
    stored = pixels.transpose(2, 0, 1) if options.get("planarconfig") == "separate" else pixels
    tifffile.imwrite(path, stored, photometric="rgb", **options)
    same(read_image(path), pixels)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_tiff_white_is_zero(tmp_path: Path, dtype: type[Any]) -> None:
    path, pixels = tmp_path / "a.tif", random((4, 5), dtype)
    tifffile.imwrite(path, np.iinfo(dtype).max - pixels, photometric="miniswhite")
    same(read_image(path), pixels)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_tiff_compressions_of_another_writer(tmp_path: Path, mode: str, compression: str) -> None:
    path = tmp_path / "a.tif"
    if mode == "I;16":
        stored = random((9, 8), np.uint16)
    else:
        stored = random((9, 8, len(mode)) if mode != "L" else (9, 8))
    PIL.Image.fromarray(stored).save(path, compression=compression)
    image = read_image(path)
    if mode == "RGBA":
        same(image, stored[..., :3], stored[..., 3])
    else:
        same(image, stored)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_tiff_multiplied_alpha_is_divided(tmp_path: Path, dtype: type[Any]) -> None:
    full = np.iinfo(dtype).max
    path = tmp_path / "a.tif"
    stored = np.array([[[full // 5, 0, 0, full // 5], [0, 0, 0, 0]]], dtype)
    tifffile.imwrite(path, stored, photometric="rgb", extrasamples=["assocalpha"])
    image = read_image(path)
    assert image.pixels.tolist() == [[[full, 0, 0], [0, 0, 0]]]
    assert image.alpha is not None
    assert image.alpha.tolist() == [[full // 5, 0]]


@pytest.mark.parametrize("dtype", [np.float32, np.uint32, np.int16])
def test_other_depths_are_refused(tmp_path: Path, dtype: type[Any]) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((4, 4), dtype))
    with pytest.raises(ImageError, match=r"a\.tif must have 8 or 16 bits"):
        read_image(path)


def test_more_samples_than_colour_and_alpha_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, random((4, 4, 5)), photometric="rgb", planarconfig="contig")
    with pytest.raises(ImageError, match="got 5"):
        read_image(path)


def test_16_bit_colour_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, random((4, 4, 3), np.uint16), photometric="rgb")
    data = bytearray(path.read_bytes())
    tag = data.index(struct.pack("<HHII", 262, 3, 1, 2))
    data[tag + 8] = 8  # CIELAB
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"keep its 16 bits, but is CIELAB, NONE"):
        read_image(path)


def test_several_pictures_are_refused(tmp_path: Path) -> None:
    frames = [PIL.Image.fromarray(random((4, 4), seed=seed)) for seed in range(3)]
    for path in (tmp_path / "a.png", tmp_path / "a.tif"):
        frames[0].save(path, save_all=True, append_images=frames[1:])
        with pytest.raises(ImageError, match="holds 3"):
            read_image(path)


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    pixels = random((4, 5, 3))
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_image(Image(pixels), Path("a.png")))
    same(read_image(path), pixels)


def test_other_kinds_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for data, message in (
        (b"", "is empty"),
        (b"hello", "but is text"),
        (b"GIF89a" + bytes(50), "but is GIF"),
    ):
        path.write_bytes(data)
        with pytest.raises(ImageError, match=message):
            read_image(path)
    with pytest.raises(ImageError, match="not there"):
        read_image(tmp_path / "b.png")
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)


def test_size_is_bounded_before_pixels_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_image(path, Image(random((10, 20))))
    assert read_image(path, max_pixels=200).width == 20
    with pytest.raises(ImageError, match=r"at most 0\.000199 megapixels, but is 20x10"):
        read_image(path, max_pixels=199)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_huge_header_is_refused(tmp_path: Path, depth: int) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60000, 60000, depth, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e")
    with pytest.raises(ImageError, match="at most 200 megapixels, but is 60000x60000"):
        read_image(path)
    bmp = tmp_path / "a.bmp"
    write_image(bmp, Image(random((2, 2, 3))))
    data = bytearray(bmp.read_bytes())
    data[18:26] = struct.pack("<ii", 60000, 60000)
    bmp.write_bytes(data)
    with pytest.raises(ImageError, match="at most 200 megapixels"):
        read_image(bmp)


def test_zero_size_is_refused(tmp_path: Path) -> None:
    for depth in (8, 16):
        header = b"IHDR" + struct.pack(">IIBBBBB", 0, 5, depth, 2, 0, 0, 0)
        chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
        with pytest.raises(ImageError, match=r"a\.png"):
            read_image(tmp_path / "a.png")


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str, dtype: type[Any]) -> None:
    path = tmp_path / f"a{suffix}"
    data = encode_image(Image(random((40, 40, 3), dtype)), path)
    for length in (1, 20, 60, len(data) // 2, len(data) * 3 // 4):
        path.write_bytes(data[:length])
        with pytest.raises(ImageError, match=rf"a\{suffix} must be") as caught:
            read_image(path)
        assert "\n" not in str(caught.value)


@given(data=st.data(), suffix=st.sampled_from(SUFFIXES), deep=st.booleans())
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_give_an_image_or_an_image_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, suffix: str, deep: bool
) -> None:
    pixels = random((6, 7, 3), np.uint16 if deep else np.uint8)
    path = tmp_path_factory.mktemp("damaged") / f"a{suffix}"
    damaged = bytearray(encode_image(Image(pixels), path))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    with contextlib.suppress(ImageError):
        image = read_image(path, max_pixels=1_000_000)
        assert image.pixels.dtype in (np.uint8, np.uint16)
        assert image.pixels.ndim in (2, 3)


def test_writing_names_a_wrong_suffix_and_keeps_files(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"a\.gif must end in one of \.png"):
        write_image(tmp_path / "a.gif", Image(random((2, 2))))
    write_image(tmp_path / "a.png", Image(random((2, 2))))
    with pytest.raises(OutputExistsError):
        write_image(tmp_path / "a.png", Image(random((2, 2))))
    write_image(tmp_path / "a.png", Image(random((3, 2))), overwrite=True)
    assert read_image(tmp_path / "a.png").height == 3


def test_a_format_that_is_too_small_is_named() -> None:
    with pytest.raises(ImageError, match=r"a\.jpg cannot hold 70000x1 pixels"):
        encode_image(Image(np.zeros((1, 70000), np.uint8)), Path("a.jpg"))


def test_reads_the_shared_files(shared: Path) -> None:
    thermal = read_image(shared / "data" / "radiometric" / "flir_16bit_768x1024.png")
    assert thermal.pixels.dtype == np.uint16
    for path in sorted((shared / "data" / "radiometric").glob("*.jpg")):
        assert read_image(path).pixels.dtype == np.uint8
    for path in sorted((shared / "data" / "msrs" / "vi").iterdir()):
        with PIL.Image.open(path) as picture:
            same(read_image(path), np.asarray(picture))


def test_saved_by_pillow_equals_saved_by_us() -> None:
    pixels = random((5, 6), np.uint16)
    with PIL.Image.open(BytesIO(encode_image(Image(pixels), Path("a.png")))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), pixels)


def test_a_png_s_checksums_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    draw = np.random.default_rng(0)
    write_image(path, Image(draw.normal(100, 5, (60, 80)).astype(np.uint8)))
    whole = path.read_bytes()
    for place in draw.integers(8, len(whole) - 12, 100):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.integers(8)
        path.write_bytes(flipped)
        with pytest.raises(ImageError):
            read_image(path)


def test_what_is_left_of_a_png_may_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_image(path, Image(np.zeros((60, 80), np.uint8)))
    flipped = bytearray(path.read_bytes())
    flipped[-13] ^= 1  # the last byte of the checksum of the pixels
    path.write_bytes(flipped)
    with pytest.raises(ImageError, match=r"checksum of chunk b'IDAT' is wrong.*--allow-damaged"):
        read_image(path)
    with damage_allowed() as noted:
        assert not read_image(path).pixels.any()
    assert noted == ["the checksum of chunk b'IDAT' is wrong"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a POSIX system")
@pytest.mark.parametrize("read", [read_image, read_thermal, is_radiometric])
def test_a_pipe_is_refused_at_once(read: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ImageError, match=r"a\.png must be readable, but: not a regular file"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize(("suffix", "form"), [(".webp", "WebP"), (".avif", "AVIF"), (".jp2", None)])
@pytest.mark.parametrize("has_alpha", [True, False])
def test_other_containers(tmp_path: Path, suffix: str, form: str | None, has_alpha: bool) -> None:
    y, x = np.mgrid[:48, :64]
    colours = np.stack([4 * x, 5 * y, 255 - 4 * x], axis=2).astype(np.uint8)
    alpha = np.where(x < 20, 0, 255).astype(np.uint8)
    picture = PIL.Image.fromarray(np.dstack([colours, alpha]) if has_alpha else colours)
    options: dict[str, Any] = {"lossless": True} if form == "WebP" else {"quality": 95}
    picture.save(tmp_path / f"a{suffix}", form, **(options if form else {}))
    found = read_image(tmp_path / f"a{suffix}")
    shown = x >= 20 if has_alpha else x >= 0
    assert np.abs(found.pixels.astype(int) - colours)[shown].mean() < 3
    assert (found.alpha is not None) == has_alpha


def test_heic_is_of_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif")
    pixels = np.full((64, 64, 3), 90, np.uint8)
    heif.from_pillow(PIL.Image.fromarray(pixels)).save(tmp_path / "a.heic")
    assert np.abs(read_image(tmp_path / "a.heic").pixels.astype(int) - 90).max() < 4
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[formats\]"):
        read_image(tmp_path / "a.heic")


def test_only_equal_channels_without_a_profile_are_grey() -> None:
    levels = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    stored = Image(np.dstack([levels] * 3), alpha=levels)
    assert as_grey(stored).pixels.tolist() == levels.tolist()
    assert as_grey(stored).alpha is levels
    assert as_grey(Image(stored.pixels, icc=b"profile")).pixels.ndim == 3
    for channel in range(3):
        tinted = stored.pixels.copy()
        tinted[2, 3, channel] += 1
        assert as_grey(Image(tinted)).pixels.ndim == 3
