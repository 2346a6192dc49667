"""The web page: one document and its files, all of this package; nothing comes from elsewhere.

The files lie under a folder named after their content, `assets/DIGEST/`, so that browsers may keep
them for ever and a new version is never mixed with an old one, although no tool builds the page.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from clfnet.colour.palette import PALETTES
from clfnet.serve.http.errors import RefusedError

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
_WEB = files("clfnet.serve") / "web"

router = APIRouter(include_in_schema=False)


class Site(NamedTuple):
    """The page as it is served.

    Attributes:
        document: the HTML.
        digest: of everything else, in hexadecimal.
        assets: by name, the other files.
    """

    document: bytes
    digest: str
    assets: dict[str, bytes]


def document(assets: str, *, backend: str = "http", head: str = "") -> bytes:
    """Return the HTML.

    Args:
        assets: the path of the folder of the other files.
        backend: what answers the page, "http" or "local".
        head: more lines for its head.
    """
    template = Template((_WEB / "index.html").read_text(encoding="utf-8"))
    return template.substitute(assets=assets, backend=backend, head=head).encode()


@cache
def site() -> Site:
    """Read the page once.

    Example:
        >>> b"<!doctype html>" in site().document
        True
    """
    assets = {
        file.name: file.read_bytes()
        for file in _WEB.iterdir()
        if file.name.rpartition(".")[2] in _TYPES
    } | {"palettes.json": json.dumps(dict(PALETTES)).encode()}
    digest = digest_of(assets)
    return Site(document(f"assets/{digest}"), digest, assets)


def digest_of(assets: Mapping[str, bytes]) -> str:
    """Return what names a set of files by their names and contents, in hexadecimal."""
    return _digest(*(name.encode() + assets[name] for name in sorted(assets)))


@router.get("/")
def index(request: Request) -> Response:
    """Answer with the document; it is asked for anew each time, and sent if it has changed."""
    document = site().document
    tag = f'"{_digest(document)}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(document, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/assets/{digest}/{name}")
def asset(digest: str, name: str) -> Response:
    """Answer with a file of the page; no path is looked up, only names that are known."""
    found = site()
    if digest != found.digest or name not in found.assets:
        raise RefusedError(404, "NotFound", "The file is of another version. Reload the page.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    media_type = _TYPES[name.rpartition(".")[2]]
    return Response(found.assets[name], media_type=media_type, headers=headers)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]
