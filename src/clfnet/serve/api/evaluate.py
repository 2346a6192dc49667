"""POST /v1/evaluate: the metrics of any fused image."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from clfnet.metrics import DIALECTS, metrics_of
from clfnet.options import Option
from clfnet.serve.api.schemas import Scores
from clfnet.serve.http.errors import described
from clfnet.serve.http.form import form_schema, parse
from clfnet.serve.http.uploads import VISIBLE, Upload
from clfnet.serve.scoring import names_of, scores_of
from clfnet.serve.service import Service, the_service

router = APIRouter(prefix="/v1", tags=["metrics"])

_FILES = ("infrared", "visible", "fused")
_OPTIONS = {
    "dialect": Option(
        str, "Convention of the values.", default="paper", choices=tuple(DIALECTS), is_open=True
    ),
    "metrics": Option(
        str, "Names, separated by commas; GET /v1/options lists them.", example="EN,MI,VIF"
    ),
}


@router.post(
    "/evaluate",
    response_model=Scores,
    responses=described(400, 408, 413, 415, 422, 429),
    openapi_extra=form_schema(
        dict.fromkeys(_FILES, "PNG, JPEG, BMP or TIFF."), _OPTIONS, needed=_FILES
    ),
)
async def evaluate(
    request: Request, service: Annotated[Service, Depends(the_service)]
) -> dict[str, Any]:
    """Score a fused image against its sources, which have its size."""
    async with service.receiving(request, dict.fromkeys(_FILES, VISIBLE)) as upload:
        fields = parse(upload.fields, _OPTIONS)
        dialect, metrics = fields.get("dialect", "paper"), names_of(fields.get("metrics"))
        metrics_of(dialect, metrics)  # before the wait
        for name in _FILES:
            upload.needed(name)
        work = partial(_scores, upload, dialect, metrics, service.settings.max_pixels)
        return await service.gate.run(request, work)


def _scores(
    upload: Upload, dialect: str, metrics: list[str] | None, max_pixels: int
) -> dict[str, Any]:
    paths = (upload.needed(name).path for name in _FILES)
    with upload.named():
        return scores_of(*paths, dialect=dialect, metrics=metrics, max_pixels=max_pixels)
