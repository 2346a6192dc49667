"""POST /v1/evaluate: the metrics of any fused image."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from clfnet.evaluation.sources import Reading
from clfnet.metrics import DEFAULT, DIALECTS, metrics_of
from clfnet.options import OPTIONS, READ_AS, FuseOptions, Option
from clfnet.serve.api.schemas import Scores
from clfnet.serve.http.errors import described
from clfnet.serve.http.form import form_schema, parse
from clfnet.serve.http.uploads import INFRARED, VISIBLE, Upload
from clfnet.serve.pairs import FILES_DESCRIBED
from clfnet.serve.scoring import names_of, scores_of
from clfnet.serve.service import Service, the_service

router = APIRouter(prefix="/v1", tags=["metrics"])

_FILES = {"infrared": INFRARED, "visible": VISIBLE, "fused": VISIBLE}
_DESCRIBED = FILES_DESCRIBED | {"fused": FILES_DESCRIBED["visible"].partition(";")[0] + "."}
_READ_AS = {OPTIONS[name].flag or name: name for name in READ_AS}
_OPTIONS = {
    "dialect": Option(
        str, "Convention of the values.", default=DEFAULT, choices=tuple(DIALECTS), is_open=True
    ),
    "metrics": Option(
        str, "Names, separated by commas; GET /v1/options lists them.", example="EN,MI,VIF"
    ),
    **{field: OPTIONS[name] for field, name in _READ_AS.items()},
}


@router.post(
    "/evaluate",
    response_model=Scores,
    responses=described(400, 408, 413, 415, 422, 429),
    openapi_extra=form_schema(
        {name: _DESCRIBED[name] for name in _FILES}, _OPTIONS, needed=tuple(_FILES)
    ),
)
async def evaluate(
    request: Request, service: Annotated[Service, Depends(the_service)]
) -> dict[str, Any]:
    """Score a fused image against its sources, which have its size and are read as for fusing."""
    async with service.receiving(request, _FILES) as upload:
        fields = parse(upload.fields, _OPTIONS)
        dialect, metrics = fields.get("dialect", DEFAULT), names_of(fields.get("metrics"))
        read_as = {name: fields[field] for field, name in _READ_AS.items() if field in fields}
        reading = Reading.of(FuseOptions(**read_as))
        metrics_of(dialect, metrics)  # before the wait
        for name in _FILES:
            upload.needed(name)
        work = partial(_scores, upload, reading, dialect, metrics, service.settings.max_pixels)
        return await service.gate.run(request, work)


def _scores(
    upload: Upload, reading: Reading, dialect: str, metrics: list[str] | None, max_pixels: int
) -> dict[str, Any]:
    paths = (upload.needed(name).path for name in _FILES)
    with upload.named():
        return scores_of(
            *paths, dialect=dialect, metrics=metrics, max_pixels=max_pixels, reading=reading
        )
