"""The application: routes, errors and what every request passes first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from clfnet.serve.api import (
    about,
    align,
    evaluate,
    example,
    fuse,
    health,
    jobs,
    live,
    pairs,
    results,
    thermal,
)
from clfnet.serve.http.auth import require_token
from clfnet.serve.http.errors import install
from clfnet.serve.http.middleware import Middleware
from clfnet.serve.service import Service
from clfnet.serve.settings import Settings
from clfnet.serve.web import page
from clfnet.version import __version__

_DESCRIPTION = """Fuses infrared and visible images of one scene.

Errors are one line of JSON: `{"error": "...", "kind": "..."}`."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the service, an ASGI application.

    The model is loaded when the application starts.

    Args:
        settings: see `Settings`; its defaults if not given.

    Raises:
        ConfigError: a setting is out of range.
        InputError: the folder for data cannot be made.
        WeightsError: there is no such model.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> app = create_app(Settings(data=Path(tempfile.mkdtemp())))
        >>> "/v1/fuse" in app.openapi()["paths"]
        True
    """
    service = Service(settings or Settings())
    app = FastAPI(
        title="clfnet",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # both pages load their scripts from a CDN
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )
    app.state.service = service
    app.add_middleware(Middleware, service=service)
    install(app)
    needed = [Depends(require_token)] if service.settings.token else []  # so OpenAPI tells it, too
    app.include_router(health.router)
    app.include_router(page.router)
    for part in (fuse, thermal, evaluate, align, results, jobs, pairs, live, about, example):
        app.include_router(part.router, dependencies=needed)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await to_thread.run_sync(service.start)
    try:
        yield
    finally:
        service.close()


def _operation_id(route: APIRoute) -> str:
    """Name an operation after its function, so that generated clients stay as they are."""
    return route.name
