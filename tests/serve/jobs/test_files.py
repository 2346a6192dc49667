"""Files of jobs are where their numbers say, and on the disk before they count."""

import os
from pathlib import Path

import pytest

from clfnet.io.files import bytes_in
from clfnet.serve.jobs.files import JobFiles, settle


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    files = JobFiles(tmp_path, "0123")
    files.make()
    for place in ("infrared/0001.png", "infrared/0011.tif", "visible/0001.jpg", "fused/0011.png"):
        (files.folder / place).write_bytes(b"1234")
    return files


def test_places(files: JobFiles) -> None:
    assert files.source("infrared", 1) == files.folder / "infrared" / "0001.png"
    assert files.source("visible", 11) is None
    assert files.result(11) == files.fused / "0011.png"
    assert files.result(1) is None
    assert files.video is None
    (files.folder / "result.mp4").touch()
    again = JobFiles(files.folder.parent, "0123")
    assert again.video == files.folder / "result.mp4"
    assert bytes_in(files.folder) == 16


def test_uploads_of_one_pair_go(files: JobFiles) -> None:
    files.drop_sources(1)
    assert {path.name for path in files.folder.glob("*/*.*")} == {"0011.tif", "0011.png"}


def test_what_was_half_made_goes(files: JobFiles) -> None:
    for place in (".clfnet-1.tmp", "fused/.clfnet-2.tmp", "work/fused.part-1.mp4"):
        (files.folder / place).touch()
    files.begin()
    assert [*files.folder.rglob(".clfnet-*"), *files.work.iterdir()] == []
    assert files.result(11) is not None


def test_everything_reaches_the_disk(files: JobFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    settle(files.folder)
    everything = [files.folder.parent, files.folder, *files.folder.rglob("*")]
    assert {path.stat().st_ino for path in everything} == set(synced)
