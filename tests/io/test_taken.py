"""Pairs by when they were taken."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from clfnet.errors import PairingError
from clfnet.io.taken import match_by_time, taken_at


def write(path: Path, when: str, fraction: str = "") -> Path:
    exif = PIL.Image.Exif()
    exif[306] = when
    exif.get_ifd(0x8769).update({36867: when} | ({37521: fraction} if fraction else {}))
    path.parent.mkdir(exist_ok=True)
    PIL.Image.fromarray(np.zeros((8, 8), np.uint8)).save(path, exif=exif)
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_the_time_of_each_format(tmp_path: Path, suffix: str) -> None:
    found = taken_at(write(tmp_path / f"a{suffix}", "2026:03:01 12:30:05", "25"))
    assert found is not None
    assert found.isoformat()[:19] == "2026-03-01T12:30:05"


@pytest.mark.parametrize("when", ["", "0000:00:00 00:00:00", "yesterday"])
def test_what_tells_no_time(tmp_path: Path, when: str) -> None:
    assert taken_at(write(tmp_path / "a.jpg", when)) is None
    (tmp_path / "b.jpg").write_bytes(b"no image")
    assert taken_at(tmp_path / "b.jpg") is None


def test_the_nearest_belong_together(tmp_path: Path) -> None:
    """Both kinds are counted in one series, and one visible image was taken alone."""
    heat = {
        name: write(tmp_path / "ir" / f"{name}.jpg", f"2026:03:01 12:00:{second:02}")
        for name, second in (("0001", 1), ("0003", 9), ("0006", 30))
    }
    light = {
        name: write(tmp_path / "vis" / f"{name}.jpg", f"2026:03:01 12:00:{second:02}")
        for name, second in (("0002", 2), ("0004", 10), ("0005", 20))
    }
    found = match_by_time(heat, light)
    assert [(a.stem, b.stem) for a, b in found.pairs] == [("0001", "0002"), ("0003", "0004")]
    assert found.names == ["0002", "0004"]
    assert [file.stem for file in found.unpaired] == ["0006", "0005"]


def test_a_second_decides_by_its_fraction(tmp_path: Path) -> None:
    heat = {"a": write(tmp_path / "a.jpg", "2026:03:01 12:00:01", "9")}
    light = {
        name: write(tmp_path / f"{name}.jpg", f"2026:03:01 12:00:0{second}", fraction)
        for name, second, fraction in (("b", 1, "1"), ("c", 2, "2"))
    }
    assert match_by_time(heat, light).names == ["c"]


def test_no_two_within_the_time(tmp_path: Path) -> None:
    heat = {"a": write(tmp_path / "a.jpg", "2026:03:01 12:00:01")}
    light = {"b": write(tmp_path / "b.jpg", "2026:03:01 12:00:04")}
    with pytest.raises(PairingError, match="taken within 2 s by their EXIF"):
        match_by_time(heat, light)
