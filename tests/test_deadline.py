"""Work that takes too long ends, tile by tile or node by node."""

import threading
import time

import numpy as np
import pytest
from tests.inference.test_session import FEEDS, endless

from clfnet.deadline import TimeLimitError, check_time, time_left, time_limit
from clfnet.inference.session import Session
from clfnet.inference.tiling import Tile, Tiles
from clfnet.method import Reach


def test_without_a_limit_there_is_none() -> None:
    check_time()
    assert time_left() is None


def test_a_limit_is_for_its_block_and_its_thread() -> None:
    seen: list[float | None] = []
    with time_limit(60):
        thread = threading.Thread(target=lambda: seen.append(time_left()))
        thread.start()
        thread.join()
        assert (time_left() or 0) > 59
    assert seen == [None]
    assert time_left() is None


def test_no_more_tiles_are_begun() -> None:
    begun: list[Tile] = []

    def work(tile: Tile) -> None:
        begun.append(tile)
        time.sleep(0.02)

    tiles = Tiles(Reach(2), memory=2600, threads=2)
    with time_limit(0.1), pytest.raises(TimeLimitError, match=r"must end within 0\.1 seconds"):
        tiles.run(work, 2000, 2000)
    count = len(begun)
    assert count < len(tiles.of(2000, 2000))
    time.sleep(0.1)
    assert len(begun) <= count + 2


def test_a_graph_that_never_ends_is_ended() -> None:
    session, failed = Session(endless(), "endless"), []

    def run() -> None:  # as the service does, not in the main thread
        with time_limit(0.2):
            try:
                session.run(["fused"], FEEDS)
            except TimeLimitError as error:
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert len(failed) == 1
    assert np.isfinite(FEEDS["visible"]).all()
