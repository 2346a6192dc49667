"""/v1/jobs: begin, watch, fetch and cancel long work."""

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import PIL.Image
from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from clfnet.io.image import read_image, to_uint8
from clfnet.serve.api.job_schemas import JobAnswer, JobList
from clfnet.serve.http.errors import RefusedError, Responses, described, linked
from clfnet.serve.http.form import form_schema
from clfnet.serve.http.multipart import receiving
from clfnet.serve.http.sending import FileAnswer
from clfnet.serve.http.uploads import safe_name
from clfnet.serve.jobs.answers import job_answer
from clfnet.serve.jobs.events import events
from clfnet.serve.jobs.files import JobFiles
from clfnet.serve.jobs.intake import FIELDS, accept, accepts, check_room
from clfnet.serve.jobs.store import CANCELLED, DONE, QUEUED, RUNNING, Job
from clfnet.serve.jobs.zipped import zipped
from clfnet.serve.service import Service, the_service

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

TheService = Annotated[Service, Depends(the_service)]

_MEDIA = {
    ".zip": "application/zip", ".mp4": "video/mp4", ".mkv": "video/x-matroska",
    ".webm": "video/webm", ".png": "image/png", ".tiff": "image/tiff", ".jpg": "image/jpeg",
}  # fmt: skip
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_RESULT: Responses = {
    200: {"content": {_MEDIA[suffix]: _BINARY for suffix in (".zip", ".mp4", ".mkv", ".webm")}}
}
_PICTURE: Responses = {
    200: {"content": {_MEDIA[suffix]: _BINARY for suffix in (".png", ".tiff", ".jpg")}}
}
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "end"]},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_STREAM: Responses = {200: {"content": {"text/event-stream": {"schema": _EVENT}}}}
_LINKS = linked("read_job", "watch_job", "cancel_job", "read_job_result", "read_job_picture")
_FILES = {
    "infrared": "Many for a folder, one for a video.",
    "visible": "The same; left out for radiometric files. Files of one stem are a pair.",
    "rig": "A rig file, which aligns all pairs or frames.",
}


def the_job(id: str, service: TheService) -> Job:  # noqa: A002 -- the path says so
    """Return the job that a path names.

    Raises:
        RefusedError: 404.
    """
    job = service.store.get(id)
    if job is None:
        raise RefusedError(404, "NotFound", f"There is no job {id!r:.40}. GET /v1/jobs lists them.")
    return job


TheJob = Annotated[Job, Depends(the_job)]


