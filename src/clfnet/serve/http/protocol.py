"""HTTP/1.1 below the application: limits on slow, on too many and on malformed connections.

uvicorn waits for ever for the headers of a request and for a client that reads nothing, and h11
takes a bare line feed for the end of a line, which a proxy in front may not: two requests in one.
"""

import asyncio
import re
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 1000
"""At once, idle ones included; the next one is told 503."""

HEADER_SECONDS = 10.0
"""Within which the headers of a request must be there, from the moment it may begin."""

READ_SECONDS = 60.0
"""For which a client may read nothing of an answer that waits for it."""

_BARE = re.compile(rb"(?<!\r)\n")
_END = b"\r\n\r\n"
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
_BAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"


class Protocol(H11Protocol):
    """One connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head = b""
        self._header_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, and wait for headers."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._end(_BUSY)
            return
        self._expect_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Look at headers before h11 does."""
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self._is_bare(data):
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head = b""
            self._cancel_header()

    def on_response_complete(self) -> None:
        """Look at what follows, and wait for it."""
        following, _ = self.conn.trailing_data
        if self._is_bare(bytes(following)):
            return
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE:
            self._head = b""
        elif not self.transport.is_closing():
            self._expect_header()

    def pause_writing(self) -> None:
        """Wait until the client reads, but not for ever."""
        super().pause_writing()
        self._read_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        if self._read_timer:
            self._read_timer.cancel()

    def _is_bare(self, data: bytes) -> bool:
        """Refuse a header with a line feed that no carriage return precedes."""
        self._head += data
        head = self._head.partition(_END)[0]
        if not _BARE.search(head):
            return False
        self._end(_BAD)
        return True

    def _expect_header(self) -> None:
        self._cancel_header()
        self._header_timer = self.loop.call_later(HEADER_SECONDS, self._end, _LATE)

    def _end(self, answer: bytes) -> None:
        self.transport.write(answer + b"Content-Length: 0\r\n\r\n")
        self.transport.close()

    def _cancel_header(self) -> None:
        if self._header_timer:
            self._header_timer.cancel()

    def _cancel(self) -> None:
        self._cancel_header()
        if self._read_timer:
            self._read_timer.cancel()
