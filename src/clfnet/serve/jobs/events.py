"""The progress of a job as server-sent events."""

import json
from collections.abc import AsyncIterator

import anyio

from clfnet.serve.jobs.answers import job_answer
from clfnet.serve.service import Service

_LOOK = 0.25  # seconds between two looks: no more than four events a second
_HEARTBEAT = 15.0  # seconds; proxies close what is silent


async def events(service: Service, job: str, seen: int) -> AsyncIterator[str]:
    """Yield an event for each change of a job, the last one `end`.

    The stream also ends when the service stops, without `end`; whoever asks again, with the last
    id, goes on from there.

    Args:
        service: whose job it is.
        job: its name.
        seen: the id of the last event that the client has; 0 for none.
    """
    store, silent = service.store, 0.0
    yield "retry: 2000\n\n"
    while not service.stopping:
        now = store.get(job)
        if now is None:
            return
        if now.revision > seen or now.is_finished:
            seen, silent = now.revision, 0.0
            kind = "end" if now.is_finished else "progress"
            yield f"event: {kind}\nid: {seen}\ndata: {json.dumps(job_answer(store, now))}\n\n"
        if now.is_finished:
            return
        if silent >= _HEARTBEAT:
            silent = 0.0
            yield ": still here\n\n"
        await anyio.sleep(_LOOK)
        silent += _LOOK
