"""What means no good gets one line of an error from a real process: no 5xx, no wait, no memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serve import hostile

PATIENCE = 10  # seconds for any answer
MOST_MIB = 150  # that the process may grow by
FORM = {"Content-Type": f"multipart/form-data; boundary={hostile.BOUNDARY}"}
BASES = {kind: hostile.picture(kind) for kind in ("PNG", "JPEG", "TIFF", "BMP")}
ROUTES = {"/v1/fuse": ("visible",), "/v1/align": ("visible",), "/v1/evaluate": ("visible", "fused")}


class Process(NamedTuple):
    """A running service.

    Attributes:
        url: where it is.
        client: that sends to it.
        data: its folder.
        pid: of the process.
    """

    url: str
    client: httpx.Client
    data: Path
    pid: int

    def mib(self) -> float:
        text = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def running(data: Path, *options: str, **env: str) -> Iterator[Process]:
    """Run `clfnet serve` on a free port."""
    limits = ["--max-bytes", "4MiB", "--max-pixels", "1000000", "--model", "fast"]
    command = [sys.executable, "-m", "clfnet", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        [*command, *limits, *options], stdout=subprocess.PIPE, text=True, env=os.environ | env
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            assert url, "it has started"
            with httpx.Client(base_url=url, timeout=PATIENCE) as client:
                yield Process(url, client, data, process.pid)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    if sys.platform != "linux":
        pytest.skip("memory is read from /proc")
    with running(tmp_path_factory.mktemp("service") / "data") as process:
        send(process, "/v1/fuse", {"infrared": BASES["PNG"], "visible": BASES["PNG"]})
        begin = process.mib()
        yield process
        assert process.client.get("/readyz").status_code == 200
        assert not list((process.data / "uploads").iterdir())
        assert process.mib() < begin + MOST_MIB


def send(service: Process, route: str, files: dict[str, bytes], **fields: str) -> httpx.Response:
    named = {name: (f"{name}.png", data) for name, data in files.items()}
    return service.client.post(route, files=named, data=fields)


def check(service: Process, answer: httpx.Response, *, refused: bool = False) -> None:
    """One line of an error that tells nothing of the service, or an image."""
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400 and not refused:
        return
    assert answer.status_code >= 400, "refused"
    told = answer.json()
    assert set(told) == {"error", "kind"}
    assert "\n" not in told["error"]
    assert len(told["error"]) < 4096
    for secret in (str(service.data), ".part", "Traceback", "site-packages", "clfnet/"):
        assert secret not in told["error"]


@pytest.mark.parametrize("name", hostile.pictures())
def test_pictures(service: Process, name: str) -> None:
    data, good = hostile.pictures()[name], BASES["PNG"]
    check(service, send(service, "/v1/fuse", {"infrared": data}))
    check(service, send(service, "/v1/fuse", {"infrared": data, "visible": good}))
    check(service, send(service, "/v1/align", {"infrared": good, "visible": data}))
    sources = {"infrared": good, "visible": good}
    check(service, send(service, "/v1/evaluate", sources | {"fused": data}))


@pytest.mark.parametrize("name", hostile.texts())
@pytest.mark.parametrize("place", ["rig", "points"])
def test_rigs_and_landmarks(service: Process, name: str, place: str) -> None:
    pair = dict.fromkeys(("infrared", "visible"), BASES["PNG"])
    answer = send(service, "/v1/fuse", pair | {place: hostile.texts()[name]})
    check(service, answer, refused=True)


@pytest.mark.parametrize("name", hostile.bodies())
@pytest.mark.parametrize("route", [*ROUTES, "/v1/jobs"])
def test_bodies(service: Process, name: str, route: str) -> None:
    body = hostile.bodies()[name]
    answer = service.client.post(route, content=body, headers=FORM)
    check(service, answer)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 5000}",
        "multipart/form-data; boundary=\x80",
        'multipart/form-data; boundary="',
        "multipart/mixed; boundary=b",
    ],
)
def test_content_types(service: Process, kind: str) -> None:
    headers = {b"Content-Type": kind.encode("latin-1")}
    body = hostile.bodies()["no end"]
    answer = service.client.post("/v1/fuse", content=body, headers=headers)
    check(service, answer, refused=True)


@pytest.mark.parametrize(
    "request_text",
    [
        "POST /v1/fuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n",
        "POST /v1/fuse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /v1/fuse HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b"
        "\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /v1/results/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/results/%2e%2e%2f%2e%2e/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "FUSE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\n" + "X: y\r\n" * 20_000 + "\r\n",
        "\x16\x03\x01\x02\x00\x01\x00",
    ],
)  # fmt: skip
def test_requests(service: Process, request_text: str) -> None:
    """Below HTTP: an answer of 4xx, or the connection ends."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(request_text.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        try:
            status = connection.recv(4096).decode("latin-1").partition(" ")[2][:3]
        except ConnectionResetError:
            status = ""
    assert not status.startswith(("2", "5"))


def test_a_client_that_sends_slowly_takes_no_worker(service: Process) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/fuse HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM['Content-Type']}\r\n"
        f"Content-Length: 100000\r\n\r\n"
    )
    slow = [socket.create_connection((host, int(port))) for _ in range(20)]
    for connection in slow:
        connection.sendall(head.encode())
    begin = time.monotonic()
    answer = send(service, "/v1/fuse", dict.fromkeys(("infrared", "visible"), BASES["PNG"]))
    for connection in slow:
        connection.close()
    assert answer.status_code == 200
    assert time.monotonic() - begin < PATIENCE / 2


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A whole image, cut, with bytes changed, repeated or put in."""
    data = bytearray(draw(st.sampled_from(list(BASES.values()))))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["change", "insert", "repeat"])):
            case "change":
                data[at : at + 4] = draw(st.binary(max_size=4))
            case "insert":
                data[at:at] = draw(st.binary(max_size=12))
            case "repeat":
                data[at:at] = data[at : at + 64]
    return bytes(data[: draw(st.integers(1, len(data)))] if draw(st.booleans()) else data)


FIELDS = st.dictionaries(
    st.sampled_from(["range", "strength", "palette", "hot", "depth", "format", "align", "model"]),
    st.sampled_from(["0", "1", "-1", "1e999", "nan", "auto", "agc", "json", "16", "0,1", "\0", "λ"])
    | st.text(max_size=20),
    max_size=3,
)


@pytest.mark.slow
@given(data=damaged(), fields=FIELDS, route=st.sampled_from([*ROUTES]))
@settings(
    max_examples=1500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_damaged_pictures(
    service: Process, data: bytes, fields: dict[str, str], route: str
) -> None:
    files = dict.fromkeys(("infrared", *ROUTES[route]), BASES["PNG"]) | {"infrared": data}
    check(service, send(service, route, files, **fields))
