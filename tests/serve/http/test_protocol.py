"""Connections below HTTP: a real server on a free port, with short patience."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from clfnet.serve.app import create_app
from clfnet.serve.http import protocol
from clfnet.serve.http.protocol import Protocol
from clfnet.serve.server import bind
from clfnet.serve.settings import Settings

GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "READ_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 5)
    app = create_app(Settings(data=tmp_path / "data", model="maximum"))
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, http=Protocol, ws="none", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


def said(connection: socket.socket) -> bytes:
    """Everything that is said until the other side ends."""
    connection.settimeout(5)
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 5)


@pytest.mark.parametrize("begin", [b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_headers_must_come_in_time(port: int, begin: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(begin)
        assert said(connection).startswith(b"HTTP/1.1 408 ")


def test_so_must_those_of_the_next_request(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(GET)
        connection.sendall(b"GET /he")
        answers = said(connection)
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answers


def test_requests_in_a_row_are_answered(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(GET * 3)
        assert said(connection).count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\nX: y\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\n",
    ],
)
@pytest.mark.parametrize("before", [b"", GET])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_bare_line_feed_ends_nothing(
    port: int, head: bytes, before: bytes, in_pieces: bool
) -> None:
    with connect(port) as connection:
        pieces = [bytes([byte]) for byte in head] if in_pieces else [head]
        connection.sendall(before)
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
        answers = said(connection)
    assert answers.count(b"HTTP/1.1 200 ") == bool(before)
    assert answers.count(b"HTTP/1.1 400 ") == 1 or b"200" in answers  # a reset may eat it


def test_connections_are_counted(port: int) -> None:
    open_ones = [connect(port) for _ in range(5)]
    try:
        with connect(port) as one_more:
            assert said(one_more).startswith(b"HTTP/1.1 503 ")
    finally:
        for each in open_ones:
            each.close()
    time.sleep(0.1)
    with connect(port) as again:
        again.sendall(GET)
        assert said(again).startswith(b"HTTP/1.1 200 ")
