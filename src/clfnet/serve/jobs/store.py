"""Jobs and their pairs in SQLite: whatever ends the process, nothing is lost or done twice."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clfnet.errors import InputError

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
FINISHED = (DONE, FAILED, CANCELLED)
STATES = (QUEUED, RUNNING, *FINISHED)

_VERSION = 2
_SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    state TEXT NOT NULL, form TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL, error TEXT, created TEXT NOT NULL, finished TEXT,
    revision INTEGER NOT NULL DEFAULT 1);
CREATE TABLE pairs (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    name TEXT NOT NULL, infrared TEXT, visible TEXT, state TEXT NOT NULL, error TEXT, celsius TEXT,
    PRIMARY KEY (job, number)) WITHOUT ROWID;
"""
_FROM_1 = "ALTER TABLE pairs ADD COLUMN celsius TEXT;"


@dataclass(frozen=True)
class FilePair:
    """One pair of a job.

    Attributes:
        number: its place, from 1.
        name: what its result is called.
        infrared: the client's name of its infrared file; empty where there is none.
        visible: the same of its visible file.
        state: queued, done or failed.
        error: why it failed.
        celsius: the lowest, mean and highest temperature, by "min", "mean" and "max"; empty where
            the infrared image does not measure.
    """

    number: int
    name: str
    infrared: str
    visible: str
    state: str = QUEUED
    error: str | None = None
    celsius: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        id: its name, not to be guessed.
        kind: "folder" or "video".
        state: queued, running, done, failed or cancelled.
        form: the options as they came.
        done: pairs or frames that are fused.
        total: pairs, or frames as far as that is known.
        error: why all of it failed.
        created: when it was accepted, ISO 8601.
        finished: when it ended.
        revision: grows with every change.
    """

    id: str
    kind: str
    state: str
    form: Mapping[str, str]
    done: int
    total: int
    error: str | None
    created: str
    finished: str | None
    revision: int

    @property
    def is_finished(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in FINISHED


class Store:
    """Jobs on disk, for one process; may be used from any thread.

    Args:
        path: the database; made if it is missing.

    Raises:
        InputError: another process has it, or it is no such database.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._database = sqlite3.connect(
                path, timeout=0.2, isolation_level=None, check_same_thread=False
            )
            self._open()
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{path.parent} must be a folder that no other service uses, but: {error}. "
                f"Stop that one, or name another folder: --data."
            ) from error
        except sqlite3.Error as error:
            raise InputError(
                f"{path} must be a whole database of jobs, but: {error}. Move it away; the files "
                f"of its jobs are kept, in the folder `orphaned`."
            ) from error

    def _open(self) -> None:
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")  # held until it is closed
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("PRAGMA foreign_keys = ON")
        (state,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError(" ".join(state.split())[:200])
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version not in (0, 1, _VERSION):
            raise sqlite3.DatabaseError(f"its jobs are of version {version}, not {_VERSION}")
        if version < _VERSION:
            change = _FROM_1 if version else _SCHEMA
            self._database.executescript(
                f"BEGIN IMMEDIATE; {change} PRAGMA user_version = {_VERSION}; COMMIT;"
            )

    def close(self) -> None:
        """Let others have it."""
        with self._lock:
            self._database.close()

    def add(
        self, job: str, kind: str, form: Mapping[str, str], pairs: Iterable[FilePair], *, total: int
    ) -> None:
        """Accept a job, whole or not at all."""
        with self._change() as database:
            database.execute(
                "INSERT INTO jobs (id, kind, state, form, total, created) VALUES (?,?,?,?,?,?)",
                (job, kind, QUEUED, json.dumps(dict(form)), total, _now()),
            )
            database.executemany(
                "INSERT INTO pairs VALUES (?,?,?,?,?,?,?,NULL)",
                [(job, p.number, p.name, p.infrared, p.visible, p.state, p.error) for p in pairs],
            )

    def get(self, job: str) -> Job | None:
        """Return a job; None if there is none of this name."""
        rows = self._read("SELECT * FROM jobs WHERE id = ?", job)
        return _job(rows[0]) if rows else None

    def all(self) -> list[Job]:
        """Return all jobs, the newest first."""
        return [_job(row) for row in self._read("SELECT * FROM jobs ORDER BY number DESC")]

    def pairs(self, job: str, state: str | None = None) -> list[FilePair]:
        """Return the pairs of a job, of one state or all."""
        query = "SELECT * FROM pairs WHERE job = ? AND ? IN ('', state) ORDER BY number"
        return [_pair(row) for row in self._read(query, job, state or "")]

    def recover(self) -> None:
        """Let jobs wait again that count as running, when none is.

        They were left by a process that was killed, or when the system refused to note what had
        become of them.
        """
        with self._change() as database:
            database.execute(
                "UPDATE jobs SET state = ?, revision = revision + 1 WHERE state = ?",
                (QUEUED, RUNNING),
            )

    def claim(self) -> Job | None:
        """Take the oldest job that waits, to run it."""
        with self._change() as database:
            query = "SELECT * FROM jobs WHERE state = ? ORDER BY number LIMIT 1"
            row = database.execute(query, (QUEUED,)).fetchone()
            if row is None:
                return None
            _move(database, row["id"], RUNNING, QUEUED)
        return self.get(row["id"])

    def move(self, job: str, state: str, *states: str, error: str | None = None) -> bool:
        """Change the state of a job that is in one of `states`; tell whether it was."""
        with self._change() as database:
            return _move(database, job, state, *states, error=error)

    def progress(self, job: str, done: int, total: int) -> None:
        """Note how far a job is."""
        with self._change() as database:
            database.execute(
                "UPDATE jobs SET done = ?, total = ?, revision = revision + 1 WHERE id = ?",
                (done, total, job),
            )

    def finish_pair(
        self,
        job: str,
        number: int,
        error: str | None = None,
        celsius: Mapping[str, float] | None = None,
    ) -> None:
        """Note what became of a pair, and count it if it is done; a second time changes nothing."""
        with self._change() as database:
            changed = database.execute(
                "UPDATE pairs SET state = ?, error = ?, celsius = ? "
                "WHERE job = ? AND number = ? AND state = ?",
                (FAILED if error else DONE, error, json.dumps(celsius or {}), job, number, QUEUED),
            ).rowcount
            database.execute(
                "UPDATE jobs SET done = done + ?, revision = revision + 1 WHERE id = ?",
                (0 if error else changed, job),
            )

    def remove(self, job: str) -> None:
        """Forget a job and its pairs."""
        with self._change() as database:
            database.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def count(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        rows = self._read("SELECT state, count(*) AS number FROM jobs GROUP BY state")
        return {row["state"]: row["number"] for row in rows}

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            try:
                self._database.execute("COMMIT")
            except BaseException:  # the disk is full, say: no transaction may stay open
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def _move(
    database: sqlite3.Connection, job: str, state: str, *states: str, error: str | None = None
) -> bool:
    finished = _now() if state in FINISHED else None
    changed = database.execute(
        "UPDATE jobs SET state = ?, error = ?, finished = ?, revision = revision + 1 "
        "WHERE id = ? AND state IN (SELECT value FROM json_each(?))",
        (state, error, finished, job, json.dumps(states)),
    )
    return changed.rowcount == 1


def _job(row: sqlite3.Row) -> Job:
    values = {key: row[key] for key in row.keys() if key not in ("number", "form")}  # noqa: SIM118
    return Job(form=json.loads(row["form"]), **values)


def _pair(row: sqlite3.Row) -> FilePair:
    values = {key: row[key] for key in row.keys() if key not in ("job", "celsius")}  # noqa: SIM118
    return FilePair(**values, celsius=json.loads(row["celsius"] or "{}"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
