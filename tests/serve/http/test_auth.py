"""The bearer token."""

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient

TOKEN = "an open secret"


@pytest.fixture
def guarded(make_client: MakeClient) -> TestClient:
    return make_client(token=TOKEN)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (None, "missing"),
        ("Bearer no", "wrong"),
        (f"Basic {TOKEN}", "missing"),
        ("Bearer ", "missing"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/jobs", "/v1/results/x", "/v1/example/visible.png"]
)
def test_without_it_there_is_nothing(
    guarded: TestClient, path: str, given: str | None, word: str
) -> None:
    answer = guarded.get(path, headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.json()["kind"]) == (401, "Unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert word in answer.json()["error"]
    assert TOKEN not in answer.text


def test_with_it_there_is_everything(guarded: TestClient, files: Files) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.get("/v1/models", headers=headers).status_code == 200
    answer = guarded.post("/v1/fuse", data={"format": "json"}, files=files, headers=headers)
    assert '-H "Authorization: Bearer $CLFNET_TOKEN"' in answer.json()["curl"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_health_is_open(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_openapi_tells_whether_it_is_needed(client: TestClient, make_client: MakeClient) -> None:
    assert "security" not in client.app.openapi()["paths"]["/v1/models"]["get"]  # type: ignore[attr-defined]
