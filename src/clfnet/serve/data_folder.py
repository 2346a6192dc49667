"""The data folder of a service: marked by a file, and used by no other program."""

import logging
import shutil
import stat
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from clfnet.errors import InputError

MARKER = ".clfnet-serve"
"""The file by which a service knows a folder as its own."""

_TEXT = "`clfnet serve` keeps results and jobs in this folder, and removes what is old.\n"
_IGNORED = {"lost+found"}  # what a file system of its own begins with

_log = logging.getLogger("clfnet.serve")


class DataFolder:
    """The folder of one service.

    Args:
        folder: made if it is missing; else empty, or one that a service made.

    Raises:
        InputError: it holds files of somebody else, or the system refuses.

    Example:
        >>> import tempfile
        >>> folder = DataFolder(Path(tempfile.mkdtemp()) / "data")
        >>> folder.jobs.is_dir(), DataFolder(folder.path).path == folder.path
        (True, True)
    """

    def __init__(self, folder: Path) -> None:
        self.path = _private(folder)
        try:
            self._claim()
        except OSError as error:
            raise _refused(folder, error) from error
        self.database = folder / "jobs.sqlite"
        self.orphaned = folder / "orphaned"
        self.jobs, self.uploads, self.results, self.incoming = (
            _private(folder / name) for name in ("jobs", "uploads", "results", "incoming")
        )

    def _claim(self) -> None:
        marker = self.path / MARKER
        if marker.is_file():
            self.path.chmod(stat.S_IRWXU)
            return
        if others := [each.name for each in self.path.iterdir() if each.name not in _IGNORED]:
            raise InputError(
                f"{self.path} must be empty, or a folder that `clfnet serve` made, but holds "
                f"{min(others)!r:.60}. Name another folder: --data."
            )
        marker.write_text(_TEXT)
        self.path.chmod(stat.S_IRWXU)

    def empty(self) -> None:
        """Remove what does not outlive a process: results, and uploads that are no job yet."""
        for folder in (self.uploads, self.results, self.incoming):
            for each in folder.iterdir():
                if each.is_dir() and not each.is_symlink():
                    shutil.rmtree(each, ignore_errors=True)
                else:
                    each.unlink(missing_ok=True)

    def set_aside(self, known: Iterable[str]) -> list[Path]:
        """Move what is among the jobs, and none of them, to `orphaned`, and log it.

        Args:
            known: the names of all jobs that the database lists.
        """
        names = set(known)
        moved = []
        for each in sorted(self.jobs.iterdir()):
            if each.name in names:
                continue
            now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
            target = _private(self.orphaned) / f"{each.name}-{now}"
            each.rename(target)
            _log.warning("%s is of no known job; it is now %s", each, target)
            moved.append(target)
        return moved


def _private(folder: Path) -> Path:
    """Return a folder that only this user may enter; it is made if it is missing."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error
    return folder


def _refused(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"{folder} must be a folder to write to, but: {error.strerror or error}. "
        f"Name another: --data."
    )