def _form() -> dict[str, Any]:
    extra = form_schema(_FILES, FIELDS)
    properties = extra["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    for name in ("infrared", "visible"):
        one = {"type": "string", "format": "binary"}
        properties[name] = {
            "type": "array", "items": one, "minItems": 1, "description": _FILES[name]
        }  # fmt: skip
    return extra


@router.post(
    "",
    status_code=202,
    response_model=JobAnswer,
    responses={202: {"links": _LINKS}, **described(400, 408, 413, 415, 422, 429)},
    openapi_extra=_form(),
)
async def create_job(request: Request, service: TheService) -> JSONResponse:
    """Begin a job: a folder of pairs, or a video; it goes on after a restart of the service."""
    limits, store = service.settings, service.store
    with service.intake.place():
        await to_thread.run_sync(check_room, service, store)
        async with receiving(
            request,
            service.uploads,
            accepts(limits.job_pairs),
            service.intake,
            max_bytes=limits.job_bytes,
            max_pixels=limits.max_pixels,
        ) as upload:
            job = await service.intake.run(request, partial(accept, service, store, upload))
    service.worker.wake()
    answer = job_answer(store, job)
    return JSONResponse(answer, 202, {"Location": answer["links"]["self"]})


@router.get("", response_model=JobList, responses=described())
async def list_jobs(service: TheService) -> dict[str, Any]:
    """All jobs, the newest first, without their images."""
    store = service.store
    return {"jobs": [job_answer(store, job, pictures=False) for job in store.all()]}


@router.get("/{id}", response_model=JobAnswer, responses=described(404))
async def read_job(service: TheService, job: TheJob) -> dict[str, Any]:
    """How far a job is."""
    return job_answer(service.store, job)


@router.get(
    "/{id}/events", response_class=StreamingResponse, responses=_STREAM | described(400, 404)
)
async def watch_job(
    service: TheService,
    job: TheJob,
    last_event_id: Annotated[
        int,
        Header(ge=0, description="Identifier of the last event received, to resume the stream."),
    ] = 0,
) -> StreamingResponse:
    """Server-sent events `progress`, at last `end`; the data is the job."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = events(service, job.id, last_event_id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.delete(
    "/{id}",
    response_model=JobAnswer,
    responses={204: {"description": "It was finished, and is forgotten."}, **described(404)},
)
async def cancel_job(service: TheService, job: TheJob) -> Response:
    """Cancel a job, or forget one that is finished; either way its files are removed."""
    store = service.store
    files = JobFiles(service.data.jobs, job.id)
    if store.move(job.id, CANCELLED, QUEUED):
        await to_thread.run_sync(files.remove)
    elif not store.move(job.id, CANCELLED, RUNNING):  # a running one's files: by the worker
        store.remove(job.id)
        await to_thread.run_sync(files.remove)
        return Response(status_code=204)
    now = store.get(job.id) or job
    return JSONResponse(job_answer(store, now))


@router.get("/{id}/result", response_class=Response, responses=_RESULT | described(404, 409))
async def read_job_result(service: TheService, job: TheJob) -> Response:
    """The zip of all images, or the video."""
    files = JobFiles(service.data.jobs, job.id)
    if job.state == DONE and job.kind == "folder":
        done = (
            (pair.name, files.result(pair.number)) for pair in service.store.pairs(job.id, DONE)
        )
        named = [(f"{name}{path.suffix}", path) for name, path in done if path is not None]
        headers = {"Content-Disposition": f'attachment; filename="clfnet-{job.id}.zip"'}
        return StreamingResponse(zipped(named), media_type=_MEDIA[".zip"], headers=headers)
    path = files.video
    if job.state != DONE or path is None:
        raise RefusedError(
            409, "NotReady", f"The job must be done to have a result, but is {job.state}. Wait."
        )
    name = f"clfnet-{job.id}{path.suffix}"
    return FileAnswer(path, media_type=_MEDIA[path.suffix], filename=name)


@router.get(
    "/{id}/pictures/{name}", response_class=Response, responses=_PICTURE | described(400, 404)
)
async def read_job_picture(
    service: TheService,
    job: TheJob,
    name: str,
    width: Annotated[
        int | None,
        Query(
            ge=16, le=2048, description="Largest width in pixels; the answer is then an 8-bit PNG."
        ),
    ] = None,
    download: Annotated[bool, Query(description="Send it as an attachment, to be saved.")] = False,
) -> Response:
    """One fused image of a folder."""
    files = JobFiles(service.data.jobs, job.id)
    number = next((p.number for p in service.store.pairs(job.id, DONE) if p.name == name), 0)
    path = files.result(number)
    if path is None:
        raise RefusedError(404, "NotFound", f"The job has no image {name!r:.60} yet. Wait.")
    headers = {"Cache-Control": "private, max-age=3600"}
    if width is not None:
        data = await to_thread.run_sync(_thumbnail, path, width, limiter=service.pictures)
        return Response(data, media_type="image/png", headers=headers)
    shown = safe_name(f"{name}{path.suffix}") if download else None
    return FileAnswer(path, media_type=_MEDIA[path.suffix], headers=headers, filename=shown)


def _thumbnail(path: Path, width: int) -> bytes:
    picture = PIL.Image.fromarray(to_uint8(read_image(path).pixels))
    height = max(1, round(picture.height * width / picture.width))
    if width < picture.width:
        picture = picture.resize((width, height), PIL.Image.Resampling.BOX, reducing_gap=2.0)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
