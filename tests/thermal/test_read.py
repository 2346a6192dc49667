"""Files of thermal cameras, good and bad."""

import contextlib
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tifffile
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.io.image import Image, write_image
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.read import read_pair, read_thermal

Build = Callable[..., bytes]
Counts = NDArray[np.uint16]
ARRAYS = [np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64]


def numbers(dtype: type[Any]) -> NDArray[Any]:
    values = np.random.default_rng(0).normal(100, 30, (6, 8)).clip(0, 255)
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_pictures_keep_their_depth(tmp_path: Path, suffix: str, dtype: type[Any]) -> None:
    path, pixels = tmp_path / f"a{suffix}", numbers(dtype)
    write_image(path, Image(pixels))
    found = read_thermal(path)
    assert found.values.dtype == dtype
    assert found.unit == ("level" if dtype == np.uint8 else "count")
    np.testing.assert_array_equal(found.values, pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_counts_as_its_luma(tmp_path: Path, dtype: type[Any]) -> None:
    full = np.iinfo(dtype).max
    rgb = np.array([[[full, 0, 0], [0, full, 0], [7, 7, 7], [full, full, full]]], dtype)
    write_image(tmp_path / "a.png", Image(rgb, alpha=np.full((1, 4), 3, dtype)))
    found = read_thermal(tmp_path / "a.png").values
    assert found.dtype == dtype
    assert found[0].tolist() == [round(0.299 * full), round(0.587 * full), 7, full]


@pytest.mark.parametrize("dtype", ARRAYS)
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_of_numbers(
    tmp_path: Path, dtype: type[Any], byteorder: Any, compression: Any
) -> None:
    path, values = tmp_path / "a.tif", numbers(dtype)
    tifffile.imwrite(path, values, byteorder=byteorder, compression=compression)
    found = read_thermal(path)
    np.testing.assert_array_equal(found.values, values.astype(np.float32))
    assert found.celsius is None


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_tiff_of_numbers_of_another_writer(
    tmp_path: Path, compression: str, dtype: type[Any]
) -> None:
    path, values = tmp_path / "a.tif", numbers(dtype)
    PIL.Image.fromarray(values).save(path, compression=compression)
    np.testing.assert_array_equal(read_thermal(path).values, values.astype(np.float32))


def test_tiff_of_numbers_is_turned_upright(tmp_path: Path) -> None:
    values = numbers(np.float32)
    tags: list[Any] = [(274, 3, 1, 6, True)]
    tifffile.imwrite(tmp_path / "a.tif", values, extratags=tags, metadata=None)
    np.testing.assert_array_equal(read_thermal(tmp_path / "a.tif").values, np.rot90(values, -1))


@pytest.mark.parametrize("dtype", ARRAYS)
def test_npy(tmp_path: Path, dtype: type[Any]) -> None:
    np.save(tmp_path / "a.npy", numbers(dtype))
    found = read_thermal(tmp_path / "a.npy")
    np.testing.assert_array_equal(found.values, numbers(dtype).astype(np.float32))


def test_kelvin_per_count(tmp_path: Path) -> None:
    write_image(tmp_path / "a.tif", Image(np.array([[29315, 30315]], np.uint16)))
    found = read_thermal(tmp_path / "a.tif", ThermalOptions(kelvin_per_count=0.01))
    assert found.celsius == pytest.approx(np.array([[20, 30]]), abs=1e-3)
    with pytest.raises(ConfigError, match="above 0"):
        ThermalOptions(kelvin_per_count=0)
    write_image(tmp_path / "b.png", Image(np.zeros((2, 2), np.uint8)))
    with pytest.raises(ConfigError, match=r"b\.png holds levels"):
        read_thermal(tmp_path / "b.png", ThermalOptions(kelvin_per_count=0.01))


def test_radiometric_files(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts
) -> None:
    buffer = BytesIO()
    PIL.Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(buffer, "JPEG")
    options = {"visible": buffer.getvalue(), "visible_size": (64, 48), "overlay": (1.2, 0, 0)}
    path = tmp_path / "a.png"  # whatever its suffix
    for data in (flir_jpeg(fff_block(counts, **options)), fff_block(counts, **options)):
        path.write_bytes(data)
        thermal, visible, alignment, *_ = read_pair(path)
        np.testing.assert_array_equal(thermal.values, counts)
        assert thermal.unit == "count"
        assert thermal.celsius is not None
        assert visible.pixels.shape == (48, 64, 3)
        assert alignment is not None
        np.testing.assert_array_equal(read_thermal(path).values, counts)
    with pytest.raises(ConfigError, match="holds temperatures"):
        read_thermal(path, ThermalOptions(kelvin_per_count=0.01))


def test_a_pair_without_a_visible_picture_is_named(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(flir_jpeg(fff_block(counts)))
    with pytest.raises(ImageError, match=r"a\.jpg must hold a visible image .* Give a visible"):
        read_pair(path)
    path.write_bytes(flir_jpeg(b""))
    with pytest.raises(ImageError, match="holds no such data"):
        read_pair(path)


def test_dji_is_named(tmp_path: Path, flir_jpeg: Build) -> None:
    notes = PIL.Image.Exif()
    notes[271] = "DJI"
    path = tmp_path / "a_R.jpg"
    path.write_bytes(flir_jpeg(b"", exif=notes.tobytes(), extra=b"\xff\xe3\0\x04ab"))
    with pytest.raises(ImageError, match=r"this camera packs them.*DJI Thermal SDK"):
        read_thermal(path)


def _png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


def _tiff(values: NDArray[Any], size: tuple[int, int] | None = None, **options: Any) -> bytes:
    buffer = BytesIO()
    tifffile.imwrite(buffer, values, **options)
    data = bytearray(buffer.getvalue())
    for tag, side in zip((256, 257), size or (), strict=False):
        place = next(
            place
            for kind, number in ((3, 1), (4, 1))
            if (place := data.find(struct.pack("<HHI", tag, kind, number))) >= 0
        )
        struct.pack_into("<HHII", data, place, tag, 4, 1, side)
    return bytes(data)


def _frames(kind: str) -> bytes:
    buffer = BytesIO()
    pictures = [PIL.Image.fromarray(numbers(np.uint8) + np.uint8(i)) for i in range(3)]
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


BAD = {
    "empty": (b"", "is empty"),
    "text": (b"no image", "but is text"),
    "huge PNG": (_png_header(100_000, 100_000), "at most 200 megapixels"),
    "huge TIFF": (_tiff(numbers(np.float32), (100_000, 100_000)), "at most 200 megapixels"),
    "no pixels": (_png_header(0, 5), "a.bin"),
    "NaN": (_tiff(np.full((3, 4), np.nan, np.float32)), "all of its 12 pixels are NaN"),
    "animated": (_frames("PNG"), "holds 3"),
    "GIF": (_frames("GIF"), "but is GIF"),
    "pages": (_frames("TIFF"), "holds 3"),
    "float pages": (_tiff(np.zeros((2, 5, 6), np.float32)), "holds 2"),
    "float colour": (_tiff(np.zeros((5, 6, 3), np.float32), photometric="rgb"), "32-bit samples"),
    "complex": (_tiff(np.zeros((5, 6), np.complex64)), "must hold integers"),
    "cut TIFF": (_tiff(numbers(np.float32))[:-60], "must be a whole image"),
    "AFF": (b"AFF\0".ljust(100, b"\0"), "is AFF"),
    "FFF": (b"FFF\0".ljust(100, b"\0"), "but is FLIR FFF"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_in_one_line(tmp_path: Path, name: str) -> None:
    data, message = BAD[name]
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    with pytest.raises(ImageError, match=message) as caught:
        read_thermal(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="not there"):
        read_thermal(tmp_path / "b.png")
    with pytest.raises(ImageError, match="is a folder"):
        read_thermal(tmp_path)


@pytest.mark.parametrize("mode", ["1", "CMYK", "P"])
def test_odd_pictures_are_converted(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    PIL.Image.fromarray(np.zeros((8, 8, 3), np.uint8) + np.uint8(255)).convert(mode).save(path)
    found = read_thermal(path)
    assert found.values.shape == (8, 8)
    assert found.values.min() > 250


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_give_a_picture_or_an_image_error(tmp_path: Path) -> None:
    buffer = BytesIO()
    np.save(buffer, numbers(np.float32))
    whole = [_tiff(numbers(np.float32)), _tiff(numbers(np.int16), compression="zlib")]
    random = np.random.default_rng(0)
    path = tmp_path / "a.bin"
    for data in (*whole, buffer.getvalue()):
        for attempt in range(120):
            damaged = bytearray(data)
            for place in random.integers(0, len(data), 3):
                damaged[place] = random.integers(256)
            path.write_bytes(damaged if attempt % 2 else damaged[: random.integers(len(data))])
            with contextlib.suppress(ImageError):
                found = read_thermal(path, max_pixels=1_000_000)
                assert found.values.dtype in (np.uint8, np.uint16, np.float32)
                assert found.values.ndim == 2
                assert np.isfinite(found.values).all()


def test_reads_the_shared_files(shared: Path) -> None:
    folder = shared / "data" / "radiometric"
    deep = read_thermal(folder / "flir_16bit_768x1024.png")
    assert deep.values.dtype == np.uint16
    assert (deep.unit, deep.celsius) == ("count", None)
    for name in ("ax8.jpg", "flir_example.jpg", "IR_2412.jpg"):
        assert read_thermal(folder / name).celsius is not None
    with pytest.raises(ImageError, match=r"IR_2412\.jpg must hold a visible image"):
        read_pair(folder / "IR_2412.jpg")
    assert read_pair(folder / "ax8.jpg").visible.pixels.shape == (480, 640, 3)
