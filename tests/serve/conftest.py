"""A service in this process, with small pictures to send it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from clfnet.scene import ScenePair, night_street
from clfnet.serve.app import create_app
from clfnet.serve.settings import Settings

with warnings.catch_warnings():  # newer ones ask for a successor of httpx; both work
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

Array = NDArray[Any]
Files = list[tuple[str, tuple[str, bytes]]]
MakeClient = Callable[..., TestClient]

BASE = "http://127.0.0.1"


def png(pixels: Array) -> bytes:
    """Encode with Pillow alone."""
    buffer = BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def decoded(data: bytes) -> Array:
    """Decode with Pillow alone."""
    return np.asarray(PIL.Image.open(BytesIO(data)))


@pytest.fixture(scope="session")
def scene() -> ScenePair:
    """A small night street."""
    return night_street(96, 72)


@pytest.fixture(scope="session")
def files(scene: ScenePair) -> Files:
    """The form's files for it."""
    return [
        ("infrared", ("ir.png", png(scene.infrared))),
        ("visible", ("vis.png", png(scene.visible))),
    ]


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """Start a service in this process; it is quick, since a maximum fuses unless told otherwise."""
    with ExitStack() as stack:

        def make(**options: Any) -> TestClient:
            settings = Settings(**{"data": tmp_path / "data", "model": "maximum", **options})
            client = TestClient(create_app(settings), BASE, raise_server_exceptions=False)
            return stack.enter_context(client)

        yield make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A service with the usual settings."""
    return make_client()
