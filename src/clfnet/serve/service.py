"""The state that all routes share: one object per application."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import anyio
from fastapi import Request

from clfnet.inference.fuser import Fuser
from clfnet.inference.tiling import cores
from clfnet.serve.data_folder import DataFolder
from clfnet.serve.http.errors import RefusedError
from clfnet.serve.http.gate import Gate
from clfnet.serve.http.multipart import receiving
from clfnet.serve.http.telemetry import Telemetry
from clfnet.serve.http.uploads import Accepts, Upload
from clfnet.serve.jobs.store import Store
from clfnet.serve.jobs.worker import Worker
from clfnet.serve.live import MODEL, Live, LiveSource
from clfnet.serve.models import Models
from clfnet.serve.result_store import ResultStore
from clfnet.serve.settings import Settings

_UPLOADS = 4  # jobs that may be sent at a time
BODY_SECONDS = 30.0
"""For which a service that stops still waits for bodies that have begun to come."""

_RETRY = 5  # seconds; a service that stops is often started again


class Service:
    """Settings, models, limits, results and counters of one application.

    Args:
        settings: what the service was told.

    Raises:
        InputError: the folder for data cannot be made.
        WeightsError: there is no such model.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopping = self.ready = False
        self._patience_ends = float("inf")
        self.data = DataFolder(settings.data)
        self.store = Store(self.data.database)  # before all else: no other process has the folder
        self.data.empty()
        self.worker = Worker(self, self.store, self.data)
        self.intake = Gate(1, _UPLOADS - 1)
        self.pictures = anyio.CapacityLimiter(2)  # thumbnails made at once; a page asks for many
        self.models = Models(settings.model)
        self.gate = Gate(settings.workers, settings.queue, settings.pair_seconds)
        self.uploads = self.data.uploads
        self.results = ResultStore(
            self.data.results,
            number=settings.results,
            total=settings.result_bytes,
            seconds=settings.result_seconds,
        )
        self.lives = {
            each.name: Live(each, partial(self._live_fuser, each)) for each in settings.live
        }
        self.telemetry = Telemetry(self)

    @property
    def threads(self) -> int:
        """How many one request may use for what does not go through a model's shared threads."""
        return max(1, cores() // self.settings.workers)

    def check_running(self) -> None:
        """Refuse new requests once the service is stopping.

        Raises:
            RefusedError: 503.
        """
        if self.stopping:
            raise RefusedError(
                503,
                "Stopping",
                f"The service is stopping. Try again in {_RETRY} seconds.",
                retry_after=_RETRY,
            )

    @asynccontextmanager
    async def receiving(
        self, request: Request, accepts: Mapping[str, Accepts]
    ) -> AsyncIterator[Upload]:
        """Hold a place for a request of one pair, and receive its form within the limits.

        Raises:
            RefusedError: all places are taken, or the form is not one to accept.
        """
        limits = self.settings
        with self.gate.place():
            async with receiving(
                request,
                self.uploads,
                accepts,
                self.gate,
                max_bytes=limits.max_bytes,
                max_pixels=limits.max_pixels,
            ) as upload:
                yield upload

    def start(self) -> None:
        """Load the default model, so that the first request does not wait for it."""
        self.models.get(self.settings.model)
        self.worker.start()
        self.ready = True

    def stop(self) -> None:
        """Take no more requests; what was accepted is finished."""
        self.stopping = True
        self._patience_ends = time.monotonic() + BODY_SECONDS
        self.worker.stop()
        for live in self.lives.values():
            live.stop()

    @property
    def is_idle(self) -> bool:
        """No request is in work, and none is being received that may still become one."""
        gates = (self.gate, self.intake)
        accepted = sum(gate.inside - gate.arriving for gate in gates)
        arriving = sum(gate.arriving for gate in gates)
        return not accepted and (not arriving or time.monotonic() > self._patience_ends)

    def close(self) -> None:
        """Wait for the pair in work, and remove what does not outlive the process."""
        self.ready = False
        self.stop()
        self.worker.join()
        for live in self.lives.values():
            live.close()
        self.store.close()
        self.data.empty()

    def _live_fuser(self, source: LiveSource) -> Fuser:
        return Fuser(self.models.get(MODEL), align=source.rig or "off")


def the_service(request: Request) -> Service:
    """Return the service that a request is for."""
    return cast(Service, request.app.state.service)
