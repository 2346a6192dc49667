"""Pairs of folders, by name and by time."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.flir_files import fff_block, flir_jpeg

from clfnet.errors import PairingError
from clfnet.thermal.folders import Search, lonely, pairs_in


def _taken(path: Path, second: int) -> None:
    exif = PIL.Image.Exif()
    exif[306] = f"2026:03:01 12:00:{second:02}"
    path.parent.mkdir(exist_ok=True)
    PIL.Image.new("L", (8, 8)).save(path, exif=exif)


def _named(pairs: list[tuple[Path, ...]]) -> list[str]:
    return ["+".join(file.stem for file in pair) for pair in pairs]


def test_words_tell_the_kinds_of_one_folder(tmp_path: Path) -> None:
    for name, second in (("IR_0001", 1), ("DC_0002", 2), ("IR_0003", 9), ("DC_0004", 9), ("x", 9)):
        _taken(tmp_path / f"{name}.jpg", second)
    found = pairs_in(tmp_path, search=Search(by_time=True))
    assert _named(found.pairs) == ["IR_0001+DC_0002", "IR_0003+DC_0004"]
    assert [file.stem for file in found.unpaired] == ["x"]


def test_else_the_files_themselves_do(tmp_path: Path) -> None:
    """FLIR0001 and FLIR0002: the first holds counts."""
    _taken(tmp_path / "FLIR0002.jpg", 5)
    exif = PIL.Image.Exif()
    exif[306] = "2026:03:01 12:00:04"
    block = fff_block(np.full((8, 8), 9000, np.uint16))
    (tmp_path / "FLIR0001.jpg").write_bytes(flir_jpeg(block, exif=exif.tobytes()))
    found = pairs_in(tmp_path, search=Search(by_time=True))
    assert _named(found.pairs) == ["FLIR0001+FLIR0002"]


def test_names_that_tell_nothing_are_of_files_that_hold_both(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jpg").touch()
    assert _named(pairs_in(tmp_path).pairs) == ["a", "b"]


def test_two_folders(tmp_path: Path) -> None:
    _taken(tmp_path / "ir" / "7.jpg", 1)
    _taken(tmp_path / "vis" / "8.jpg", 2)
    folders = tmp_path / "ir", tmp_path / "vis"
    assert _named(pairs_in(*folders, Search(by_time=True)).pairs) == ["7+8"]
    with pytest.raises(PairingError, match=r"\(--by-time\)"):
        pairs_in(*folders)


def test_what_is_said_of_a_file_without_a_partner() -> None:
    assert lonely("a.jpg", by_time=True).startswith("a.jpg must have a partner taken within 2 s")
    assert "matching name" in lonely("a.jpg", by_time=False)
