"""TIFF files that mean no good; what whole ones hold is tested where images are read."""

import contextlib
import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from clfnet.errors import ImageError, MissingExtraError
from clfnet.io.image import read_image
from clfnet.io.tiff import pixels_of
from clfnet.thermal.read import read_thermal


def _tiff(*tags: tuple[int, int], tail: bytes = b"", after: int = 0) -> bytes:
    """A little-endian TIFF of one directory of single LONGs, the next one at `after`."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", after) + tail


def _squeezed(mebibytes: int) -> bytes:
    stream = zlib.compressobj(9)
    return b"".join(stream.compress(bytes(2**20)) for _ in range(mebibytes)) + stream.flush()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rowsperstrip": 7},
        {"predictor": True, "rowsperstrip": 16},
        {"tile": (16, 32), "predictor": True},
        {"tile": (64, 64), "planarconfig": "separate"},
        {"rowsperstrip": 9, "planarconfig": "separate", "byteorder": ">"},
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_pixels_are_those_of_tifffile(options: dict[str, Any], dtype: str) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, np.iinfo(dtype).max, (45, 37, 3), dtype)
    if options.get("planarconfig") == "separate":
        pixels = np.moveaxis(pixels, 2, 0)
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, photometric="rgb", compression="zlib", **options)
    file.seek(0)
    with tifffile.TiffFile(file) as opened:
        np.testing.assert_array_equal(pixels_of(opened.pages.first, Path("a.tif")), pixels)


def test_a_strip_is_not_inflated_beyond_its_pixels(tmp_path: Path) -> None:
    bomb, path = _squeezed(64), tmp_path / "bomb.tif"
    at = 8 + 2 + 8 * 12 + 4
    size = ((256, 32), (257, 32), (258, 8), (259, 8), (262, 1))
    path.write_bytes(_tiff(*size, (273, at), (278, 32), (279, len(bomb)), tail=bomb))
    tracemalloc.start()
    try:
        with pytest.raises(ImageError, match="is too long"):
            read_image(path)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_a_strip_that_ends_early_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "short.tif"
    tifffile.imwrite(path, np.zeros((99, 99), np.uint8), compression="zlib", rowsperstrip=99)
    whole = path.read_bytes()
    with tifffile.TiffFile(path) as opened:
        place, length = opened.pages.first.dataoffsets[0], opened.pages.first.databytecounts[0]
    short = zlib.compress(bytes(500)).ljust(length, b"\0")
    path.write_bytes(whole[:place] + short + whole[place + length :])
    with pytest.raises(ImageError, match="damaged"):
        read_image(path)


def test_directories_may_go_in_a_circle(tmp_path: Path) -> None:
    path = tmp_path / "circle.tif"
    path.write_bytes(_tiff((256, 32), (257, 32), (258, 8), (262, 1), (273, 8), after=8))
    with pytest.raises(ImageError, match="must hold one image"):
        read_image(path)


@pytest.mark.parametrize("options", [{}, {"rowsperstrip": 7}, {"tile": (16, 32)}])
def test_damage_shows_by_deflate_s_checksum(options: dict[str, Any], tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    pixels = draw.normal(100, 5, (60, 80)).astype(np.uint8)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, compression="zlib", **options)
    whole = path.read_bytes()
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages.first
        start, count = page.dataoffsets[0], page.databytecounts[0]
    wrong = 0
    for place in draw.integers(start, start + count, 100):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.integers(8)
        path.write_bytes(flipped)
        with contextlib.suppress(ImageError):
            wrong += not np.array_equal(read_image(path).pixels, pixels)
    assert wrong == 0


@pytest.mark.parametrize("compression", ["lzw", "packbits", "zlib", "lzma", "zstd", None])
@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("extra", [True, False])
def test_packings_without_an_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compression: str, predictor: bool, extra: bool
) -> None:
    pytest.importorskip("imagecodecs")  # writes them
    if not extra:
        monkeypatch.setattr("clfnet.io.tiff.find_spec", lambda _: None)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 40000, (45, 37, 3)).astype(np.uint16)
    tifffile.imwrite(
        tmp_path / "a.tif",
        pixels,
        photometric="rgb",
        compression=compression,
        predictor=predictor and compression is not None,
        rowsperstrip=16,
    )
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif").pixels, pixels)


@pytest.mark.parametrize("name", ["jpeg2000", "lerc"])
def test_packings_of_the_extra_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pytest.importorskip("imagecodecs")
    pixels = np.random.default_rng(0).integers(0, 4000, (32, 40)).astype(np.uint16)
    options: Any = {"compressionargs": {"level": 0}} if name == "lerc" else {}
    tifffile.imwrite(tmp_path / "a.tif", pixels, compression=name, **options)
    np.testing.assert_array_equal(read_thermal(tmp_path / "a.tif").values, pixels)
    monkeypatch.setattr("clfnet.io.tiff.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"a\.tif is packed by .*clfnet\[formats\]"):
        read_thermal(tmp_path / "a.tif")


def test_no_data_of_a_visible_picture_is_transparent(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(1, 256, (6, 8, 3)).astype(np.uint8)
    pixels[:2] = 0
    tags = [(42113, 2, 0, "0", True)]
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extratags=tags)
    alpha = read_image(tmp_path / "a.tif").alpha
    assert alpha is not None
    np.testing.assert_array_equal(alpha, np.where(np.arange(6) < 2, 0, 255)[:, None].repeat(8, 1))


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32])
def test_no_data_of_an_infrared_map(tmp_path: Path, dtype: type[Any]) -> None:
    values = np.random.default_rng(0).integers(1, 30, (6, 8)).astype(dtype)
    stated = dtype(9000)
    holes = values.copy()
    holes[1, 2:5] = stated
    tags = [(42113, 2, 0, "9000", True)]
    tifffile.imwrite(tmp_path / "a.tif", holes, extratags=tags)
    found = read_thermal(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.data, holes == values)
    assert found.values.max() < 31


def test_a_mask_is_no_picture_of_its_own(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((32, 32)).astype(np.float32) * 30
    mask = np.zeros((32, 32), np.bool_)
    mask[4:20] = True
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(values)
        file.write(mask, photometric="mask", subfiletype=4)
        file.write(values[::2, ::2], subfiletype=1)
    found = read_thermal(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.data, mask)
    np.testing.assert_array_equal(found.known, values[mask])


def test_alpha_of_a_map_is_no_data(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((6, 8)).astype(np.float32) * 30
    alpha = np.where(np.arange(8) < 3, 0, 1).astype(np.float32)[None].repeat(6, 0)
    stacked = np.dstack([values, alpha])
    tifffile.imwrite(
        tmp_path / "a.tif", stacked, photometric="minisblack", extrasamples=["unassalpha"]
    )
    np.testing.assert_array_equal(read_thermal(tmp_path / "a.tif").data, alpha > 0)
