"""What is done at once is bounded, and who has left is not waited for."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from clfnet.serve.http.errors import GoneError, RefusedError
from clfnet.serve.http.gate import Gate


class Caller:
    """A request whose body has arrived; `leave` closes the connection."""

    def __init__(self) -> None:
        self._left = asyncio.Event()
        self.request = Request({"type": "http"}, self._receive)

    def leave(self) -> None:
        self._left.set()

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}


def run(test: Callable[[], Any]) -> None:
    asyncio.run(test())


def test_places_are_bounded() -> None:
    gate = Gate(1, 1)
    with gate.place(), gate.place():
        with pytest.raises(RefusedError) as caught, gate.place():
            pass
        assert gate.inside == 2
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "2"})
    assert gate.inside == 0


def test_a_place_is_free_again_after_an_error() -> None:
    gate = Gate(1, 0)
    with pytest.raises(ZeroDivisionError), gate.place():
        raise ZeroDivisionError
    assert gate.inside == 0


def test_no_more_than_the_workers_are_in_work() -> None:
    async def test() -> None:
        gate, lock, now, most = Gate(2, 9), threading.Lock(), 0, 0
        together = threading.Barrier(2)

        def work() -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            together.wait(5)
            with lock:
                now -= 1

        await asyncio.gather(*(gate.run(Caller().request, work) for _ in range(8)))
        assert most == 2

    run(test)


def test_results_and_errors_come_through() -> None:
    async def test() -> None:
        gate = Gate(1, 0)
        assert await gate.run(Caller().request, lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await gate.run(Caller().request, lambda: 1 // 0)
        assert gate.in_work == 0

    run(test)


def test_work_of_who_has_left_is_dropped() -> None:
    async def test() -> None:
        gate, begin, done = Gate(1, 1), threading.Event(), []
        first = asyncio.ensure_future(gate.run(Caller().request, lambda: begin.wait(5)))
        caller = Caller()
        second = asyncio.ensure_future(gate.run(caller.request, lambda: done.append(1)))
        await asyncio.sleep(0.05)
        caller.leave()
        with pytest.raises(GoneError):
            await second
        begin.set()
        assert await first
        await asyncio.sleep(0.05)
        assert done == []

    run(test)


def test_what_has_begun_is_finished_before_its_files_go() -> None:
    async def test() -> None:
        gate, begun, end, done = Gate(1, 0), threading.Event(), threading.Event(), []
        caller = Caller()

        def work() -> None:
            begun.set()
            end.wait(5)
            done.append(1)

        task = asyncio.ensure_future(gate.run(caller.request, work))
        await asyncio.to_thread(begun.wait, 5)
        caller.leave()
        await asyncio.sleep(0.05)
        assert not task.done()
        end.set()
        with pytest.raises(GoneError):
            await task
        assert done == [1]

    run(test)
