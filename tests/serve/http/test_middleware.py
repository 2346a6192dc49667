"""What every request passes first."""

import errno
import logging
import socket
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient

from clfnet.serve.models import Models
from clfnet.serve.service import Service


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"]
)
def test_local_names_are_taken(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::1", "0.0.0.0"]
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 400
    assert "The Host header must be localhost" in answer.json()["error"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("10.0.0.7:8000", 200), ("[fe80::1]:8000", 200), ("localhost", 200),
        (f"{socket.gethostname()}:8000", 200), ("Fusing.example:443", 200),
        ("evil.example", 400), ("10.0.0.7.evil.example", 400), ("", 400),
    ],
)  # fmt: skip
def test_names_are_checked_where_others_are_let_in_too(
    make_client: MakeClient, host: str, status: int
) -> None:
    client = make_client(host="0.0.0.0", hosts=("fusing.example",))
    assert client.get("/healthz", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1", 200), ("https://fusing.example", 200), ("http://127.0.0.1:1", 403),
        ("http://evil.example", 403), ("null", 403), ("", 403),
        ("https://fusing.example.evil.example", 403),
    ],
)  # fmt: skip
def test_only_our_own_page_may_send(
    make_client: MakeClient, files: Files, origin: str, status: int
) -> None:
    client = make_client(hosts=("fusing.example",))
    headers = {"Origin": origin}
    assert client.post("/v1/fuse", files=files, headers=headers).status_code == status
    assert client.get("/v1/models", headers=headers).status_code == 200


def test_a_length_that_is_stated_twice_is_refused(client: TestClient) -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": "5"}
    answer = client.post("/v1/fuse", content=b"hello", headers=headers)
    assert answer.status_code == 400
    assert "must not come together" in answer.json()["error"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_others_may_not_send(client: TestClient, files: Files, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    assert client.post("/v1/fuse", files=files, headers=headers).status_code == 403
    assert client.delete("/v1/jobs/1", headers=headers).status_code == 403
    assert client.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_may(client: TestClient, files: Files, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    assert client.post("/v1/fuse", files=files, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/v1/models", "/v1/nothing", "/v1/results/1"])
def test_every_answer_is_guarded(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers
    if path.startswith("/v1/"):
        assert headers["cache-control"] == "no-store"


def test_our_bug_has_an_id_and_no_traceback(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Models) -> Any:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Models, "describe", fail)
    with caplog.at_level(logging.ERROR, "clfnet.serve"):
        answer = client.get("/v1/models")
    assert (answer.status_code, answer.json()["kind"]) == (500, "InternalError")
    name = answer.json()["error"].split()[2].rstrip(".")
    assert answer.json()["error"] == f"internal error {name}. The log of the service has it."
    assert name in caplog.text
    assert "ZeroDivisionError: secret" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_full_disk_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Models) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Models, "describe", fail)
    answer = client.get("/v1/models")
    assert (answer.status_code, answer.json()["kind"]) == (503, "NoRoom")
    assert answer.headers["retry-after"] == "60"


def test_a_service_that_stops_takes_nothing_new(make_client: MakeClient, files: Files) -> None:
    client = make_client()
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    service.stop()
    for answer in (client.get("/readyz"), client.post("/v1/fuse", files=files), client.get("/")):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["kind"] == "Stopping"
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 200
