"""Where the files of jobs are: a folder per job, names of ours alone.

::

    ID/infrared/0001.png   an upload; removed once its pair is done
    ID/visible/0001.jpg
    ID/rig.json            what aligns all pairs, if one was given
    ID/fused/0001.png      a result
    ID/work/               a video that is being made; emptied at the start
    ID/result.mp4          the video of a finished job; a ZIP of images is made while it is sent
"""

import os
import shutil
import sys
from pathlib import Path

SOURCES = ("infrared", "visible")


class JobFiles:
    """The folder of one job.

    Args:
        folder: of all jobs.
        job: the job's name.
    """

    def __init__(self, folder: Path, job: str) -> None:
        self.folder = folder / job
        self.fused = self.folder / "fused"
        self.work = self.folder / "work"
        self.rig = self.folder / "rig.json"

    def make(self) -> None:
        """Make the folder and those in it."""
        self.folder.mkdir(mode=0o700)
        for name in (*SOURCES, "fused", "work"):
            (self.folder / name).mkdir()

    def source(self, kind: str, number: int) -> Path | None:
        """Return an upload of a pair; None where there is none."""
        return _first(self.folder / kind, number)

    def result(self, number: int) -> Path | None:
        """Return the fused image of a pair; None where it is not made."""
        return _first(self.fused, number)

    @property
    def video(self) -> Path | None:
        """The video of a finished job."""
        return next(iter(sorted(self.folder.glob("result.*"))), None)

    def drop_sources(self, number: int) -> None:
        """Remove the uploads of a pair, which are not needed any more."""
        for kind in SOURCES:
            if (path := self.source(kind, number)) is not None:
                path.unlink(missing_ok=True)

    def begin(self) -> None:
        """Remove what an interrupted run left half made."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(exist_ok=True)
        for unfinished in (*self.folder.glob(".clfnet-*"), *self.fused.glob(".clfnet-*")):
            unfinished.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def settle(path: Path) -> None:
    """Wait until a file, or all files in a folder, are on the disk, names included."""
    for each in [*path.rglob("*"), path]:
        _sync(each)
    settle_name(path)


def settle_name(path: Path) -> None:
    """Wait until the name of a file is on the disk."""
    _sync(path.parent)


def _sync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # names are kept without being asked
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _first(folder: Path, number: int) -> Path | None:
    return next(iter(folder.glob(f"{number:04}.*")), None)
