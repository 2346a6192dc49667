"""A service in this process, with small images to send it."""

import time
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

from clfnet.example import ExamplePair, night_street
from clfnet.serve.app import create_app
from clfnet.serve.service import Service
from clfnet.serve.settings import Settings

collect_ignore = ["fuzz_hooks.py"]  # imports schemathesis, which `make fuzz` alone installs

with warnings.catch_warnings():  # newer ones ask for a successor of httpx; both work
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

Array = NDArray[Any]
Files = list[tuple[str, tuple[str, bytes]]]
MakeClient = Callable[..., TestClient]
Told = dict[str, Any]

FINISHED = ("done", "failed", "cancelled")

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
def scene() -> ExamplePair:
    """A small night street."""
    return night_street(96, 72)


@pytest.fixture(scope="session")
def files(scene: ExamplePair) -> Files:
    """The form's files for it."""
    return [
        ("infrared", ("ir.png", png(scene.infrared))),
        ("visible", ("vis.png", png(scene.visible))),
    ]


def make_service(data: Path, **options: Any) -> TestClient:
    """A service in this process; it is quick, since a maximum fuses unless told otherwise."""
    settings = Settings(**{"data": data, "model": "maximum", **options})
    return TestClient(create_app(settings), BASE, raise_server_exceptions=False)


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """Start a service that no other test has; its files are in `tmp_path / "data"`."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(make_service(tmp_path / "data", **options))


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with the usual settings, for tests that leave it as it is."""
    with make_service(tmp_path_factory.mktemp("serve")) as client:
        yield client


# Jobs


@pytest.fixture
def folder(files: Files) -> Files:
    """A form of three pairs."""
    (_, (_, heat)), (_, (_, light)) = files
    return [
        (kind, (f"{name}.{suffix}", data))
        for name in ("a", "b", "c")
        for kind, suffix, data in (("infrared", "png", heat), ("visible", "jpg", light))
    ]


@pytest.fixture
def wait() -> Callable[[TestClient, str], Told]:
    """Wait until a job is finished."""

    def until(client: TestClient, link: str, states: tuple[str, ...] = FINISHED) -> Told:
        for _ in range(400):
            told: Told = client.get(link).json()
            if told["state"] in states:
                return told
            time.sleep(0.025)
        raise AssertionError(f"the job does not come to its end: {told}")

    return until


def service_of(client: TestClient) -> Service:
    """The service behind a client."""
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service
