"""A service owns its own folder alone."""

import stat
from pathlib import Path

import pytest

from clfnet.errors import InputError
from clfnet.serve.data_folder import MARKER, DataFolder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    made = DataFolder(tmp_path / "a" / "data")
    assert (made.path / MARKER).is_file()
    for folder in (made.path, made.jobs, made.uploads, made.results, made.incoming):
        assert mode(folder) == 0o700


@pytest.mark.parametrize("name", ["results", "photo.png", ".hidden", "jobs.sqlite"])
def test_a_folder_of_somebody_else_is_left_alone(name: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / name
    mine.mkdir(parents=True)
    (mine / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=f"must be empty.*holds '{name}'.*--data"):
        DataFolder(mine.parent)
    assert [each.name for each in mine.parent.iterdir()] == [name]
    assert (mine / "thesis.txt").read_text() == "mine"


def test_an_empty_folder_is_taken_and_made_private(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    tmp_path.chmod(0o755)
    DataFolder(tmp_path)
    assert mode(tmp_path) == 0o700


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (data.results / "link").symlink_to(tmp_path / "mine")
    data.empty()
    assert [*data.results.iterdir()] == []
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"


def test_what_is_set_aside_is_never_overwritten(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    for _ in range(3):
        (data.jobs / "a").mkdir()
        (moved,) = data.set_aside(["b"])
        assert moved.parent == data.orphaned
    assert len([*data.orphaned.iterdir()]) == 3
