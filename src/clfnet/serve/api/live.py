"""/v1/live: live sources that the operator named, fused, as motion JPEG or frame by frame."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from clfnet.serve.api.schemas import LiveList
from clfnet.serve.http.errors import RefusedError, Responses, described
from clfnet.serve.live import PATIENCE, Live, Shown
from clfnet.serve.service import Service, the_service

router = APIRouter(prefix="/v1/live", tags=["live"])

TheService = Annotated[Service, Depends(the_service)]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_MOTION = "multipart/x-mixed-replace; boundary=frame"
_STREAM: Responses = {200: {"content": {"multipart/x-mixed-replace": _BINARY}}}
_JPEG: Responses = {
    200: {
        "content": {"image/jpeg": _BINARY},
        "headers": {"X-Frame": {"schema": {"type": "integer"}, "description": "Its number."}},
    },
    204: {"description": "No newer frame has come meanwhile. Ask again."},
}


def the_live(name: str, service: TheService) -> Live:
    """Return the sources that a path names.

    Raises:
        RefusedError: 404.
    """
    live = service.lives.get(name)
    if live is None:
        raise RefusedError(
            404, "NotFound", f"There is no source {name!r:.40}. GET /v1/live lists them."
        )
    return live


TheLive = Annotated[Live, Depends(the_live)]


@router.get("", response_model=LiveList, responses=described())
async def list_live(service: TheService) -> dict[str, Any]:
    """The live sources that may be watched, and how they fare."""
    return {"live": [_described(live) for live in service.lives.values()]}


@router.get("/{name}", response_class=StreamingResponse, responses=_STREAM | described(404))
async def watch_live(service: TheService, live: TheLive) -> StreamingResponse:
    """The fused frames as motion JPEG, for `<img>`, players and programs, until the client leaves.

    The sources are opened when the first one watches. A frame that a client is too slow for is left
    out, and the newest comes next.
    """
    frames = live.frames()
    first = await anext(frames, None)  # what cannot be read is an answer of its own
    if first is None:
        service.check_running()
        raise RefusedError(503, "NoSource", "The sources must give frames. Try again.")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_parts(first, frames), media_type=_MOTION, headers=headers)


@router.get("/{name}/frame", response_class=Response, responses=_JPEG | described(400, 404))
async def read_live_frame(
    live: TheLive,
    after: Annotated[int, Query(ge=0, description="Number of the last frame received.")] = 0,
) -> Response:
    """The newest fused frame, JPEG; waits until there is another than the last one received."""
    async with aclosing(live.frames(after, patience=PATIENCE)) as frames:  # type: ignore[type-var]
        async for shown in frames:
            headers = {"X-Frame": str(shown.number)}
            return Response(shown.jpeg, media_type="image/jpeg", headers=headers)
    return Response(status_code=204)


async def _parts(first: Shown, frames: AsyncIterator[Shown]) -> AsyncIterator[bytes]:
    yield _part(first)
    async for shown in frames:
        yield _part(shown)


def _part(shown: Shown) -> bytes:
    head = (
        f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(shown.jpeg)}\r\n"
        f"X-Frame: {shown.number}\r\n\r\n"
    )
    return head.encode() + shown.jpeg + b"\r\n"


def _described(live: Live) -> dict[str, Any]:
    name, progress = live.source.name, live.progress
    return {
        "name": name,
        "running": live.is_running,
        "viewers": live.viewers,
        "frames": live.newest.number if live.newest else 0,
        "late": progress.late if progress else 0,
        "latency_p50": progress.latency_p50 if progress else None,
        "latency_p99": progress.latency_p99 if progress else None,
        "error": live.error,
        "links": {"stream": f"/v1/live/{name}", "frame": f"/v1/live/{name}/frame"},
    }
