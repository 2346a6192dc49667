"""/v1/live: what the operator named, and nothing else."""

import threading
from typing import Any

import pytest
from tests.serve.conftest import MakeClient, decoded, service_of

from clfnet.serve.live import LiveSource

TEST = "lavfi:testsrc=size=64x48:rate=50,realtime"


@pytest.fixture
def gate(make_client: MakeClient) -> Any:
    return make_client(live=(LiveSource("gate", TEST, TEST),))


def test_none_unless_the_operator_names_some(client: Any) -> None:
    assert client.get("/v1/live").json() == {"live": []}
    for path in ("/v1/live/gate", "/v1/live/gate/frame", "/v1/live/rtsp:%2F%2Fhost"):
        assert client.get(path).status_code == 404


def test_what_is_told(gate: Any) -> None:
    (told,) = gate.get("/v1/live").json()["live"]
    assert told == {
        "name": "gate", "running": False, "viewers": 0, "frames": 0, "late": 0,
        "latency_p50": None, "latency_p99": None, "error": None,
        "links": {"stream": "/v1/live/gate", "frame": "/v1/live/gate/frame"},
    }  # fmt: skip
    after = told
    for _ in range(100):  # the first frame is shown before its latency is known
        number = after["frames"]
        assert gate.get(f"{told['links']['frame']}?after={number}").status_code == 200
        (after,) = gate.get("/v1/live").json()["live"]
        if after["latency_p50"] is not None:
            break
    assert (after["running"], after["viewers"]) == (True, 0)
    assert after["frames"] >= 1
    assert 0 <= after["latency_p50"] <= after["latency_p99"]


def test_frame_by_frame(gate: Any) -> None:
    number = 0
    for _ in range(3):
        answer = gate.get(f"/v1/live/gate/frame?after={number}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"
        assert int(answer.headers["x-frame"]) > number
        number = int(answer.headers["x-frame"])
        assert decoded(answer.content).shape == (48, 64, 3)
    assert gate.get("/v1/live/gate/frame?after=-1").status_code == 400


def test_motion_jpeg_until_the_service_stops(gate: Any) -> None:
    service = service_of(gate)
    threading.Timer(1.5, service.stop).start()
    with gate.stream("GET", "/v1/live/gate") as answer:
        assert answer.headers["content-type"] == "multipart/x-mixed-replace; boundary=frame"
        data = answer.read()
    parts = data.split(b"--frame\r\n")[1:]
    assert len(parts) > 2
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        assert body[length:] == b"\r\n"
        assert decoded(body[:length]).shape == (48, 64, 3)
    numbers = [int(part.split(b"X-Frame: ")[1].split(b"\r\n")[0]) for part in parts]
    assert numbers == sorted({*numbers})
    assert service.lives["gate"].viewers == 0


def test_sources_that_cannot_be_read(make_client: MakeClient) -> None:
    client = make_client(live=(LiveSource("gate", "tcp://127.0.0.1:9/ir", TEST),))
    for path in ("/v1/live/gate", "/v1/live/gate/frame"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["kind"]) == (503, "NoSource")
        assert "127.0.0.1" not in answer.text
    assert "127.0.0.1" not in client.get("/v1/live").text


def test_a_token_is_needed_where_there_is_one(make_client: MakeClient) -> None:
    client = make_client(live=(LiveSource("gate", TEST, TEST),), token="t")
    for path in ("/v1/live", "/v1/live/gate", "/v1/live/gate/frame"):
        assert client.get(path).status_code == 401
