"""What the database keeps, and who may have it."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from clfnet.errors import InputError
from clfnet.serve.jobs.store import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    FilePair,
    Store,
)

PAIRS = [
    FilePair(1, "a", "a.png", "a.jpg"),
    FilePair(2, "b", "b.png", "b.jpg"),
    FilePair(3, "c", "c.png", "", state=FAILED, error="alone"),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "jobs.sqlite")
    for name in ("first", "second"):
        store.add(name, "folder", {"strength": "0.5"}, PAIRS, total=3)
    return store


def test_what_was_accepted(store: Store) -> None:
    job = store.get("first")
    assert job is not None
    assert (job.kind, job.state, job.form, job.total, job.done) == (
        "folder", QUEUED, {"strength": "0.5"}, 3, 0
    )  # fmt: skip
    assert store.pairs("first") == PAIRS
    assert store.pairs("first", QUEUED) == PAIRS[:2]
    assert [job.id for job in store.all()] == ["second", "first"]
    assert store.get("third") is None


def test_jobs_are_claimed_in_turn_and_once(store: Store) -> None:
    first, second = store.claim(), store.claim()
    assert first
    assert second
    assert (first.id, first.state, second.id) == ("first", RUNNING, "second")
    assert store.claim() is None


def test_states_move_only_from_where_they_are(store: Store) -> None:
    assert not store.move("first", DONE, RUNNING)
    assert store.move("first", CANCELLED, QUEUED, RUNNING)
    assert store.claim() == store.get("second")
    job = store.get("first")
    assert job is not None
    assert job.is_finished
    assert job.finished is not None
    assert store.count() == {CANCELLED: 1, RUNNING: 1}


def test_a_pair_is_counted_once(store: Store) -> None:
    store.finish_pair("first", 1)
    store.finish_pair("first", 1)
    store.finish_pair("first", 2, "broken")
    store.finish_pair("first", 2)
    job = store.get("first")
    assert job is not None
    assert job.done == 1
    assert [(pair.state, pair.error) for pair in store.pairs("first")] == [
        (DONE, None), (FAILED, "broken"), (FAILED, "alone")
    ]  # fmt: skip


def test_every_change_raises_the_revision(store: Store) -> None:
    seen = []
    for change in (
        lambda: store.claim(),
        lambda: store.finish_pair("first", 1),
        lambda: store.progress("first", 1, 3),
        lambda: store.move("first", DONE, RUNNING),
    ):
        change()
        job = store.get("first")
        assert job is not None
        seen.append(job.revision)
    assert seen == [2, 3, 4, 5]


def test_it_is_all_there_after_the_process_ended(store: Store, tmp_path: Path) -> None:
    store.finish_pair("first", 1)
    before = store.all(), store.pairs("first")
    store.close()
    again = Store(tmp_path / "jobs.sqlite")
    assert (again.all(), again.pairs("first")) == before
    again.close()


def test_a_job_goes_with_its_pairs(store: Store) -> None:
    store.remove("first")
    assert [job.id for job in store.all()] == ["second"]
    assert store.pairs("first") == []


def test_a_job_is_added_whole_or_not_at_all(store: Store) -> None:
    twice = [PAIRS[0], PAIRS[0]]
    with pytest.raises(sqlite3.IntegrityError):
        store.add("third", "folder", {}, twice, total=2)
    assert store.get("third") is None
    assert store.claim() is not None  # no transaction is left open


def test_two_services_cannot_share_it(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a folder that no other service uses"):
        Store(tmp_path / "jobs.sqlite")
    store.close()
    Store(tmp_path / "jobs.sqlite").close()


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_text("no database at all, but long enough" * 100)
    with pytest.raises(InputError, match="not a database"):
        Store(tmp_path / "jobs.sqlite")


def test_jobs_of_a_newer_version_are_left_alone(store: Store, tmp_path: Path) -> None:
    store.close()
    with sqlite3.connect(tmp_path / "jobs.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(InputError, match="its jobs are of version 99"):
        Store(tmp_path / "jobs.sqlite")


def test_threads_may_share_it(store: Store) -> None:
    store.add("many", "folder", {}, [FilePair(n, str(n), "", "") for n in range(60)], total=60)

    def finish(numbers: range) -> None:
        for number in numbers:
            store.finish_pair("many", number)

    threads = [threading.Thread(target=finish, args=(range(k, 60, 3),)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job = store.get("many")
    assert job is not None
    assert (job.done, job.revision) == (60, 61)


class _Full:
    """A database whose disk is full when a change is to be kept, so many times."""

    def __init__(self, database: sqlite3.Connection, times: int) -> None:
        self._database, self._times = database, times

    def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
        if query == "COMMIT" and self._times:
            self._times -= 1
            raise sqlite3.OperationalError("database or disk is full")
        return self._database.execute(query, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)


def test_a_change_that_cannot_be_kept_leaves_nothing_open(store: Store) -> None:
    store._database = _Full(store._database, 1)  # type: ignore[assignment]  # close enough
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.finish_pair("first", 1)
    assert store.pairs("first", QUEUED) == PAIRS[:2]
    store.finish_pair("first", 1)
    assert store.pairs("first", QUEUED) == PAIRS[1:2]


def test_what_counts_as_running_can_wait_again(store: Store) -> None:
    store.claim()
    store.recover()
    assert store.count() == {QUEUED: 2}


def test_a_damaged_page_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    store = Store(path)
    pairs = [FilePair(n, f"a{n}", "a.png", "a.jpg") for n in range(1, 2000)]
    store.add("first", "folder", {}, pairs, total=len(pairs))
    store.close()
    data = bytearray(path.read_bytes())
    data[5 * 4096 : 6 * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"must be a whole database of jobs.*Move it away") as told:
        Store(path)
    assert "\n" not in str(told.value)


def test_temperatures_are_kept(store: Store) -> None:
    store.finish_pair("first", 1, celsius={"min": 1.5, "mean": 2.0, "max": 30.25})
    store.finish_pair("first", 2)
    assert [dict(pair.celsius) for pair in store.pairs("first")] == [
        {"min": 1.5, "mean": 2.0, "max": 30.25},
        {},
        {},
    ]


def test_a_database_of_before_is_taken_up(tmp_path: Path, store: Store) -> None:
    store.close()
    database = sqlite3.connect(tmp_path / "jobs.sqlite")
    database.executescript("ALTER TABLE pairs DROP COLUMN celsius; PRAGMA user_version = 1;")
    database.close()
    later = Store(tmp_path / "jobs.sqlite")
    assert later.pairs("first") == PAIRS
    later.finish_pair("first", 1, celsius={"min": 1.0, "mean": 1.0, "max": 1.0})
    assert later.pairs("first")[0].celsius["max"] == 1.0
    later.close()
    Store(tmp_path / "jobs.sqlite").close()
