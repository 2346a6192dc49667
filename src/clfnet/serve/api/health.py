"""GET /healthz, /readyz and /metrics: monitoring of the service."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from clfnet.serve.api.schemas import Health
from clfnet.serve.http.errors import DESCRIBED, RefusedError
from clfnet.serve.service import Service, the_service

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """The process lives."""
    return Health(status="ok")


@router.get("/readyz", responses={503: DESCRIBED[503]})
async def readyz(service: Annotated[Service, Depends(the_service)]) -> Health:
    """The model is loaded, and the service is not stopping."""
    service.check_running()
    if not service.ready:
        raise RefusedError(
            503, "Starting", "The model must be loaded first. Try again.", retry_after=1
        )
    return Health(status="ready")


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: Annotated[Service, Depends(the_service)]) -> Response:
    """Counters for Prometheus."""
    return Response(service.telemetry.text(), media_type="text/plain; version=0.0.4")
