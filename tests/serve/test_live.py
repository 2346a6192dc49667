"""Pairs of live sources, fused while somebody watches."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from clfnet.errors import ConfigError
from clfnet.inference.fuser import Fuser
from clfnet.serve import live as module
from clfnet.serve.http.errors import RefusedError
from clfnet.serve.live import Live, LiveSource, Shown

TEST = "lavfi:testsrc=size=64x48:rate=50,realtime"
SOURCE = LiveSource("gate", TEST, TEST)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a=rtsp://h/1,rtsp://h/2", LiveSource("a", "rtsp://h/1", "rtsp://h/2")),
        (
            "a.b-c=/dev/video0,udp://:5,r.json",
            LiveSource("a.b-c", "/dev/video0", "udp://:5", Path("r.json")),
        ),
        (f"x={TEST},{TEST}", LiveSource("x", TEST, TEST)),
        ("x=rtsp://h/a,b,rtsp://h/c?d=e", LiveSource("x", "rtsp://h/a,b", "rtsp://h/c?d=e")),
    ],
)  # fmt: skip
def test_what_an_operator_writes(text: str, wanted: LiveSource) -> None:
    assert LiveSource.parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("", "gate", "gate=rtsp://h/1", "=rtsp://h/1,rtsp://h/2", "a/b=rtsp://h/1,rtsp://h/2"),
        *("a=/etc/passwd,/dev/video0", "a=ir.mp4,vis.mp4", "a=rtsp://h/1,rtsp://h/2,rtsp://h/3"),
        "a=file:///etc/passwd,rtsp://h/2",
    ],
)
def test_what_is_no_pair_of_live_sources(text: str) -> None:
    with pytest.raises(ConfigError, match="`live` must be NAME=INFRARED,VISIBLE, two URLs or cam"):
        LiveSource.parse(text)


def watched(live: Live, until: Callable[[list[Shown]], bool], **options: Any) -> list[Shown]:
    async def watch() -> list[Shown]:
        seen: list[Shown] = []
        async for shown in live.frames(**options):
            seen.append(shown)
            if until(seen):
                break
        return seen

    return anyio.run(watch)


def wait(until: Callable[[], bool]) -> None:
    for _ in range(400):
        if until():
            return
        time.sleep(0.025)
    raise TimeoutError


def test_sources_are_open_only_while_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LINGER", 0.2)
    live = Live(SOURCE, lambda: Fuser("maximum"))
    wait(lambda: not live.is_running)
    seen = watched(live, lambda seen: len(seen) == 5)
    assert [shown.number for shown in seen] == sorted({shown.number for shown in seen})
    assert all(shown.jpeg[:2] == b"\xff\xd8" for shown in seen)
    wait(lambda: live.is_running)
    wait(lambda: not live.is_running)
    assert live.error is None
    again = watched(live, lambda seen: len(seen) == 2, after=seen[-1].number)
    assert again[0].number > seen[-1].number
    wait(lambda: live.progress is not None and live.progress.latency_p50 is not None)
    live.close()
    wait(lambda: not live.is_running)


def test_sources_that_cannot_be_read_are_told_without_their_address() -> None:
    live = Live(LiveSource("gate", "tcp://127.0.0.1:9/secret", TEST), lambda: Fuser("maximum"))
    with pytest.raises(
        RefusedError, match="The sources of gate must be readable, but are not"
    ) as e:
        watched(live, lambda _: False)
    assert (e.value.status, e.value.headers) == (503, {"Retry-After": "5"})
    assert "127.0.0.1" not in str(e.value)
    live.close()


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(SOURCE, lambda: Fuser("maximum"))
    monkeypatch.setattr(live, "_start", lambda: None)
    begin = time.monotonic()
    assert watched(live, lambda _: False, patience=0.1) == []
    assert 0.1 <= time.monotonic() - begin < 5


def test_so_many_may_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VIEWERS", 0)
    with pytest.raises(RefusedError, match="gate must be watched by at most 0 at a time"):
        watched(Live(SOURCE, lambda: Fuser("maximum")), lambda _: True)
