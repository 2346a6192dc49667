"""The real process: its address, its port, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from tests.serve.conftest import Files, decoded, png

import clfnet
from clfnet.errors import InputError
from clfnet.example import ExamplePair
from clfnet.serve.server import LAST_SECONDS, bind
from clfnet.serve.service import BODY_SECONDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

Process = subprocess.Popen[str]
Start = Callable[..., tuple[Process, str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `clfnet serve` on a free port; returns the process and its address."""
    processes: list[Process] = []

    def run(*options: str) -> tuple[Process, str]:
        command = [sys.executable, "-m", "clfnet", "serve", "--port=0", f"--data={tmp_path / 'd'}"]
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        processes.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def _parts(files: Files) -> bytes:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        .encode() + data + b"\r\n"
        for name, (filename, data) in files
    ]  # fmt: skip
    return b"".join(parts) + b"--edge--\r\n"


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def test_what_was_accepted_is_finished_after_sigterm(
    start: Start, files: Files, scene: ExamplePair
) -> None:
    process, address = start("--model=maximum")
    place = urlsplit(address)
    assert place.hostname == "127.0.0.1"
    assert place.port is not None
    assert httpx.get(f"{address}/readyz").json() == {"status": "ready"}
    body = _parts(files)
    with socket.create_connection((place.hostname, place.port), 20) as connection:
        head = (
            f"POST /v1/fuse HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body[:1000])
        _until(lambda: "clfnet_requests_inside 1.0" in httpx.get(f"{address}/metrics").text)
        process.send_signal(signal.SIGTERM)
        _until(lambda: httpx.get(f"{address}/readyz").status_code == 503)
        refused = httpx.post(f"{address}/v1/fuse", files=files)
        assert (refused.status_code, refused.json()["kind"]) == (503, "Stopping")
        assert refused.headers["retry-after"] == "5"
        connection.sendall(body[1000:])
        header, picture = _answer(connection)
    assert header.startswith(b"HTTP/1.1 200 ")
    expected = clfnet.Fuser("maximum")(scene.infrared, scene.visible)
    np.testing.assert_array_equal(decoded(picture), expected)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.slow
def test_a_body_that_stalls_does_not_keep_it_for_ever(start: Start, files: Files) -> None:
    process, address = start("--model=maximum")
    place = urlsplit(address)
    assert place.port is not None
    with socket.create_connection(("127.0.0.1", place.port), 20) as connection:
        connection.sendall(
            f"POST /v1/fuse HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 100000\r\n"
            f"Content-Type: multipart/form-data; boundary=edge\r\n\r\n--edge".encode()
        )
        _until(lambda: "clfnet_requests_inside 1.0" in httpx.get(f"{address}/metrics").text)
        process.send_signal(signal.SIGTERM)
        process.wait(BODY_SECONDS + LAST_SECONDS + 10)
    assert process.returncode == 0


def test_its_files_are_for_its_user_alone(start: Start, files: Files, tmp_path: Path) -> None:
    _, address = start("--model=maximum")
    wanted = {"Accept": "application/json"}
    assert httpx.post(f"{address}/v1/fuse", files=files, headers=wanted).status_code == 201
    same = [(kind, ("a.png", data)) for kind, (_, data) in files]
    assert httpx.post(f"{address}/v1/jobs", files=same).status_code == 202
    for path in [tmp_path / "d", *(tmp_path / "d").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            InputError, match=rf"127\.0\.0\.1:{port} must be free to listen on"
        ) as e:
            bind("127.0.0.1", port)
    assert "\n" not in str(e.value)


def test_an_address_that_is_none_is_one_line() -> None:
    with pytest.raises(InputError, match="must be free to listen on, but: "):
        bind("no such host.invalid", 1)


@pytest.mark.slow
def test_jobs_survive_kills(start: Start, files: Files) -> None:
    """Killed five times at odd moments, a job of 30 pairs loses none and finishes."""
    (_, (_, heat)), (_, (_, light)) = files
    form = [
        (kind, (f"{number:02}.png", data))
        for number in range(30)
        for kind, data in (("infrared", heat), ("visible", light))
    ]
    process, address = start("--model=laplacian")
    job: dict[str, Any] = httpx.post(f"{address}/v1/jobs", files=form).json()
    done = []
    for wait in (0.0, 0.05, 0.11, 0.23, 0.37):
        time.sleep(wait)
        done.append(httpx.get(f"{address}{job['links']['self']}").json()["done"])
        process.kill()
        process.communicate()
        process, address = start("--model=laplacian")
    told: dict[str, Any] = {}

    def is_done() -> bool:
        told.update(httpx.get(f"{address}{job['links']['self']}").json())
        return bool(told["state"] == "done")

    _until(is_done, 60)
    assert done == sorted(done)
    assert (told["done"], told["failed"]) == (30, []), json.dumps(told)
    pictures = {httpx.get(f"{address}{each['link']}").content for each in told["pictures"]}
    assert len(told["pictures"]) == 30
    assert len(pictures) == 1  # all pairs are alike, and so are whole results


@pytest.mark.slow
def test_a_kill_while_a_zip_is_sent_loses_nothing(start: Start) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (8, 700, 900), np.uint8)
    form = [
        (kind, (f"{number}.png", png(pixels)))
        for number, pixels in enumerate(noise)
        for kind in ("infrared", "visible")
    ]
    process, address = start("--model=maximum")
    link = httpx.post(f"{address}/v1/jobs", files=form).json()["links"]["self"]
    _until(lambda: bool(httpx.get(f"{address}{link}").json()["state"] == "done"), 60)
    with httpx.stream("GET", f"{address}{link}/result") as answer:
        chunks = answer.iter_raw(4096)
        next(chunks)
        process.kill()
        process.communicate()
        with pytest.raises(httpx.TransportError):  # not a short ZIP that looks whole
            list(chunks)
    _, address = start("--model=maximum")
    whole = zipfile.ZipFile(BytesIO(httpx.get(f"{address}{link}/result").content))
    images = [decoded(whole.read(name)) for name in whole.namelist()]
    np.testing.assert_array_equal(images, noise)


def _until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
