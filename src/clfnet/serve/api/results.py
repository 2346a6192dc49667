"""GET /v1/results/...: the files of a stored result, and metrics and explanation on request."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from clfnet.explain import Explained, draw, explain, grid, hottest
from clfnet.explain.picture import tinted
from clfnet.inference.arrays import grey
from clfnet.io.files import write_atomic
from clfnet.io.image import Image, encode_image, read_image, write_image
from clfnet.metrics import DEFAULT, metrics_of
from clfnet.serve.api.schemas import FuseAnswer, Scores, Shares
from clfnet.serve.http.errors import RefusedError, Responses, described
from clfnet.serve.http.sending import FileAnswer
from clfnet.serve.result_store import StoredResult
from clfnet.serve.scoring import names_of, scores_of
from clfnet.serve.service import Service, the_service

router = APIRouter(prefix="/v1/results/{id}", tags=["results"])

TheService = Annotated[Service, Depends(the_service)]
Download = Annotated[bool, Query(description="Send it as an attachment, to be saved.")]
File = Literal[
    "fused.png",
    "fused.tiff",
    "fused.jpg",
    "infrared.png",
    "visible.png",
    "temperatures.tiff",
    "celsius.raw",
]

_MEDIA = {
    ".png": "image/png",
    ".tiff": "image/tiff",
    ".jpg": "image/jpeg",
    ".raw": "application/octet-stream",
}
_DERIVED = {"fused.tiff", "fused.jpg"}
_PICTURES = ("infrared", "visible", "fused")
_CELLS = 3
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES: Responses = {
    200: {"content": dict.fromkeys(_MEDIA.values(), _BINARY)},
    **described(404, 429),
}
_MODEL = Query(description="Model that explains; by default the first that can.")


def the_result(id: str, service: TheService) -> StoredResult:  # noqa: A002 -- the path says so
    """Return the result that a path names.

    Raises:
        RefusedError: 404.
    """
    return service.results.get(id)


TheResult = Annotated[StoredResult, Depends(the_result)]


@router.get("", response_model=FuseAnswer, responses=described(404))
async def read_result(result: TheResult) -> dict[str, Any]:
    """What was done, and where its parts are."""
    return result.answer


@router.get("/metrics", response_model=Scores, responses=described(404, 422, 429))
async def read_metrics(
    request: Request,
    service: TheService,
    result: TheResult,
    dialect: str = DEFAULT,
    metrics: Annotated[
        str | None, Query(description="Names of metrics, separated by commas.")
    ] = None,
) -> dict[str, Any]:
    """Score the result against the pair as it was fused, as 8-bit images."""
    names = [metric.name for metric in metrics_of(dialect, names_of(metrics))]
    file = result.folder / f"metrics-{dialect.casefold()}-{'-'.join(names)}.json"
    work = partial(_scores, result.folder, dialect, names)
    with service.results.using(result.id):
        found: dict[str, Any] = json.loads(await _made(service, request, file, work))
    return found


@router.get("/explain", response_model=Shares, responses=described(404, 422, 429))
async def read_explanation(
    request: Request,
    service: TheService,
    result: TheResult,
    model: Annotated[str | None, _MODEL] = None,
) -> dict[str, Any]:
    """Infrared's share of the places won: overall, where it is hottest, in a grid."""
    name = _explaining(service, model)
    with service.results.using(result.id):
        await _explained(service, request, result, name)
        told = (result.folder / f"explain-{name}.json").read_bytes()
    shares: dict[str, Any] = json.loads(told)
    return shares


@router.get("/explain.png", response_class=Response, responses=_FILES)
async def read_explanation_picture(
    request: Request,
    service: TheService,
    result: TheResult,
    model: Annotated[str | None, _MODEL] = None,
    view: Annotated[
        Literal["overlay", "page"],
        Query(
            description="overlay: the map over the fused image, at its size; page: with legend and "
            "sources."
        ),
    ] = "overlay",
    download: Download = False,
) -> Response:
    """Where each pixel comes from: orange is infrared, blue is visible."""
    name = _explaining(service, model)
    with service.results.using(result.id):
        await _explained(service, request, result, name)
    path = result.folder / f"explain-{name}-{view}.png"
    return _file(service, result, path, f"{result.stem}-explain.png" if download else None)


