"""GET /v1/models and /v1/options: what a request may ask for."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from clfnet.io.formats import (
    IMAGE_SUFFIXES,
    SEQUENCE_SUFFIXES,
    THERMAL_SUFFIXES,
    VIDEO_SUFFIXES,
)
from clfnet.io.names import INFRARED, VISIBLE
from clfnet.metrics import DIALECTS
from clfnet.options import Option
from clfnet.serve.api.schemas import ModelList, OptionList
from clfnet.serve.http.errors import described
from clfnet.serve.http.form import FORMAT, OPTIONS
from clfnet.serve.service import Service, the_service
from clfnet.version import __version__

router = APIRouter(prefix="/v1", tags=["about"])

_METRIC = ("name", "title", "source", "unit", "better", "by_default")


@router.get("/models", response_model=ModelList, responses=described())
async def list_models(service: Annotated[Service, Depends(the_service)]) -> dict[str, Any]:
    """The shipped models and the classical rules that are installed."""
    return {"models": service.models.describe()}


@router.get("/options", response_model=OptionList, responses=described())
async def list_options(service: Annotated[Service, Depends(the_service)]) -> dict[str, Any]:
    """Every choice there is, and the limits of this service."""
    settings = service.settings
    return {
        **{name: [*option.choices] for name, option in OPTIONS.items() if option.choices},
        "format": [*FORMAT.choices],
        "files": {
            "infrared": sorted(THERMAL_SUFFIXES),
            "visible": sorted(IMAGE_SUFFIXES),
            "video": sorted((*VIDEO_SUFFIXES, *SEQUENCE_SUFFIXES)),
        },
        "words": words(),
        "options": {name: described_option(option) for name, option in OPTIONS.items()},
        "dialect": [*DIALECTS],
        "metrics": {
            dialect: [{key: getattr(metric, key) for key in _METRIC} for metric in of.values()]
            for dialect, of in DIALECTS.items()
        },
        "limits": {
            "bytes": settings.max_bytes,
            "pixels": settings.max_pixels,
            "job_bytes": settings.job_bytes,
            "job_pairs": settings.job_pairs,
            "results": settings.results,
            "result_seconds": settings.result_seconds,
        },
        "version": __version__,
    }


def words() -> dict[str, list[str]]:
    """Return by kind the words that tell it, for who looks at names before they are sent."""
    return {"infrared": sorted(INFRARED), "visible": sorted(VISIBLE)}


def described_option(option: Option) -> dict[str, Any]:
    """Return what a page needs to make a control of an option."""
    facts = {
        "type": "string" if option.or_celsius else option.schema()["type"],
        "help": option.help,
        "default": option.default,
        "by_default": option.by_default,
        "example": option.example,
        "choices": [*option.choices],
        "is_open": option.is_open,
        "unit": option.unit,
        "video": option.video,
    }
    if option.least is not None:
        facts["minimum"] = option.least
    if option.most is not None:
        facts["maximum"] = option.most
    return facts
