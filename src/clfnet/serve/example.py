"""GET /v1/example/...: the built-in pair, to try the service without pictures of one's own."""

from functools import lru_cache
from pathlib import Path

from anyio import to_thread
from fastapi import APIRouter, Response

from clfnet.io.image import Image, encode_image
from clfnet.scene import night_street
from clfnet.serve.failures import Responses, described

router = APIRouter(prefix="/v1", tags=["about"])

_PNG: Responses = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
    **described(),
}
_DAY = {"Cache-Control": "private, max-age=86400"}


@router.get("/example/infrared.png", response_class=Response, responses=_PNG)
async def example_infrared() -> Response:
    """The infrared picture of the night street."""
    infrared, _ = await to_thread.run_sync(pictures)
    return Response(infrared, media_type="image/png", headers=_DAY)


@router.get("/example/visible.png", response_class=Response, responses=_PNG)
async def example_visible() -> Response:
    """The visible picture of the night street."""
    _, visible = await to_thread.run_sync(pictures)
    return Response(visible, media_type="image/png", headers=_DAY)


@lru_cache(maxsize=1)
def pictures() -> tuple[bytes, bytes]:
    """Return the built-in pair as PNG, infrared and visible; rendered once, which takes a while."""
    scene = night_street()
    first, second = (
        encode_image(Image(pixels), Path("example.png"))
        for pixels in (scene.infrared, scene.visible)
    )
    return first, second