@router.get("/{file}", response_class=Response, responses=_FILES)
async def read_picture(
    request: Request, service: TheService, result: TheResult, file: File, download: Download = False
) -> Response:
    """An image of the result; infrared and visible as they were fused, 8 bits."""
    path = result.folder / file
    if file in _DERIVED:
        with service.results.using(result.id):
            await _made(service, request, path, partial(_converted, result.folder, path))
    elif not path.exists():
        raise RefusedError(
            404, "NotFound", "The infrared image must hold temperatures, but has none."
        )
    return _file(service, result, path, f"{result.stem}-{file}" if download else None)


async def _run(service: Service, request: Request, work: Callable[[], Any]) -> Any:
    with service.gate.place():
        return await service.gate.run(request, work)


async def _made(service: Service, request: Request, path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what is in a file, which is made when it is asked for the first time."""
    if not path.exists():
        await _run(service, request, lambda: write_atomic(path, make(), overwrite=True))
    return path.read_bytes()


def _file(service: Service, result: StoredResult, path: Path, name: str | None) -> FileAnswer:
    """Return a file of a result; under a name, as one to be saved."""
    return FileAnswer(
        path,
        held=service.results.using(result.id),
        media_type=_MEDIA[path.suffix],
        headers={"Cache-Control": "private, max-age=3600"},  # the bytes of a result never change
        filename=name,
    )


def _converted(folder: Path, path: Path) -> bytes:
    """Return the fused image in another format, its description included."""
    image = read_image(folder / "fused.png")
    text = (folder / "record.json").read_text("utf-8")
    return encode_image(replace(image, description=text), path)


def _scores(folder: Path, dialect: str, names: list[str]) -> bytes:
    infrared, visible, fused = (folder / f"{name}.png" for name in _PICTURES)
    return json.dumps(scores_of(infrared, visible, fused, dialect=dialect, metrics=names)).encode()


def _explaining(service: Service, model: str | None) -> str:
    """Return which model explains; unknown names are left to the library, which lists them."""
    able = service.models.explains()
    if model in able or (model is None and able):
        return model or able[0]
    service.models.get(model or service.models.default)
    raise RefusedError(
        422,
        "WeightsError",
        f"`model` must have a projection head to explain with, got {model or 'none'}. "
        f"These have: {', '.join(able) or 'none'}.",
    )


async def _explained(service: Service, request: Request, result: StoredResult, model: str) -> None:
    """Explain a result, once."""
    if not (result.folder / f"explain-{model}.json").exists():
        await _run(service, request, partial(_explain, result.folder, model, service.threads))


def _explain(folder: Path, model: str, threads: int) -> None:
    """Write the shares and both images of an explanation, in a worker thread."""
    images = [read_image(folder / f"{name}.png") for name in _PICTURES]
    infrared, visible, fused = (grey(image.pixels) for image in images)
    found = explain(infrared, visible, fused, model=model, threads=threads)
    overlay = tinted(fused, found.share)
    page = draw(Explained(images[0], images[1], images[2], found), cells=min(_CELLS, *fused.shape))
    for view, picture in {"overlay": overlay, "page": page}.items():
        write_image(folder / f"explain-{model}-{view}.png", Image(picture), overwrite=True)
    shares = {
        "model": model,
        "overall": round(found.overall, 4),
        "hottest": round(hottest(found.share, infrared), 4),
        "grid": grid(found.share, min(_CELLS, *fused.shape)).round(4).tolist(),
    }
    write_atomic(folder / f"explain-{model}.json", json.dumps(shares).encode(), overwrite=True)
