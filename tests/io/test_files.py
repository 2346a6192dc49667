"""Files appear whole or not at all."""

import ctypes
import errno
import os
import sys
from pathlib import Path

import pytest

from clfnet.errors import InputError, OutputExistsError
from clfnet.io.files import (
    bytes_in,
    check_outputs,
    is_trouble,
    open_atomic,
    open_input,
    refuse_input,
    sweep,
    write_atomic,
)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_writes_and_makes_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.bin"
    write_atomic(path, b"\0whole")
    assert path.read_bytes() == b"\0whole"
    assert names(path.parent) == ["c.bin"]


def test_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    write_atomic(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_dangling_link_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExistsError):
        write_atomic(tmp_path / "a", b"new")


def test_a_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    sync = os.fsync

    def slow_sync(descriptor: int) -> None:
        path.write_bytes(b"other")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", slow_sync)
    with pytest.raises(OutputExistsError):
        write_atomic(path, b"mine")
    assert path.read_bytes() == b"other"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("there", [False, True])
def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    path = tmp_path / "a"

    def no_links(source: object, target: object) -> None:
        if there:
            path.write_bytes(b"other")
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    if there:
        with pytest.raises(OutputExistsError):
            write_atomic(path, b"mine")
    else:
        write_atomic(path, b"mine")
    assert path.read_bytes() == (b"other" if there else b"mine")
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    if overwrite:
        path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_atomic(path, b"new", overwrite=overwrite)
    assert names(tmp_path) == (["a"] if overwrite else [])


def test_impossible_places_are_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        write_atomic(tmp_path / "file" / "a", b"new")
    with pytest.raises(InputError, match="cannot be written"):
        write_atomic(tmp_path, b"new", overwrite=True)


def test_mode_follows_the_umask(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a POSIX system")
def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="not a regular file"):
            open_input(path)
    (tmp_path / "file").write_bytes(b"whole")
    with open_input(tmp_path / "file") as file:
        assert file.read() == b"whole"


@pytest.mark.parametrize("has_rename", [True, False])
def test_no_empty_file_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_rename: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    if not has_rename:
        monkeypatch.setattr(sys, "platform", "other")
    path = tmp_path / "a"
    write_atomic(path, b"whole")
    assert path.read_bytes() == b"whole"
    with pytest.raises(OutputExistsError):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"whole"
    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: None)
    with pytest.raises(InputError):
        write_atomic(tmp_path / "b", b"whole")
    assert names(tmp_path) == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX locks")
def test_what_the_dead_left_is_swept_and_what_is_written_stays(tmp_path: Path) -> None:
    (tmp_path / ".clfnet-00.tmp").write_bytes(b"half")
    (tmp_path / ".clfnet-notes").write_bytes(b"mine")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / ".clfnet-01.tmp").write_bytes(b"half")
    with open_atomic(tmp_path / "a") as file:
        file.write(b"wh")
        sweep(tmp_path)
        file.write(b"ole")
    sweep(tmp_path)
    assert sorted(names(tmp_path)) == [".clfnet-notes", "a", "samples"]
    assert names(tmp_path / "samples") == [".clfnet-01.tmp"]
    sweep(tmp_path, recursive=True)
    assert names(tmp_path / "samples") == []
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_trouble_is_told_from_faults() -> None:
    full = OSError(errno.ENOSPC, "no space")
    wrapped = InputError("cannot be written")
    wrapped.__cause__ = full
    assert is_trouble(full)
    assert is_trouble(wrapped)
    assert not is_trouble(InputError("of another kind"))
    assert not is_trouble(OSError(errno.ENOENT, "gone"))


def test_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_bytes(b"x")
    os.link(there, link)
    refuse_input(tmp_path / "other", [there, link])
    missing = tmp_path / "folder" / ".." / "missing"
    for output, given in ((there, there), (link, there), (tmp_path / "missing", missing)):
        with pytest.raises(InputError, match="must not be one of the inputs"):
            refuse_input(output, [given])


def test_files_may_go_while_they_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(10))
    lstat = os.lstat

    def late(path: str) -> os.stat_result:
        (tmp_path / "b").unlink(missing_ok=True)
        return lstat(path)

    monkeypatch.setattr(os, "lstat", late)
    assert bytes_in(tmp_path) in (20, 30)
    assert bytes_in(tmp_path / "never there") == 0


def test_outputs_are_neither_inputs_nor_each_other(tmp_path: Path) -> None:
    source, link = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("1")
    link.symlink_to(source)
    with pytest.raises(InputError, match=r"b\.csv must not be one of the inputs"):
        check_outputs([None, link], [source], overwrite=True)
    new = tmp_path / "new" / "c.csv"
    with pytest.raises(InputError, match="must not be written twice"):
        check_outputs([new, tmp_path / "new" / ".." / "new" / "c.csv"])
    with pytest.raises(OutputExistsError):
        check_outputs([new, source])
    check_outputs([new, source], overwrite=True)
