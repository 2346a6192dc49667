"""Files that belong together."""

from pathlib import Path

import pytest

from clfnet.errors import PairingError
from clfnet.io.pairing import match_folder, match_folders, pair_folders


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
    found = match_folders(infrared, visible)
    assert found.pairs == [(infrared / "a.png", visible / "a.png")]
    assert found.unpaired == [infrared / "b.png", visible / "c.png"]


def test_names_twins(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a.jpg", "a.png", "a.tif")
    visible = folder(tmp_path, "vi", "a.png")
    with pytest.raises(PairingError, match=r"a\.jpg, \S+a\.png, \S+a\.tif share"):
        pair_folders(infrared, visible)


def test_says_if_no_name_matches(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "a_ir.png")
    visible = folder(tmp_path, "vi", "b_vi.png")
    with pytest.raises(PairingError, match=r"no two do \(e\.g\. a_ir\.png, b_vi\.png\)"):
        match_folders(infrared, visible)


def test_names_that_differ_in_a_word(tmp_path: Path) -> None:
    infrared = folder(tmp_path, "ir", "IR_0001.png", "IR_0002.png", "IR_0003.png")
    visible = folder(tmp_path, "vi", "VIS_0001.jpg", "VIS_0002.jpg")
    found = match_folders(infrared, visible)
    assert [(a.name, b.name) for a, b in found.pairs] == [
        ("IR_0001.png", "VIS_0001.jpg"),
        ("IR_0002.png", "VIS_0002.jpg"),
    ]
    assert (found.names, found.unpaired) == (["VIS_0001", "VIS_0002"], [infrared / "IR_0003.png"])
    assert found.note == "without the words 'ir', 'vis'"


def test_one_folder_twice_is_refused(tmp_path: Path) -> None:
    both = folder(tmp_path, "both", "a.png")
    with pytest.raises(PairingError, match="must be different ones"):
        match_folders(both, tmp_path / "both" / ".." / "both")


def test_one_folder_of_both_kinds(tmp_path: Path) -> None:
    files = "DJI_1_T.JPG", "DJI_1_W.JPG", "DJI_1_Z.JPG", "DJI_2_T.JPG", "map.png"
    both = folder(tmp_path, "DCIM", *files)
    found = match_folder(both)
    assert found is not None
    assert [[file.name for file in pair] for pair in found.pairs] == [
        ["DJI_1_T.JPG", "DJI_1_W.JPG"]
    ]
    assert [file.name for file in found.unpaired] == ["DJI_2_T.JPG", "map.png"]
    assert [file.name for file in found.spare] == ["DJI_1_Z.JPG"]
    zoomed = match_folder(both, lens="zoom")
    assert zoomed is not None
    assert zoomed.pairs[0][1].name == "DJI_1_Z.JPG"
    assert match_folder(folder(tmp_path, "other", "a.jpg", "b.jpg")) is None


def test_sub_folders_on_request(tmp_path: Path) -> None:
    folder(tmp_path, "ir"), folder(tmp_path, "vi")
    for kind in ("ir", "vi"):
        for scene in ("day", "night", ".hidden"):
            folder(tmp_path / kind, scene, "1.png")
    with pytest.raises(PairingError, match="must hold images"):
        match_folders(tmp_path / "ir", tmp_path / "vi")
    found = match_folders(tmp_path / "ir", tmp_path / "vi", recursive=True)
    assert found.names == ["day/1", "night/1"]
    assert found.pairs[1] == tuple(tmp_path / kind / "night" / "1.png" for kind in ("ir", "vi"))
    inside = match_folder(tmp_path, recursive=True)
    assert inside is not None
    assert inside.names == ["vi/day/1", "vi/night/1"]


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
