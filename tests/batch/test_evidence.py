"""What is remembered of files tells them from others."""

from pathlib import Path

import pytest

from clfnet.batch.evidence import UNKNOWN, agree, is_lost, of_contents, of_sizes


def test_sizes_and_contents_tell_files_apart(tmp_path: Path) -> None:
    names = {"a": b"12", "b": b"12", "c": b"21", "d": b"123"}
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    a, b, c, d = (str(tmp_path / name) for name in names)
    assert of_sizes(a) == of_sizes(b) == of_sizes(c) != of_sizes(d)
    assert of_contents(a) == of_contents(b) != of_contents(c)
    assert of_contents(a, c) != of_contents(c, a)
    assert of_sizes(a, d) != of_sizes(d, a)
    assert of_contents(a, None) == of_contents(a)
    assert len(of_sizes(a)) == len(of_contents(a)) == 16


def test_what_cannot_be_seen_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    gone, there = str(tmp_path / "gone"), str(tmp_path / "a")
    assert (
        of_sizes(there, gone) == of_contents(there, gone) == of_contents("memory://no/file") == ""
    )
    assert agree("", of_sizes(there))
    assert not agree(of_sizes(there), of_contents(there))
    assert not any(UNKNOWN)


@pytest.mark.parametrize(("data", "lost"), [(None, True), (b"", True), (b"1", False)])
def test_lost(data: bytes | None, lost: bool, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "a").write_bytes(data)
    assert is_lost(str(tmp_path / "a")) == lost
