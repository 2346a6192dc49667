"""The process: one port, one application, and an end that loses nothing."""

import logging
import os
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from clfnet.errors import InputError
from clfnet.serve.app import create_app
from clfnet.serve.http.protocol import Protocol
from clfnet.serve.service import Service
from clfnet.serve.settings import Settings

LAST_SECONDS = 10
"""For which answers may still be read once everything is done that was accepted."""

_BACKLOG = 2048


def serve(settings: Settings, port: int, *, started: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; what was accepted until then is finished.

    Args:
        settings: of the application.
        port: 0 takes any that is free.
        started: told the address, once requests are taken.

    Raises:
        InputError: the port or the address cannot be bound.
        ConfigError: a setting is out of range.
        WeightsError: there is no such model.
    """
    os.umask(0o077)  # what clients send is for this user alone
    listener = bind(settings.host, port)
    try:
        app = create_app(settings)
        logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # the client is told
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            log_level="warning",
            server_header=False,
            access_log=False,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        _Server(config, app.state.service, lambda: _tell(started, listener)).run([listener])
    finally:
        listener.close()


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        InputError: the system refuses.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":  # there it would share a port that is taken
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(
            f"{host}:{port} must be free to listen on, but: {reason}. Choose another port (--port)."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """Goes on answering 503 while accepted requests are finished, then ends."""

    def __init__(
        self, config: uvicorn.Config, service: Service, started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- as uvicorn calls it
        """Stop taking requests; a second signal does not wait for those in work."""
        self.should_exit = self.force_exit = self._service.stopping
        self._service.stop()

    async def on_tick(self, counter: int) -> bool:
        ended = await super().on_tick(counter)
        return ended or (self._service.stopping and self._service.is_idle)


def _tell(started: Callable[[str], None] | None, listener: socket.socket) -> None:
    if started:
        host, port, *_ = listener.getsockname()
        started(f"http://{f'[{host}]' if ':' in host else host}:{port}")
