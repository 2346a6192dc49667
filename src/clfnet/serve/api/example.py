"""GET /v1/example/...: the example pair, to try the service without images of one's own."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from clfnet.example import INFRARED, VISIBLE
from clfnet.serve.http.errors import Responses, described

router = APIRouter(prefix="/v1", tags=["about"])

_PNG: Responses = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
    **described(),
}
_DAY = {"Cache-Control": "private, max-age=86400"}


@router.get("/example/infrared.png", response_class=FileResponse, responses=_PNG)
async def example_infrared() -> FileResponse:
    """The infrared image of the night street."""
    return FileResponse(INFRARED, media_type="image/png", headers=_DAY)


@router.get("/example/visible.png", response_class=FileResponse, responses=_PNG)
async def example_visible() -> FileResponse:
    """The visible image of the night street."""
    return FileResponse(VISIBLE, media_type="image/png", headers=_DAY)
