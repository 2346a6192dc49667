"""What every request passes first: checks of host and origin, headers, counters, errors."""

import errno
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clfnet.serve.http.errors import METHODS, RefusedError, answer, internal, refusal
from clfnet.serve.service import Service

_ALWAYS = {"/healthz", "/readyz", "/metrics"}
_OURS = {"none", "same-origin"}  # the same site may be another port of this machine
_SAFE = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Middleware:
    """ASGI middleware: refuses what is not for this service, adds headers, catches our bugs.

    Args:
        app: what is behind it.
        service: whose requests these are.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, scope["path"])
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, receive, sending)
        except RefusedError as error:
            await refusal(error)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 -- our bug: logged, and told by its id
            failed = _disk_is_full(error) or internal(error)
            if not status:
                await failed(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            seconds = time.perf_counter() - begin
            self._service.telemetry.answered(method, _route(scope), status, seconds)

    def _check(self, scope: Scope) -> None:
        """Refuse what a page of another site sends, and what comes while the service stops.

        A page may point a name of its own at 127.0.0.1 ("DNS rebinding"): the Host header tells.
        What states its length twice may be read as two requests by a proxy in front.
        """
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            raise RefusedError(
                400,
                "BadRequest",
                "Content-Length and Transfer-Encoding must not come together. Send one.",
            )
        settings, host = self._service.settings, headers.get("host", "")
        if not settings.may_be_called(_name(host)):
            raise RefusedError(
                400,
                "BadRequest",
                f"The Host header must be localhost, 127.0.0.1, [::1] or a name given to the "
                f"service with --allow-host, got {host!r:.80}. Use one of these, or add the name.",
            )
        site = headers.get("sec-fetch-site", "none")  # browsers alone tell, and none but the truth
        if scope["method"] not in _SAFE and site not in _OURS:
            raise RefusedError(
                403,
                "Forbidden",
                "The request must not come from a page of another site. Use the service's page.",
            )
        origin = headers.get("origin")
        if scope["method"] not in _SAFE and origin is not None and not self._is_ours(origin, host):
            raise RefusedError(
                403,
                "Forbidden",
                f"The request must come from the service's own page, not from {origin!r:.80}. "
                f"Send it here, or tell the service its name (--allow-host).",
            )
        if scope["path"] not in _ALWAYS:
            self._service.check_running()

    def _is_ours(self, origin: str, host: str) -> bool:
        """Tell whether an origin is this service: by the Host header, or by a name it was told."""
        place = origin.partition("://")[2].lower()
        return place == host.lower() or _name(place) in self._service.settings.hosts


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _add_headers(message: Message, path: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith("/v1/"):
        headers.setdefault("cache-control", "no-store")


def _disk_is_full(error: Exception) -> JSONResponse | None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = "The service has no room left on its disk. Try again in 60 seconds."
        return answer(503, "NoRoom", text, {"Retry-After": "60"})
    return None


def _route(scope: Scope) -> str:
    """Return the path of the route, not of the request: counters must not grow with its callers."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "none"
