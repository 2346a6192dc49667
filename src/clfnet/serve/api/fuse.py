"""POST /v1/fuse: a pair in, an image or a kept result out."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from clfnet.io.image import check_depth, encode_image, write_image
from clfnet.serve.api.commands import cli_line, curl_line
from clfnet.serve.api.schemas import FuseAnswer
from clfnet.serve.http.errors import described, linked
from clfnet.serve.http.form import FORMAT, FORMATS, OPTIONS, Fusing, form_schema
from clfnet.serve.http.uploads import Upload
from clfnet.serve.pairs import (
    FILES,
    FILES_DESCRIBED,
    check_fields,
    fuse_upload,
)
from clfnet.serve.service import Service, the_service
from clfnet.thermal.temperatures import write_temperatures

router = APIRouter(prefix="/v1", tags=["fusing"])

_DESCRIPTION = """Fuses an infrared and a visible image, or one radiometric file.

Answers the image itself; as JSON (`format=json` or `Accept: application/json`) a result that is
kept for a while, with links to its images, metrics and explanation."""

_PICTURES = {
    media: {"schema": {"type": "string", "format": "binary"}} for media, _ in FORMATS.values()
}


_IMAGES = ("infrared", "visible", "fused")
_LINKS = linked("read_result", "read_metrics", "read_explanation", "read_picture")


class _Encoded(NamedTuple):
    """An image's bytes, and what was done to make it, with its seconds."""

    data: bytes
    record: dict[str, Any]
    seconds: dict[str, float]


@router.post(
    "/fuse",
    summary="Fuse a pair",
    description=_DESCRIPTION,
    response_class=Response,
    responses={
        200: {"content": _PICTURES, "description": "The image; X-Clfnet-Record says how."},
        201: {"model": FuseAnswer, "description": "The kept result.", "links": _LINKS},
        **described(400, 408, 413, 415, 422, 429),
    },
    openapi_extra=form_schema(FILES_DESCRIBED, {**OPTIONS, "format": FORMAT}),
)
async def fuse(request: Request, service: Annotated[Service, Depends(the_service)]) -> Response:
    """Receive a form, fuse, answer."""
    begin = time.perf_counter()
    async with service.receiving(request, FILES) as upload:
        wanted = _format(upload, request)
        fusing = Fusing.of(upload.fields)
        check_fields(upload, fusing)
        received = time.perf_counter() - begin
        if wanted == "json":
            return await _kept(service, request, upload, fusing)
        check_depth(fusing.options.depth, FORMATS[wanted][1], "`format`")
        work = partial(_encoded, service, upload, fusing, wanted)
        done = await service.gate.run(request, work)
    media, suffix = FORMATS[wanted]
    seconds = {"receive": received, **done.seconds}
    headers = {
        "X-Clfnet-Record": json.dumps(done.record),
        "Server-Timing": ", ".join(f"{name};dur={1000 * s:.1f}" for name, s in seconds.items()),
        "Content-Disposition": f'inline; filename="fused{suffix}"',
    }
    return Response(done.data, media_type=media, headers=headers)


def _format(upload: Upload, request: Request) -> str:
    """Return what is wanted: by the field, else by the header, else PNG."""
    named = upload.fields.pop("format", "")
    if named:
        return str(FORMAT.parse("format", named))
    known = {media: name for name, (media, _) in FORMATS.items()} | {"application/json": "json"}
    ranked = sorted(map(_accepted, request.headers.get("accept", "").split(",")), reverse=True)
    return next((known[media] for quality, media in ranked if quality and media in known), "png")


def _accepted(part: str) -> tuple[float, str]:
    """Return how much a part of the header Accept is wanted, and what it is."""
    media, _, rest = part.partition(";")
    quality = rest.strip().removeprefix("q=")
    try:
        return float(quality or 1), media.strip().lower()
    except ValueError:
        return 0.0, ""


def _encoded(service: Service, upload: Upload, fusing: Fusing, wanted: str) -> _Encoded:
    """Fuse and encode, in a worker thread."""
    begin = time.perf_counter()
    _, done = fuse_upload(service, upload, fusing)
    fused = time.perf_counter()
    path, compression = Path(f"fused{FORMATS[wanted][1]}"), fusing.options.compression
    data = encode_image(done.image, path, compression=compression)
    seconds = {"fuse": fused - begin, "encode": time.perf_counter() - fused}
    return _Encoded(data, done.record, seconds)


async def _kept(service: Service, request: Request, upload: Upload, fusing: Fusing) -> JSONResponse:
    """Fuse, keep the result and tell where it is."""
    name, folder = service.results.new()
    try:
        work = partial(_written, service, upload, fusing, folder)
        answer = await service.gate.run(request, work)
        answer = {"id": name} | answer | {"links": _links(name, folder)}
        answer |= _lines(service, request, upload, fusing)
        service.results.keep(
            name, (upload.file("visible") or upload.needed("infrared")).stem, answer
        )
    except BaseException:
        service.results.drop(name)
        raise
    return JSONResponse(answer, 201, {"Location": answer["links"]["self"]})


def _written(service: Service, upload: Upload, fusing: Fusing, folder: Path) -> dict[str, Any]:
    """Fuse into the files of a result, in a worker thread; return what to tell."""
    pair, done = fuse_upload(service, upload, fusing, sources=True)
    images = (*(done.sources or ())[:2], done.image)
    for name, image in zip(_IMAGES, images, strict=True):
        write_image(folder / f"{name}.png", image, compression=fusing.options.compression)
    (folder / "record.json").write_text(done.image.description or "", "utf-8")
    if pair.thermal.celsius is not None:
        write_temperatures(folder / "temperatures.tiff", pair.thermal.celsius)
    if done.sources and done.sources.celsius is not None:
        (folder / "celsius.raw").write_bytes(done.sources.celsius.astype("<f4").tobytes())
    return {
        "width": done.image.width,
        "height": done.image.height,
        "record": done.record,
        "rig": done.record.get("alignment"),
    }


def _links(name: str, folder: Path) -> dict[str, str]:
    base = f"/v1/results/{name}"
    files = {"png": "fused.png", "tiff": "fused.tiff", "jpeg": "fused.jpg"}
    files |= {"infrared": "infrared.png", "visible": "visible.png"}
    files |= {"metrics": "metrics", "explain": "explain"}
    for kind, file in {"temperatures": "temperatures.tiff", "celsius": "celsius.raw"}.items():
        if (folder / file).exists():
            files[kind] = file
    return {"self": base} | {kind: f"{base}/{file}" for kind, file in files.items()}


def _lines(service: Service, request: Request, upload: Upload, fusing: Fusing) -> dict[str, str]:
    """Return the command lines that do the same."""
    files = {name: stored.name for name in FILES if (stored := upload.file(name)) is not None}
    url = f"{str(request.base_url).rstrip('/')}/v1/fuse"
    has_token = service.settings.token is not None
    return {
        "cli": cli_line(files, fusing.given),
        "curl": curl_line(url, files, fusing.given, has_token=has_token),
    }
