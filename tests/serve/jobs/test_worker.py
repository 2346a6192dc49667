"""Restarts: nothing is lost, and nothing that was finished is done twice."""

import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import BASE, Files, Told, decoded, service_of

import clfnet
from clfnet.errors import InputError
from clfnet.example import ExamplePair
from clfnet.io.image import write_image
from clfnet.serve.app import create_app
from clfnet.serve.jobs import worker
from clfnet.serve.jobs.worker import Worker
from clfnet.serve.settings import Settings

Wait = Callable[..., Told]


@pytest.fixture
def start(tmp_path: Path) -> Callable[[], TestClient]:
    """Makes a new service on the same folder, as a restart does."""

    def make() -> TestClient:
        app = create_app(Settings(data=tmp_path / "data", model="maximum"))
        return TestClient(app, BASE, raise_server_exceptions=False)

    return make


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the pairs that were really fused, in order."""
    numbers: list[int] = []
    fuse = Worker._fuse

    def count(worker: Worker, pair: Any, *rest: Any) -> str | None:
        numbers.append(pair.number)
        return fuse(worker, pair, *rest)

    monkeypatch.setattr(Worker, "_fuse", count)
    return numbers


def test_a_graceful_stop_finishes_the_pair_and_no_more(
    start: Callable[[], TestClient],
    folder: Files,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    counted: list[int],
) -> None:
    begun, go = threading.Event(), threading.Event()
    fuse = Worker._fuse

    def hold(*arguments: Any) -> str | None:
        begun.set()
        assert go.wait(10)
        return fuse(*arguments)

    with monkeypatch.context() as patch, start() as client:
        patch.setattr(Worker, "_fuse", hold)
        job = client.post("/v1/jobs", files=folder).json()
        assert begun.wait(5)
        service_of(client).stop()
        go.set()
    assert counted == [1]
    with start() as client:
        done = wait(client, job["links"]["self"])
        assert (done["state"], done["done"], done["failed"]) == ("done", 3, [])
    assert counted == [1, 2, 3]


@pytest.mark.parametrize("moment", ["before the count", "after the count"])
def test_a_kill_at_the_worst_moment(
    start: Callable[[], TestClient],
    scene: ExamplePair,
    folder: Files,
    wait: Wait,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: list[int],
    moment: str,
) -> None:
    """The data folder is copied at the moment; the copy is what a kill would have left."""
    data, left = tmp_path / "data", tmp_path / "left"
    with start() as client:
        service = service_of(client)
        store = service.store
        service.worker.stop()
        service.worker.join()
        job = client.post("/v1/jobs", files=folder).json()
        finish, again = store.finish_pair, Worker(service, store, service.data)

        def kill() -> None:
            if not left.exists():
                store._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                shutil.copytree(data, left)

        def finish_pair(*arguments: Any) -> None:
            if moment == "before the count":
                kill()
            finish(*arguments)
            if moment == "after the count":
                kill()

        monkeypatch.setattr(store, "finish_pair", finish_pair)
        again.start()
        wait(client, job["links"]["self"])
        again.stop()
        again.join()
    counted.clear()
    shutil.rmtree(data)
    left.rename(data)
    folder_of_job = data / "jobs" / job["id"]
    (folder_of_job / "fused" / ".clfnet-0123.tmp").write_bytes(b"half")
    (folder_of_job / "work").mkdir(exist_ok=True)
    (folder_of_job / "work" / "result.zip").write_bytes(b"half")
    with start() as client:
        done = wait(client, job["links"]["self"])
        assert (done["state"], done["done"], done["failed"]) == ("done", 3, [])
        expected = clfnet.Fuser("maximum")(scene.infrared, scene.visible)
        for picture in done["pictures"]:
            np.testing.assert_array_equal(decoded(client.get(picture["link"]).content), expected)
    assert 1 not in counted
    assert not (folder_of_job / "fused" / ".clfnet-0123.tmp").exists()


def test_uploads_that_were_never_accepted_are_removed(
    start: Callable[[], TestClient], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with start():
        pass
    for stray in ("incoming", "uploads", "results"):
        (data / stray / "x" / "infrared").mkdir(parents=True)
    with start():
        assert not any([*(data / stray).iterdir()] for stray in ("incoming", "uploads", "results"))


@pytest.mark.parametrize("lost", ["removed", "emptied", "another folder"])
def test_what_no_job_lists_is_kept(
    start: Callable[[], TestClient],
    folder: Files,
    wait: Wait,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    lost: str,
) -> None:
    data = tmp_path / "data"
    with start() as client:
        job = wait(client, client.post("/v1/jobs", files=folder).json()["links"]["self"])
    if lost == "another folder":
        (data / "jobs" / "mine").mkdir()
    else:
        for file in data.glob("jobs.sqlite*"):
            file.unlink()
        if lost == "emptied":
            (data / "jobs.sqlite").touch()
    with start() as client:
        left = client.get("/v1/jobs").json()["jobs"]
    (kept,) = (data / "orphaned").iterdir()
    assert f"{kept}" in caplog.text
    if lost == "another folder":
        assert kept.name.startswith("mine-")
        assert [each["id"] for each in left] == [job["id"]]
    else:
        assert left == []
        assert kept.name.startswith(job["id"])
        assert len([*(kept / "fused").iterdir()]) == 3


def test_queued_jobs_wait_for_the_next_service(
    start: Callable[[], TestClient], folder: Files, wait: Wait, counted: list[int]
) -> None:
    with start() as client:
        service_of(client).worker.stop()
        service_of(client).worker.join()
        jobs = [client.post("/v1/jobs", files=folder[:2]).json() for _ in range(2)]
        assert counted == []
    with start() as client:
        for job in jobs:
            assert wait(client, job["links"]["self"])["done"] == 1
    assert counted == [1, 1]


def test_a_worker_survives_a_database_that_fails_for_a_while(
    start: Callable[[], TestClient],
    folder: Files,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise OSError("disk full")

    with start() as client:
        with monkeypatch.context() as patch:
            patch.setattr(service_of(client).store, "claim", fail)
            assert failed.wait(5)
        job = client.post("/v1/jobs", files=folder[:2]).json()
        assert wait(client, job["links"]["self"])["state"] == "done"
    assert "the jobs cannot go on; trying again in 0.5 seconds" in caplog.text


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_is_full_for_a_while_fails_nothing(
    start: Callable[[], TestClient],
    folder: Files,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    tried = 0
    write = write_image

    def refuse(*arguments: Any, **options: Any) -> None:
        nonlocal tried
        tried += 1
        if tried in (2, 3):  # the second pair, twice
            raise InputError("it cannot be written") from OSError(number, os.strerror(number))
        write(*arguments, **options)

    monkeypatch.setattr(worker, "write_image", refuse)
    monkeypatch.setattr(worker, "_PAUSE", 0.05)
    with start() as client:
        job = client.post("/v1/jobs", files=folder).json()
        done = wait(client, job["links"]["self"])
        assert (done["state"], done["done"], done["failed"]) == ("done", 3, [])
        assert client.get(job["links"]["result"]).status_code == 200
    assert tried == 5


def test_uploads_that_somebody_removed_fail_their_pair_alone(
    start: Callable[[], TestClient],
    folder: Files,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    begin = Worker._do

    def remove(worker: Worker, job: Any, files: Any) -> None:
        (files.source("visible", 2)).unlink()
        for kind in ("infrared", "visible"):
            files.source(kind, 3).unlink()
        begin(worker, job, files)

    monkeypatch.setattr(Worker, "_do", remove)
    with start() as client:
        job = client.post("/v1/jobs", files=folder).json()
        done = wait(client, job["links"]["self"])
    assert (done["state"], done["done"]) == ("done", 1)
    assert len(done["failed"]) == 2
    assert all("Send it again" in each["error"] for each in done["failed"])
