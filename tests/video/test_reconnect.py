"""Live sources that are lost, and come back or do not."""

import logging
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from clfnet.errors import VideoError
from clfnet.video import reconnect
from clfnet.video.frames import Frame
from clfnet.video.reconnect import ReconnectingSource

PIXELS = np.zeros((2, 3), np.uint8)


class Flaky:
    """Three frames, then it is lost."""

    name, rate, duration, live = "camera", None, None, True

    def __init__(self, width: int = 3) -> None:
        self.width, self.height, self.closed = width, 2, False
        self.damage: list[str] = []

    def __iter__(self) -> Iterator[Frame]:
        for index in range(3):
            yield Frame(index / 100, PIXELS)
        self.damage = ["no frame for 10 s"]

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnect, "FIRST", 0.02)
    monkeypatch.setattr(reconnect, "LONGEST", 0.05)


def opened(*later: Any, seconds: float = 1.0) -> tuple[ReconnectingSource, list[float]]:
    """A source whose later connections are these: a source, or an error to raise."""
    left, asked = iter(later), []

    def connect() -> Any:
        asked.append(time.monotonic())
        found = next(left, None) or VideoError("nobody there")
        if isinstance(found, Exception):
            raise found
        return found

    return ReconnectingSource(Flaky(), connect, seconds, threading.Event()), asked


def test_it_comes_back_and_time_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    source, _ = opened(VideoError("not yet"), Flaky(), seconds=0.3)
    begin = time.monotonic()
    frames = list(source)
    assert len(frames) == 6
    gap = frames[3].time - frames[2].time
    assert 0.04 < gap < time.monotonic() - begin
    assert all(a.time < b.time for a, b in pairwise(frames))
    assert source.reconnected == 1
    assert source.damage == [
        "lost and back (times: 1)",
        "not back within 0.3 s",
        "no frame for 10 s",
    ]
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told[0] == "camera is lost (no frame for 10 s): connecting again for 0.3 s"
    assert told[1] == "camera is back (times: 1)"


def test_the_waits_grow_up_to_a_bound_and_end() -> None:
    source, asked = opened(seconds=0.4)
    begin = time.monotonic()
    assert len(list(source)) == 3
    assert 0.4 <= time.monotonic() - begin < 1.5
    waits = np.diff([begin, *asked])
    assert waits[0] >= 0.02
    assert all(wait >= 0.039 for wait in waits[1:-1])
    assert 4 <= len(asked) <= 10


def test_another_size_ends_it() -> None:
    source, _ = opened(Flaky(width=5))
    assert len(list(source)) == 3
    assert source.damage[0] == "it came back with 5x2 pixels"


def test_who_has_no_more_use_for_it_does_not_wait() -> None:
    over = threading.Event()
    first = Flaky()
    source = ReconnectingSource(first, _never, 60, over)
    threading.Timer(0.05, over.set).start()
    begin = time.monotonic()
    assert len(list(source)) == 3
    assert time.monotonic() - begin < 5
    assert first.closed


def _never() -> Any:
    raise VideoError("nobody there")
