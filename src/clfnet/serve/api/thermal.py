"""POST /v1/thermal: what a thermal file measures, as numbers, an image, a map or a report."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from clfnet.inspection import Look, Measured, Plan, draw, measure, readings
from clfnet.inspection.readings import Source
from clfnet.inspection.report import as_html, as_pdf, page_of
from clfnet.io.image import Image, encode_image
from clfnet.options import FuseOptions, Option
from clfnet.serve.api.schemas import MeasuredAnswer
from clfnet.serve.http.errors import described
from clfnet.serve.http.form import OPTIONS, form_schema, parse
from clfnet.serve.http.uploads import INFRARED, VISIBLE, Upload
from clfnet.serve.pairs import FILES_DESCRIBED
from clfnet.serve.service import Service, the_service
from clfnet.thermal import ThermalOptions
from clfnet.thermal.isotherm import Isotherm
from clfnet.thermal.temperatures import encoded

router = APIRouter(prefix="/v1", tags=["thermal inspection"])

_FILES = {"infrared": INFRARED, "visible": VISIBLE}
_READING = (
    *("kelvin_per_count", "calibration", "emissivity", "reflected", "distance", "humidity"),
    *("atmosphere", "unit", "raw", "exclude", "page"),
)
_MEDIA = {
    "json": "application/json",
    "png": "image/png",
    "tiff": "image/tiff",
    "html": "text/html",
    "pdf": "application/pdf",
}
_SEVERAL = "several separated by semicolons."
_OPTIONS: Mapping[str, Option] = {
    "spot": Option(str, f"Pixels to measure, [NAME=]X,Y; {_SEVERAL}", example="pole=120,80; 20,30"),
    "box": Option(
        str, f"Boxes to measure, [NAME=]X,Y,W,H in pixels; {_SEVERAL}", example="wall=10,20,60,40"
    ),
    "delta": Option(
        str,
        f"Differences A-B of spots, boxes or whole; .min or .max after a name; {_SEVERAL}",
        example="pole-wall.max",
    ),
    "above": Option(str, "Isotherm: from this temperature on, °C.", example="60C"),
    "below": Option(str, "Isotherm: up to this temperature, °C.", example="-5C"),
    "between": Option(str, "Isotherm: between two temperatures, °C.", example="40C,60C"),
    "percentiles": Option(str, "Percentiles to tell.", default="5,50,95"),
    "palette": Option(
        str, "Palette of the image.", default="ironbow", choices=OPTIONS["palette"].choices
    ),
    "range": Option(
        str,
        "Temperatures from black to white: auto, percentile:LOW,HIGH or LOWC,HIGHC.",
        default="auto",
        example="20C,40C",
    ),
    "title": Option(str, "Title of the report.", default="Thermal inspection"),
    "format": Option(
        str,
        "Answer: json; png, the image with a scale; tiff, the map in °C; html or pdf, a report.",
        default="json",
        choices=tuple(_MEDIA),
    ),
    **{name: OPTIONS[name] for name in _READING},
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class _Asked(NamedTuple):
    """What a form asks for."""

    plan: Plan
    look: Look
    reading: ThermalOptions
    title: str
    form: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "_Asked":
        """Read fields.

        Raises:
            ConfigError: one is unknown, or out of range.
            InputError: a region cannot be read.
        """
        values = parse(fields, _OPTIONS)
        plan = Plan.parse(
            spots=_parts(values, "spot"),
            boxes=_parts(values, "box"),
            deltas=_parts(values, "delta"),
            isotherm=Isotherm.parse(
                **{name: values.get(name) for name in ("above", "below", "between")}
            ),
            percentiles=values.get("percentiles"),
        )
        form = str(values.get("format", "json"))
        look = Look(
            values.get("palette", "ironbow"), values.get("range", "auto"), form in ("html", "pdf")
        )
        said = FuseOptions(**{name: values[name] for name in _READING if name in values})
        title = str(values.get("title", "Thermal inspection"))
        return cls(plan, look, ThermalOptions.of(said), title, form)


@router.post(
    "/thermal",
    response_class=Response,
    responses={
        200: {
            "model": MeasuredAnswer,
            "content": {media: _BINARY for media in _MEDIA.values() if media != _MEDIA["json"]},
            "description": "What was measured, °C; or an image, a map, a report.",
        },
        **described(400, 408, 413, 415, 422, 429),
    },
    openapi_extra=form_schema(
        {name: FILES_DESCRIBED[name] for name in _FILES} | {"visible": "For a report."}, _OPTIONS
    ),
)
async def thermal(request: Request, service: Annotated[Service, Depends(the_service)]) -> Response:
    """Measure temperatures in a thermal file: statistics, spots, boxes, an isotherm."""
    async with service.receiving(request, _FILES) as upload:
        upload.needed("infrared")
        asked = _Asked.of(upload.fields)
        work = partial(_answered, service, upload, asked)
        data = await service.gate.run(request, work)
    if isinstance(data, dict):
        return JSONResponse(data)
    disposition = "attachment" if asked.form in ("html", "pdf") else "inline"
    headers = {"Content-Disposition": f'{disposition}; filename="thermal.{asked.form}"'}
    return Response(data, media_type=_MEDIA[asked.form], headers=headers)


def _answered(service: Service, upload: Upload, asked: _Asked) -> bytes | dict[str, Any]:
    """Read, measure and encode, in a worker thread."""
    infrared, visible = upload.needed("infrared"), upload.file("visible")
    with upload.named():
        source = Source(infrared.path, visible and visible.path, infrared.stem)
        limit = service.settings.max_pixels
        reading = next(readings(source, asked.reading, max_pixels=limit))
        return _encoded(measure(reading, asked.plan), asked, infrared.name)


def _encoded(measured: Measured, asked: _Asked, name: str) -> bytes | dict[str, Any]:
    if asked.form == "png":
        return encode_image(Image(draw(measured, asked.look)), Path("thermal.png"))
    if asked.form == "tiff":
        return encoded(measured.reading.celsius)
    if asked.form in ("html", "pdf"):
        page = page_of(measured, asked.look)._replace(title=name)
        if asked.form == "pdf":
            return as_pdf([page], title=asked.title)
        return as_html([page], title=asked.title).encode()
    return measured.as_dict() | {"file": name}


def _parts(values: Mapping[str, Any], name: str) -> Iterator[str]:
    return (part.strip() for part in str(values.get(name, "")).split(";") if part.strip())
