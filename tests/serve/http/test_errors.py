"""Errors are one line of JSON, whatever happens."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "NotFound"),
        ("GET", "/v1/results/0123456789abcdef", 404, "NotFound"),
        ("GET", "/v1/results/0123456789abcdef/fused.gif", 404, "NotFound"),
        ("GET", "/v1/jobs/x", 404, "NotFound"),
        ("GET", "/docs", 404, "NotFound"),
        ("GET", "/redoc", 404, "NotFound"),
        ("PUT", "/v1/fuse", 405, "MethodNotAllowed"),
        ("POST", "/healthz", 405, "MethodNotAllowed"),
    ],
)
def test_one_line(client: TestClient, method: str, path: str, status: int, kind: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert set(answer.json()) == {"error", "kind"}
    assert "\n" not in answer.json()["error"]
    assert answer.headers["content-type"] == "application/json"


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    assert client.patch("/v1/jobs").headers["allow"] == "GET, POST"
    assert client.post("/v1/jobs/x").headers["allow"] == "GET, DELETE"
