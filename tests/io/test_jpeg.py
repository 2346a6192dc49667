"""JPEG: what is looked at before decoding."""

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from clfnet.errors import ImageError
from clfnet.io.damage import damage_allowed
from clfnet.io.image import read_image
from clfnet.io.jpeg import MOST_SCANS, check_structure
from clfnet.thermal import read_thermal

END = b"\xff\xd9"
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("RGB", {}),
    "grey": ("L", {"quality": 95}),
    "progressive": ("RGB", {"progressive": True}),
    "restarts": ("RGB", {"restart_marker_rows": 1}),
    "4:4:4": ("YCbCr", {"subsampling": 0}),
    "4:1:1": ("RGB", {"subsampling": "4:1:1"}),
    "CMYK": ("CMYK", {}),
}


def jpeg(mode: str = "RGB", **options: Any) -> bytes:
    draw = np.random.default_rng(0)
    coarse = PIL.Image.fromarray(draw.integers(0, 256, (12, 16, 3), np.uint8))
    file = BytesIO()
    coarse.resize((160, 120), PIL.Image.Resampling.BICUBIC).convert(mode).save(
        file, "JPEG", **options
    )
    return file.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jpg"


@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_are_read_as_pillow_reads_them(kind: str, path: Path) -> None:
    mode, options = KINDS[kind]
    path.write_bytes(jpeg(mode, **options))
    with PIL.Image.open(path) as picture:
        expected = picture.convert("L" if mode == "L" else "RGB")
    np.testing.assert_array_equal(read_image(path).pixels, np.asarray(expected))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read", [read_image, read_thermal])
def test_pixels_that_are_lost_are_noticed(kind: str, read: Any, path: Path) -> None:
    mode, options = KINDS[kind]
    whole = jpeg(mode, **options)
    middle = len(whole) * 2 // 3
    for damaged in (
        whole[:middle],  # cut
        whole[:middle] + END,  # cut, and ended
        whole[:middle] + bytes(200) + whole[middle + 200 :],  # a block that was never written
        whole[:middle] + whole[middle + 64 :],  # bytes that are missing
    ):
        path.write_bytes(damaged)
        with pytest.raises(ImageError, match=r"a\.jpg must be a whole image.*--allow-damaged"):
            read(path)
        with damage_allowed() as noted:
            read(path)
        assert len(noted) == 1


def test_a_missing_end_mark_alone_is_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = jpeg()
    path.write_bytes(whole)
    expected = read_image(path).pixels
    assert not caplog.records
    path.write_bytes(whole.removesuffix(END))
    np.testing.assert_array_equal(read_image(path).pixels, expected)
    assert "a.jpg lacks its end mark, and nothing else" in caplog.text


def test_what_follows_the_end_mark_is_nobody_s_business(path: Path) -> None:
    path.write_bytes(jpeg() + bytes(1000) + jpeg())
    assert read_image(path).pixels.shape == (120, 160, 3)


def _bomb_of_scans() -> bytes:
    """A progressive file whose last scan comes again and again."""
    whole = jpeg("L", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 20_000 + END


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"\xff\xd8" + b"\xff" * 2**24, "fill bytes"),
        (lambda: jpeg()[:2] + b"\xff" * 5000 + jpeg()[2:], "fill bytes"),
        (lambda: jpeg()[:-2] + b"\xff" * 2**24, "fill bytes"),
        (lambda: jpeg()[:2] + b"\xff\xe5\x00\x02" * 2**20 + jpeg()[2:], "segments"),
        (_bomb_of_scans, f"more than {MOST_SCANS} scans"),
    ],
)
@pytest.mark.parametrize("read", [read_image, read_thermal])
def test_bombs_are_refused_at_once(make: Any, message: str, read: Any, path: Path) -> None:
    path.write_bytes(make())
    start = time.process_time()
    with pytest.raises(ImageError, match=message):
        read(path)
    assert time.process_time() - start < 2


def test_white_within_a_segment_is_no_fill() -> None:
    whole = jpeg()
    segment = b"\xff\xe5" + (30_002).to_bytes(2) + b"\xff" * 30_000
    assert check_structure(whole[:2] + segment + whole[2:])
    assert not check_structure(whole[:-2])
