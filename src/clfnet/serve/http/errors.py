"""What goes wrong, as an answer: a status and one line of JSON, never a traceback."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from clfnet.errors import ClfnetError, InputError

_log = logging.getLogger("clfnet.serve")

Responses = dict[int | str, dict[str, Any]]
"""What OpenAPI says of the answers of a route."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

_ALWAYS = (400, 401, 403, 422, 500, 503)
_USER = 2  # the exit code of what the user can mend
_KINDS = {404: "NotFound", 405: "MethodNotAllowed"}


class Failure(BaseModel):
    """Why a request was not done."""

    error: str = Field(description="One line: what must hold, what was got, what to do next.")
    kind: str = Field(description="Its class, for programs, e.g. ImageError, Busy, NotFound.")

    model_config = {
        "json_schema_extra": {
            "example": {
                "error": "`strength` must be in [0, 1], got 2.0. 0 is the visible, 1 the fused.",
                "kind": "ConfigError",
            }
        }
    }


class RefusedError(InputError):
    """A request that the service refuses by itself, before the library sees it.

    Args:
        status: of the answer.
        kind: its name, for programs.
        text: one line.
        retry_after: seconds after which another attempt makes sense.
    """

    def __init__(
        self, status: int, kind: str, text: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"


class GoneError(ClfnetError):
    """The client has left; nobody waits for an answer."""


DESCRIBED: Responses = {
    400: {"model": Failure, "description": "The request is malformed."},
    401: {"model": Failure, "description": "The token is missing or wrong."},
    403: {"model": Failure, "description": "The request comes from another site's page."},
    404: {"model": Failure, "description": "There is no such thing, or no longer."},
    408: {"model": Failure, "description": "The body did not arrive in time."},
    409: {"model": Failure, "description": "It is not ready yet."},
    413: {"model": Failure, "description": "Too many bytes or pixels."},
    415: {"model": Failure, "description": "A file is no image of a known type."},
    422: {"model": Failure, "description": "The library refused; the text is its own."},
    429: {"model": Failure, "description": "The queue is full; see Retry-After."},
    500: {"model": Failure, "description": "Our bug; the log has the id."},
    503: {"model": Failure, "description": "The service is stopping; see Retry-After."},
}


def described(*statuses: int) -> Responses:
    """Return what OpenAPI says of these statuses, and of those that every route of /v1 has."""
    return {status: DESCRIBED[status] for status in sorted({*statuses, *_ALWAYS})}


def linked(*operations: str) -> dict[str, Any]:
    """Return, for OpenAPI, that these operations take the `id` of an answer."""
    return {
        operation: {"operationId": operation, "parameters": {"id": "$response.body#/id"}}
        for operation in operations
    }


def install(app: FastAPI) -> None:
    """Turn every error that a route raises into an answer."""
    app.add_exception_handler(ClfnetError, _of_ours)
    app.add_exception_handler(HTTPException, _of_routing)
    app.add_exception_handler(RequestValidationError, _of_validation)


def answer(
    status: int, kind: str, text: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return an error as every client gets it."""
    line = " ".join(text.split())
    return JSONResponse({"error": line, "kind": kind}, status, dict(headers or {}))


def refusal(error: RefusedError) -> JSONResponse:
    """Return a refusal as an answer."""
    return answer(error.status, error.kind, str(error), error.headers)


def logged(error: BaseException) -> str:
    """Log our bug under an id; return a line that has only the id."""
    name = secrets.token_hex(4)
    _log.error("internal error %s", name, exc_info=error)
    return f"internal error {name}. The log of the service has it."


def internal(error: BaseException) -> JSONResponse:
    """Log our bug, and return an answer that tells nothing but its id."""
    return answer(500, "InternalError", logged(error))


def _of_ours(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, RefusedError):
        return refusal(error)
    if isinstance(error, GoneError):
        return answer(499, "Gone", "the client has left.")
    if isinstance(error, ClfnetError) and error.exit_code == _USER:
        return answer(422, type(error).__name__, str(error))
    return internal(error)


def _of_routing(request: Request, error: Exception) -> JSONResponse:
    """There is no such route, or not with this method."""
    if not isinstance(error, HTTPException):
        return internal(error)
    kind = _KINDS.get(error.status_code, "BadRequest")
    text = {
        404: f"There is nothing at {request.url.path}. See /openapi.json.",
        405: f"{request.url.path} does not take {request.method}. See /openapi.json.",
    }.get(error.status_code, str(error.detail))
    headers = {"Allow": ", ".join(_allowed(request))} if error.status_code == 405 else error.headers
    return answer(error.status_code, kind, text, headers)


def _allowed(request: Request) -> list[str]:
    """Return the methods that a path takes; a path may have a route for each."""
    routes = request.app.router.routes
    scopes = [{**request.scope, "method": method} for method in METHODS]
    return [
        scope["method"]
        for scope in scopes
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


def _of_validation(_request: Request, error: Exception) -> JSONResponse:
    """A parameter of the path or the query is no such value."""
    if not isinstance(error, RequestValidationError):
        return internal(error)
    first = error.errors()[0]
    place, name = first["loc"][0], first["loc"][-1]
    text = (
        f"`{name}` must be as /openapi.json says ({first['msg']}), got {first.get('input')!r:.60}."
    )
    if place == "path":
        return answer(404, "NotFound", text)
    return answer(400, "BadRequest", text)
