"""Queues between threads: bounded, in order, and never stuck."""

import threading
import time
from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest

from clfnet.video.frames import Frame
from clfnet.video.threads import AHEAD, Drain, Feed

PIXELS = np.zeros((1, 1), np.uint8)


class FakeSource:
    """Numbers as frames."""

    name, width, height, rate, duration, live, damage = "fake", 1, 1, None, None, False, ()

    def __init__(self, number: int | None = None, *, error: Exception | None = None) -> None:
        self.number, self.error = number, error
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[Frame]:
        for index in count() if self.number is None else range(self.number):
            self.given += 1
            yield Frame(float(index), PIXELS)
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed = True


class FakeSink:
    """Keeps the times of what it is given."""

    codec, width, height = "fake", 1, 1

    def __init__(self, *, fails_at: int | None = None, pause: float = 0.0) -> None:
        self.times: list[float] = []
        self.files: list[str] = []
        self.count = 0
        self.fails_at, self.pause = fails_at, pause
        self.state = "open"

    def write(self, frame: Frame) -> None:
        time.sleep(self.pause)
        if self.count == self.fails_at:
            raise OSError("full")
        self.times.append(frame.time)
        self.count += 1

    def finish(self) -> None:
        self.state = "finished"

    def abort(self) -> None:
        self.state = "aborted"


def test_a_feed_gives_all_in_order() -> None:
    source = FakeSource(50)
    feed = Feed(source, threading.Event())
    assert [frame.time for frame in feed] == list(range(50))
    feed.close()
    assert source.closed
    assert feed.dropped == 0


def test_a_feed_reads_no_further_ahead_than_its_bound() -> None:
    source = FakeSource()
    feed = Feed(source, threading.Event())
    time.sleep(0.1)
    assert source.given <= AHEAD + 1
    assert next(iter(feed)).time == 0
    feed.close()
    assert source.closed


def test_a_live_feed_gives_the_newest() -> None:
    source = FakeSource(1000)
    feed = Feed(source, threading.Event(), newest=True)
    time.sleep(0.1)
    assert [frame.time for frame in feed] == [999.0]
    assert feed.dropped == 999
    feed.close()


def test_latest_repeats_until_there_is_a_new_one() -> None:
    ready = threading.Event()

    class Slow(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            yield Frame(0.0, PIXELS)
            ready.wait(5)
            yield Frame(1.0, PIXELS)

    feed = Feed(Slow(), threading.Event(), newest=True)
    first = feed.latest()
    assert first is not None
    assert feed.latest() is first
    ready.set()
    time.sleep(0.1)
    second = feed.latest()
    assert second is not None
    assert second.time == 1.0
    assert feed.latest() is None
    feed.close()


def test_an_error_of_the_source_comes_after_its_frames() -> None:
    feed = Feed(FakeSource(2, error=RuntimeError("boom")), threading.Event())
    taken = iter(feed)
    assert [next(taken).time, next(taken).time] == [0.0, 1.0]
    with pytest.raises(RuntimeError, match="boom"):
        next(taken)
    feed.close()


def test_stop_ends_a_feed_that_waits() -> None:
    release, stop = threading.Event(), threading.Event()

    class Hanging(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            release.wait(5)
            yield Frame(0.0, PIXELS)

    feed = Feed(Hanging(), stop)
    threading.Timer(0.05, stop.set).start()
    start = time.monotonic()
    assert list(feed) == []
    assert time.monotonic() - start < 1
    release.set()
    feed.close()


def test_a_drain_writes_all_in_order_and_waits_for_room() -> None:
    sink = FakeSink(pause=0.002)
    drain = Drain(sink)
    for index in range(50):
        drain.put(Frame(float(index), PIXELS))
        assert index - sink.count <= AHEAD + 1
    drain.finish()
    assert sink.times == list(range(50))
    assert sink.state == "finished"


def test_an_error_of_the_sink_stops_who_puts() -> None:
    sink = FakeSink(fails_at=3)
    drain = Drain(sink)

    def put_many() -> None:
        for index in range(1000):
            drain.put(Frame(float(index), PIXELS))

    with pytest.raises(OSError, match="full"):
        put_many()
    drain.abort()
    assert sink.state == "aborted"
    assert sink.times == [0.0, 1.0, 2.0]


def test_an_error_at_the_last_frame_is_not_lost() -> None:
    drain = Drain(sink := FakeSink(fails_at=0))
    drain.put(Frame(0.0, PIXELS))
    with pytest.raises(OSError, match="full"):
        drain.finish()
    assert sink.state == "aborted"


def test_abort_leaves_the_rest_unwritten() -> None:
    sink = FakeSink(pause=0.05)
    drain = Drain(sink)
    for index in range(4):
        drain.put(Frame(float(index), PIXELS))
    drain.abort()
    assert sink.state == "aborted"
    assert sink.count < 4
