"""The journal of a run: what became of each pair, in a file that survives any crash.

One JSON object a line. The first names the run and holds all that the results depend on; each
further one tells of a pair. Lines are only ever appended, and reach the disk before anybody counts
on them. What a crash leaves of a last line is cut off.
"""

import json
import os
import secrets
from array import array
from collections.abc import Iterable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clfnet.batch.evidence import NOTHING, Evidence
from clfnet.errors import ConfigError, InputError

_VERSION = 1
_STATES = ("done", "failed")
_AGAIN = "again"  # a key of those that were done before
_HEAD = b'{"journal": '


class Journal:
    """An open journal; nobody else can open it meanwhile.

    Args:
        path: its file, made if it is not there.
        run: what the results depend on: plain values. A journal that is there must have been begun
            with equal ones.

    Attributes:
        path: its file.
        run: the name that the journal was given when it was made.
        is_new: nothing had been begun.

    Raises:
        ConfigError: the journal was begun with other values; what differs is named.
        InputError: the file is no journal, is damaged, cannot be written, or another process has
            it open.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "journal.jsonl"
        >>> with Journal(path, {"model": "fast"}) as journal:
        ...     journal.append([{"pair": "00000000000000ff", "name": "a", "state": "done"}])
        >>> with Journal(path, {"model": "fast"}) as journal:
        ...     journal.state("00000000000000ff"), journal.state("0000000000000001")
        ('done', None)

    Memory holds 40 bytes for each pair that is done, and 8 for each that failed.
    """

    def __init__(self, path: Path, run: Mapping[str, Any]) -> None:
        self.path = path
        self._file = _open(path)
        try:
            _lock(self._file, path)
            self.is_new, self.run = self._begin(run)
            self._cut()
            self._has_again = False
            self._done, self._failed = self._states()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()  # and with it goes the lock

    def state(self, pair: str) -> str | None:
        """Return what had become of a pair when the journal was opened: "done", "failed" or None.

        Args:
            pair: 16 hexadecimal digits.
        """
        number = int(pair, 16)
        if _holds(self._done[:, 0], number):
            return "done"
        return "failed" if _holds(self._failed, number) else None

    def evidence(self, pair: str) -> Evidence:
        """Return what the files of a pair that is done were like, when the journal was opened."""
        place = int(np.searchsorted(self._done[:, 0], np.uint64(int(pair, 16)), "right")) - 1
        texts = (f"{int(number):016x}" if number else NOTHING for number in self._done[place, 1:])
        return Evidence(*texts)

    def append(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Add lines; they are on the disk when this returns.

        Args:
            entries: plain values; `pair` and `state` are needed, see `state`.

        Raises:
            InputError: the system refuses to write.
        """
        entries = list(entries)
        self._has_again |= any(_AGAIN in entry for entry in entries)
        if text := "".join(json.dumps(entry) + "\n" for entry in entries):
            self._write(text)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Read what has been appended, line by line: of pairs that were done again, the last one.

        Raises:
            InputError: a line is damaged.
        """
        last: dict[str, int] = {}
        if self._has_again:
            again = ((number, each) for number, each in enumerate(self._lines()) if _AGAIN in each)
            last = {each["pair"]: number for number, each in again}
        for number, entry in enumerate(self._lines()):
            if last.get(entry["pair"], number) <= number:
                yield entry

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Read what has been appended, from the beginning, line by line.

        Raises:
            InputError: a line is damaged.
        """
        with self.path.open("rb") as file:
            next(file)
            for number, line in enumerate(file, 2):
                entry = _parsed(line)
                if entry is None or entry.get("state") not in _STATES or "pair" not in entry:
                    raise InputError(
                        f"{self.path} must be a whole journal, but line {number} is damaged. "
                        f"Take that line out."
                    )
                yield entry

    def _begin(self, run: Mapping[str, Any]) -> tuple[bool, str]:
        """Write or compare the first line; return whether it was written, and the run's name."""
        self._file.seek(0)
        first = self._file.readline()
        is_torn = not first.endswith(b"\n") and first[: len(_HEAD)] == _HEAD[: len(first)]
        if is_torn:  # or empty: nothing had been begun yet
            self._truncate(0)
            name = secrets.token_hex(8)
            self._write(json.dumps({"journal": _VERSION, "run": name, **run}) + "\n")
            return True, name
        head = _parsed(first)
        if head is None or head.pop("journal", None) != _VERSION:
            raise InputError(
                f"{self.path} must be a journal of `clfnet batch`, but is another file. "
                f"Choose another place for the journal."
            )
        name = head.pop("run")
        _compare(head, run, self.path)
        return False, name

    def _cut(self) -> None:
        """Cut off what is left of a last line that was being written when everything stopped."""
        start = end = self._file.seek(0, os.SEEK_END)
        while True:  # the first line is whole
            step = min(1 << 16, start)
            self._file.seek(start - step)
            newline = self._file.read(step).rfind(b"\n")
            start += newline + 1 - step if newline >= 0 else -step
            if newline >= 0:
                break
        if start < end:
            self._truncate(start)

    def _states(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the pairs that are done, each with its evidence, and those that failed; sorted."""
        done, failed = array("Q"), array("Q")
        for entry in self._lines():
            self._has_again |= _AGAIN in entry
            pair = int(entry["pair"], 16)
            if entry["state"] == "failed":
                failed.append(pair)
            else:
                done.append(pair)
                done.extend(int(entry.get(name) or "0", 16) for name in Evidence._fields)
        table = np.frombuffer(done, np.uint64).reshape(-1, 1 + len(Evidence._fields))
        return table[np.argsort(table[:, 0], kind="stable")], np.sort(
            np.frombuffer(failed, np.uint64)
        )

    def _truncate(self, size: int) -> None:
        try:
            self._file.truncate(size)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> InputError:
        return InputError(
            f"{self.path} cannot be written: {error.strerror or error}. "
            f"Remove the cause, then run the same command again."
        )

    def _write(self, text: str) -> None:
        try:
            rest = memoryview(text.encode("ascii"))
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from error


def _open(path: Path) -> FileIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+b", buffering=0)  # what failed to be written is not tried again
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}. Choose another place."
        ) from error


def _lock(file: FileIO, path: Path) -> None:
    """Lock out other drivers until this process ends, however it ends."""
    try:
        import fcntl
    except ImportError as error:
        raise InputError(
            "`clfnet batch` must run on a POSIX system, to lock its journal."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError(
            f"{path} must have one driver at a time, but another process works with it. "
            f"Wait for it, or give each its shard (--shard)."
        ) from error


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _compare(begun: Mapping[str, Any], now: Mapping[str, Any], path: Path) -> None:
    plain = json.loads(json.dumps(now))
    differing = [
        f"{name} was {begun.get(name)!r} and is {plain.get(name)!r}"
        for name in dict.fromkeys([*begun, *plain])
        if begun.get(name) != plain.get(name)
    ]
    if differing:
        raise ConfigError(
            f"options must be those that {path} was begun with, but {', '.join(differing)}. "
            f"Use those, or another output and journal."
        )


def _holds(pairs: NDArray[np.uint64], number: int) -> bool:
    place = int(np.searchsorted(pairs, np.uint64(number)))
    return place < len(pairs) and int(pairs[place]) == number
