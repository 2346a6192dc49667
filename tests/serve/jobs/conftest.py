"""Jobs of a service in this process."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient

from clfnet.serve.service import Service

Told = dict[str, Any]
FINISHED = ("done", "failed", "cancelled")


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A service without jobs."""
    return make_client()


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
