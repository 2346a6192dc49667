"""Results that are kept for a while: the newest ones, bounded in number, bytes and age."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clfnet.io.files import bytes_in
from clfnet.serve.http.errors import RefusedError


@dataclass
class StoredResult:
    """A result.

    Attributes:
        id: its name, not to be guessed.
        folder: its files.
        stem: what downloads are called, without suffix.
        answer: what the client was told.
        bytes: what it takes on disk, with what has been made of it since.
        until: when it goes, by `time.monotonic`.
        users: how many use its files right now; they stay until none does.
    """

    id: str
    folder: Path
    stem: str
    answer: dict[str, Any]
    bytes: int
    until: float
    users: int = 0


class ResultStore:
    """Keeps results in a folder; used from the event loop alone.

    Args:
        folder: empty, and nobody else's.
        number: how many are kept.
        total: how many bytes they may take.
        seconds: how long each is kept.
        clock: tells the time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        number: int,
        total: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._number = number
        self._total = total
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[str, StoredResult] = {}  # oldest first

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """What they take."""
        return sum(kept.bytes for kept in self._kept.values())

    def new(self) -> tuple[str, Path]:
        """Return the name and the folder of a result that is to be."""
        name = secrets.token_hex(8)
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        return name, folder

    def keep(self, name: str, stem: str, answer: dict[str, Any]) -> StoredResult:
        """Keep a result whose files are written; the oldest ones go where there is no room."""
        folder = self.folder / name
        until = self._clock() + self._seconds
        kept = StoredResult(name, folder, stem, answer, bytes_in(folder), until)
        self._kept[name] = kept
        self._make_room()
        return kept

    def drop(self, name: str) -> None:
        """Remove a result and its files, these once nobody uses them any more."""
        kept = self._kept.pop(name, None)
        if kept is None or not kept.users:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def get(self, name: str) -> StoredResult:
        """Return a result.

        Raises:
            RefusedError: 404, there is none of this name, or no longer.
        """
        self._make_room()
        if name not in self._kept:
            raise RefusedError(
                404,
                "NotFound",
                f"The result must be one of the last {self._number} and at most "
                f"{self._seconds:g} seconds old, but {name!r:.40} is not kept. Fuse again.",
            )
        return self._kept[name]

    @contextmanager
    def using(self, name: str) -> Iterator[StoredResult]:
        """Let the files of a result stay, and count what is added to them.

        Raises:
            RefusedError: as `get`.
        """
        kept = self.get(name)
        kept.users += 1
        try:
            yield kept
        finally:
            kept.users -= 1
            if name in self._kept:
                kept.bytes = bytes_in(kept.folder)
                self._make_room()
            elif not kept.users:
                shutil.rmtree(kept.folder, ignore_errors=True)

    def _make_room(self) -> None:
        now = self._clock()
        for name in [name for name, kept in self._kept.items() if kept.until <= now]:
            self.drop(name)
        while len(self._kept) > self._number or (len(self._kept) > 1 and self.bytes > self._total):
            self.drop(next(iter(self._kept)))
