"""Progress as server-sent events."""

import json
import threading
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, Told, service_of

from clfnet.serve.jobs import events as module


def parsed(lines: Iterator[str]) -> Iterator[tuple[str, int, Told]]:
    """Take events apart as a browser does."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields["event"], int(fields["id"]), json.loads(fields["data"])
            fields = {}


def watch(client: TestClient, link: str, **headers: str) -> list[tuple[str, int, Told]]:
    with client.stream("GET", link, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        return [*parsed(answer.iter_lines())]


def test_from_the_beginning_to_the_end(
    client: TestClient, folder: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK", 0.01)
    job = client.post("/v1/jobs", files=folder).json()
    seen = watch(client, job["links"]["events"])
    kinds, ids, told = zip(*seen, strict=True)
    assert kinds == ("progress",) * (len(seen) - 1) + ("end",)
    assert list(ids) == sorted(set(ids))
    assert [each["done"] for each in told] == sorted(each["done"] for each in told)
    assert told[-1] == client.get(job["links"]["self"]).json()
    assert told[-1]["done"] == 3


def test_who_comes_late_gets_the_end(client: TestClient, folder: Files) -> None:
    job = client.post("/v1/jobs", files=folder).json()
    (*_, (_, last, _)) = watch(client, job["links"]["events"])
    again = watch(client, job["links"]["events"], **{"Last-Event-ID": str(last)})
    assert [(kind, number) for kind, number, _ in again] == [("end", last)]
    bad = client.get(job["links"]["events"], headers={"Last-Event-ID": "x"})
    assert bad.status_code == 400


def test_the_stream_ends_with_the_service(client: TestClient, folder: Files) -> None:
    service = service_of(client)
    service.worker.stop()
    service.worker.join()
    job = client.post("/v1/jobs", files=folder).json()
    threading.Timer(0.3, service.stop).start()
    assert [kind for kind, _, _ in watch(client, job["links"]["events"])] == ["progress"]


def test_silence_is_broken(
    client: TestClient, folder: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK", 0.01)
    monkeypatch.setattr(module, "_HEARTBEAT", 0.02)
    service = service_of(client)
    service.worker.stop()
    service.worker.join()
    job = client.post("/v1/jobs", files=folder).json()
    threading.Timer(0.3, service.stop).start()
    with client.stream("GET", job["links"]["events"]) as answer:
        lines = [*answer.iter_lines()]
    assert lines.count(": still here") >= 2


def test_there_must_be_a_job(client: TestClient) -> None:
    assert client.get("/v1/jobs/x/events").status_code == 404
