"""How much is done at once: a bounded number of requests in work, and a bounded queue."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio
from anyio import to_thread
from fastapi import Request

from clfnet.deadline import time_limit
from clfnet.serve.http.errors import GoneError, RefusedError

T = TypeVar("T")

_RETRY = 2  # seconds; a place is free again when one request is done


class Gate:
    """Lets requests in, and works on a few of them at a time, in threads.

    Args:
        workers: how many are worked on at once.
        queue: how many more may be inside, sending their body or waiting.
        seconds: after which the work of a request is ended; None for no limit.
    """

    def __init__(self, workers: int, queue: int, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._places = workers + queue
        self._limiter = anyio.CapacityLimiter(workers)
        self.inside = 0
        self.arriving = 0  # of them, those whose body is not there yet

    @property
    def in_work(self) -> int:
        """How many are worked on."""
        return int(self._limiter.borrowed_tokens)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for a request, body included.

        Raises:
            RefusedError: 429, all places are taken.
        """
        if self.inside >= self._places:
            raise RefusedError(
                429,
                "Busy",
                f"The service is busy: all {self._places} places for requests are taken. "
                f"Try again in {_RETRY} seconds.",
                retry_after=_RETRY,
            )
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """Count a request whose body is being received."""
        self.arriving += 1
        try:
            yield
        finally:
            self.arriving -= 1

    async def run(self, request: Request, work: Callable[[], T]) -> T:
        """Do the work in a thread, in turn; drop it if the client leaves before its turn.

        Raises:
            GoneError: the client has left.
            RefusedError: 413, memory does not suffice.
            TimeLimitError: the work takes too long.
            Exception: whatever the work raises.
        """
        scope = anyio.CancelScope()  # takes it out of the queue, but waits for what has begun
        working = asyncio.ensure_future(self._in_thread(work, scope))
        leaving = asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise GoneError("the client has left.")
            return working.result()[0]
        except MemoryError:
            raise RefusedError(
                413, "TooLarge", "The images must fit into memory. Use smaller images."
            ) from None
        finally:
            leaving.cancel()
            scope.cancel()
            await asyncio.wait({working, leaving})

    async def _in_thread(self, work: Callable[[], T], scope: anyio.CancelScope) -> list[T]:
        """Return the result of the work; nothing if it was cancelled."""
        with scope:
            return [await to_thread.run_sync(self._limited, work, limiter=self._limiter)]
        return []

    def _limited(self, work: Callable[[], T]) -> T:
        if self._seconds is None:
            return work()
        with time_limit(self._seconds):
            return work()


async def _left(request: Request) -> None:
    """Wait until the client leaves; the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
