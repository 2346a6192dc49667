"""Files that belong together."""

from pathlib import Path

import pytest

from clfnet.data.pairing import match_folders, pair_folders
from clfnet.errors import PairingError


def folder(parent: Path, name: str, *files: str) -> Path:
    path = parent / name
    path.mkdir()
    for file in files:
        (path / file).touch()
    return path


def test_pairs_by_stem_sorted(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "b.png", "a.TIF")
    visible = folder(tmp_path, "vi", "a.jpg", "b.bmp")
    assert pair_folders(infrared, visible) == [
        (infrared / "a.TIF", visible / "a.jpg"),
        (infrared / "b.png", visible / "b.bmp"),
    ]


def test_three_folders(tmp_path: Path) -> None:
    folders = [folder(tmp_path, name, "a.png") for name in ("ir", "vi", "fused")]
    assert pair_folders(*folders) == [tuple(path / "a.png" for path in folders)]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a.png", ".a.png", "a.txt", "Thumbs.db")
    folder(infrared, "b.png")
    visible = folder(tmp_path, "vi", "a.png", "notes.md")
    assert len(pair_folders(infrared, visible)) == 1


def test_names_what_has_no_partner(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a.png", "b.png")
    visible = folder(tmp_path, "vi", "a.png", "c.png")
    with pytest.raises(PairingError, match=r"ir/b\.png, \S+vi/c\.png have none"):
        pair_folders(infrared, visible)
    pairs, unpaired = match_folders(infrared, visible)
    assert pairs == [(infrared / "a.png", visible / "a.png")]
    assert unpaired == [infrared / "b.png", visible / "c.png"]


def test_names_twins(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a.jpg", "a.png", "a.tif")
    visible = folder(tmp_path, "vi", "a.png")
    with pytest.raises(PairingError, match=r"a\.jpg, \S+a\.png, \S+a\.tif share"):
        pair_folders(infrared, visible)


def test_says_if_no_stem_matches(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a_ir.png")
    visible = folder(tmp_path, "vi", "a_vi.png")
    with pytest.raises(PairingError, match=r"no stem is in both \(e\.g\. a_ir\.png, a_vi\.png\)"):
        match_folders(infrared, visible)


def test_empty_and_missing_folders(tmp_path: Path) -> None:
    full = folder(tmp_path, "full", "a.png")
    with pytest.raises(PairingError, match=r"empty must hold images"):
        pair_folders(full, folder(tmp_path, "empty", "a.txt"))
    with pytest.raises(PairingError, match=r"nowhere must be a folder, but is not there"):
        pair_folders(full, tmp_path / "nowhere")
    with pytest.raises(PairingError, match=r"a\.png must be a folder, but is a file"):
        pair_folders(full, full / "a.png")


def test_long_lists_are_cut(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a.png", *(f"x{i:03}.png" for i in range(100)))
    visible = folder(tmp_path, "vi", "a.png")
    with pytest.raises(PairingError, match="and 92 more") as caught:
        pair_folders(infrared, visible)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PairingError, match="must be readable, but: Permission denied"):
        pair_folders(tmp_path)
