"""POST /v1/align: how one camera's image lies in the other's."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request
from numpy.typing import NDArray

from clfnet.align import Rig, panels, read_landmarks, register, register_landmarks
from clfnet.inference.arrays import grey
from clfnet.io.html import data_uri
from clfnet.io.image import Image, encode_image, read_image
from clfnet.options import Option
from clfnet.serve.api.schemas import AlignAnswer
from clfnet.serve.http.errors import described
from clfnet.serve.http.form import form_schema, parse
from clfnet.serve.http.uploads import Upload
from clfnet.serve.pairs import FILES, FILES_DESCRIBED
from clfnet.serve.service import Service, the_service
from clfnet.thermal.read import field_of, read_thermal

router = APIRouter(prefix="/v1", tags=["alignment"])

_FILES = ("infrared", "visible", "points")
_OPTIONS = {"preview": Option(bool, "Show the alignment, as data URLs.", default=False)}


@router.post(
    "/align",
    response_model=AlignAnswer,
    response_model_exclude_unset=True,
    responses=described(400, 408, 413, 415, 422, 429),
    openapi_extra=form_schema(
        {name: FILES_DESCRIBED[name] for name in _FILES}, _OPTIONS, needed=_FILES[:2]
    ),
)
async def align(
    request: Request, service: Annotated[Service, Depends(the_service)]
) -> dict[str, Any]:
    """Find how infrared lies in visible; the answer is a rig file for every frame of that rig."""
    accepts = {name: FILES[name] for name in _FILES}
    async with service.receiving(request, accepts) as upload:
        preview = parse(upload.fields, _OPTIONS).get("preview", False)
        for name in _FILES[:2]:
            upload.needed(name)
        work = partial(_rig, upload, service.settings.max_pixels, preview=preview)
        return await service.gate.run(request, work)


def _rig(upload: Upload, max_pixels: int, *, preview: bool) -> dict[str, Any]:
    """Find the rig, in a worker thread."""
    with upload.named():
        thermal = read_thermal(upload.needed("infrared").path, max_pixels=max_pixels)
        image = read_image(upload.needed("visible").path, max_pixels=max_pixels)
        infrared, visible = thermal.values, grey(image.pixels)
        points = upload.file("points")
        if points is None:
            rig = register(infrared, visible, field=field_of(thermal, image))
        else:
            rig = register_landmarks(read_landmarks(points.path), infrared, visible)
    return rig.as_dict() | ({"preview": _previews(infrared, visible, rig)} if preview else {})


def _previews(infrared: NDArray[Any], visible: NDArray[Any], rig: Rig) -> dict[str, str]:
    """Return what an eye judges by."""
    names = ("checkerboard", "edges")
    return dict(zip(names, map(_url, panels(infrared, visible, rig)), strict=True))


def _url(picture: NDArray[np.uint8]) -> str:
    data = encode_image(Image(picture), Path("preview.png"))
    return data_uri("image/png", data)
