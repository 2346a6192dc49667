"""Jobs of a service in this process."""

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import MakeClient


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A service without jobs."""
    return make_client()
