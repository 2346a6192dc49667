"""Forms that arrive whole, in pieces, or not at all."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import BASE, Files, MakeClient

from clfnet.serve.http import multipart
from clfnet.serve.service import Service

EDGE = b"edge"
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return b"--edge\r\n" + head.encode() + data + b"\r\n"


def form(files: Files, *more: bytes) -> bytes:
    parts = [part(name, data, filename) for name, (filename, data) in files]
    return b"".join([*parts, *more]) + b"--edge--\r\n"


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
def test_any_cut_of_the_body_gives_the_same(client: TestClient, files: Files, size: int) -> None:
    body = form(files, part("strength", b"0.5"))
    if size == 1:  # every byte by itself, around the borders of parts
        pieces = [*in_pieces(body[:200], 1), body[200:-200], *in_pieces(body[-200:], 1)]
    else:
        pieces = [*in_pieces(body, size)]
    assert b"".join(pieces) == body
    answer = client.post("/v1/fuse", content=iter(pieces), headers=FORM)
    expected = client.post("/v1/fuse", data={"strength": "0.5"}, files=files)
    assert answer.status_code == 200
    assert answer.content == expected.content


@pytest.mark.parametrize("chunked", [True, False])
def test_too_many_bytes_whatever_the_length_says(
    make_client: MakeClient, files: Files, chunked: bool
) -> None:
    body = form(files)
    client = make_client(max_bytes=len(body) - 1)
    content = in_pieces(body, 100) if chunked else body
    answer = client.post("/v1/fuse", content=content, headers=FORM)
    assert (answer.status_code, answer.json()["kind"]) == (413, "TooLarge")
    assert f"must have at most {len(body) - 1} bytes" in answer.json()["error"]


def test_as_many_bytes_as_are_allowed(make_client: MakeClient, files: Files) -> None:
    body = form(files)
    client = make_client(max_bytes=len(body))
    assert client.post("/v1/fuse", content=body, headers=FORM).status_code == 200


def test_too_many_pixels_are_known_by_the_header(make_client: MakeClient, files: Files) -> None:
    answer = make_client(max_pixels=96 * 72 - 1).post("/v1/fuse", files=files)
    assert (answer.status_code, answer.json()["kind"]) == (413, "ImageError")
    assert "ir.png must have at most 0.006911 megapixels, but is 96x72" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b"", 400, "it ends early"),
        (b"hello", 400, "it is damaged"),
        (part("strength", b"1"), 400, "it ends early"),
        (b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n", 400, "has no name"),
        (b"--edge\r\n\r\nx\r\n--edge--\r\n", 400, "has no name"),
        (part("strength", b"1" * 5000) + b"--edge--\r\n", 400, "more than 4096 bytes"),
        (part("infrared", b"", "empty.png") + b"--edge--\r\n", 422, "empty.png must be an image"),
        (part("infrared", b"", "") + b"--edge--\r\n", 400, "`infrared` must be given as a file"),
        (part("hot", b"1") * 2 + b"--edge--\r\n", 400, "`hot` must be given once"),
        (part("visble", b"x", "a.png") + b"--edge--\r\n", 422, "Did you mean `visible`?"),
        (part("visible", b"file:///etc/passwd") + b"--edge--\r\n", 400, "`visible` must be a file"),
        (part("x" * 9000, b"1") + b"--edge--\r\n", 400, "it is damaged"),
        (b"".join(part(f"f{i}", b"") for i in range(65)) + b"--edge--\r\n", 400, "more than 64"),
    ],
)
def test_malformed_bodies(client: TestClient, body: bytes, status: int, text: str) -> None:
    answer = client.post("/v1/fuse", content=body, headers=FORM)
    assert answer.status_code == status
    assert text in answer.json()["error"]
    assert len(answer.json()["error"]) < 300


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
     "multipart/mixed; boundary=edge", f"multipart/form-data; boundary={'x' * 300}"],
)  # fmt: skip
def test_other_bodies_are_told_what_is_needed(client: TestClient, kind: str) -> None:
    answer = client.post("/v1/fuse", content=b"x", headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 400
    assert "multipart/form-data with a boundary" in answer.json()["error"]


def test_a_file_twice_is_refused(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse", files=[*files, files[0]])
    assert answer.status_code == 400
    assert "`infrared` must be given once" in answer.json()["error"]


def test_options_in_the_query_are_not_passed_over(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse?palette=ironbow", files=files)
    assert answer.status_code == 400
    assert "got `palette` in the query" in answer.json()["error"]


def test_text_is_no_picture(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse", files=[("infrared", ("a.png", b"#!/bin/sh")), files[1]])
    assert answer.status_code == 415
    assert "PGM or FLIR FFF, but is text" in answer.json()["error"]


def test_a_client_that_leaves_while_sending_leaves_nothing(
    make_client: MakeClient, files: Files, tmp_path: Path
) -> None:
    client = make_client()
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    body = form(files)

    async def cut() -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/v1/fuse", "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"content-type", FORM["Content-Type"].encode())],
            "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "root_path": "",
            "client": ("127.0.0.1", 1), "raw_path": b"/v1/fuse",
        }  # fmt: skip
        begin: dict[str, object] = {"type": "http.request", "body": body[:500], "more_body": True}
        end: dict[str, object] = {"type": "http.disconnect"}
        messages = iter([begin, end])
        sent = []

        async def receive() -> dict[str, object]:
            return next(messages)

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await client.app(scope, receive, send)  # type: ignore[arg-type]

    assert client.portal is not None
    client.portal.call(cut)
    assert service.gate.inside == 0
    assert [*(tmp_path / "data" / "uploads").iterdir()] == []


def test_who_comes_to_a_full_house_is_told_to_wait(make_client: MakeClient, files: Files) -> None:
    client = make_client(workers=1, queue=0)
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    body = form(files)

    async def two() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=client.app)

        async def slowly() -> AsyncIterator[bytes]:
            yield body[:100]
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as other:
                assert service.gate.inside == 1
                answers.append(await other.post("/v1/fuse", files=files))
            yield body[100:]

        answers: list[httpx.Response] = []
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            first = await http.post("/v1/fuse", content=slowly(), headers=FORM)
        return first, answers[0]

    assert client.portal is not None
    first, second = client.portal.call(two)
    assert first.status_code == 200
    assert (second.status_code, second.json()["kind"]) == (429, "Busy")
    assert second.headers["retry-after"] == "2"


def test_a_body_must_come_at_some_rate(
    make_client: MakeClient, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "_GRACE", 0.2)
    client = make_client()
    body = form(files)

    async def dribble() -> AsyncIterator[bytes]:
        for byte in body:  # far more often than the limit of the whole would allow for
            yield bytes([byte])
            await anyio.sleep(0.01)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=client.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            return await http.post("/v1/fuse", content=dribble(), headers=FORM)

    assert client.portal is not None
    answer = client.portal.call(send)
    assert (answer.status_code, answer.json()["kind"]) == (408, "Timeout")
    assert "must arrive at 10 kB/s at least" in answer.json()["error"]


def test_parts_are_counted_even_if_they_are_empty(client: TestClient) -> None:
    body = form([], *[part("infrared", b"", "")] * 200_000)
    begin = time.monotonic()
    answer = client.post("/v1/fuse", content=body, headers=FORM)
    assert (answer.status_code, answer.json()["kind"]) == (400, "BadRequest")
    assert "parts" in answer.json()["error"]
    assert time.monotonic() - begin < 5


def test_a_header_without_end_stops_nobody(client: TestClient, files: Files) -> None:
    (_, (name, _)), light = files
    begin = time.monotonic()
    bomb = ("infrared", (name, b"\xff\xd8" + b"\xff" * 2**24))
    answer = client.post("/v1/fuse", files=[bomb, light])
    assert (answer.status_code, answer.json()["kind"]) == (422, "ImageError")
    assert "fill bytes" in answer.json()["error"]
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("route", ["fuse", "align", "evaluate"])
def test_work_for_a_request_ends(route: str, make_client: MakeClient, files: Files) -> None:
    client = make_client(model="fast", pair_seconds=0.001)
    fused = [("fused", files[1][1])] if route == "evaluate" else []
    answer = client.post(f"/v1/{route}", files=[*files, *fused])
    assert (answer.status_code, answer.json()["kind"]) == (422, "TimeLimitError")
    assert "must end within 0.001 seconds" in answer.json()["error"]
