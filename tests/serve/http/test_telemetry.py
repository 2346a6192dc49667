"""/healthz, /readyz and /metrics."""

import re
from pathlib import Path

from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient

from clfnet.serve.app import create_app
from clfnet.serve.service import Service
from clfnet.serve.settings import Settings


def value(text: str, name: str) -> float:
    match = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_not_ready_before_the_model_is_loaded(make_client: MakeClient) -> None:
    client = make_client()
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    service.ready = False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["kind"]) == (503, "Starting")
    assert answer.headers["retry-after"] == "1"


def test_what_happened_is_counted(make_client: MakeClient, files: Files) -> None:
    client = make_client()
    client.post("/v1/fuse", data={"format": "json"}, files=files)
    client.post("/v1/fuse", data={"hot": "x"}, files=files)
    client.get("/v1/results/1234")
    client.get("/v1/results/5678")
    client.get("/wp-admin/1")
    text = client.get("/metrics").text
    requests = "clfnet_requests_total"
    assert value(text, f'{requests}{{method="POST",route="/v1/fuse",status="201"}}') == 1
    assert value(text, f'{requests}{{method="POST",route="/v1/fuse",status="422"}}') == 1
    assert value(text, f'{requests}{{method="GET",route="/v1/results/{{id}}",status="404"}}') == 2
    assert value(text, f'{requests}{{method="GET",route="none",status="404"}}') == 1
    assert value(text, 'clfnet_fusions_total{model="maximum"}') == 1
    assert value(text, "clfnet_results_kept") == 1
    assert value(text, "clfnet_results_bytes") > 1000
    assert value(text, 'clfnet_jobs{state="queued"}') == 0
    assert value(text, 'clfnet_request_seconds_count{method="POST",route="/v1/fuse"}') == 2


def test_two_services_count_by_themselves(make_client: MakeClient, tmp_path: Path) -> None:
    make_client().get("/healthz")
    other = TestClient(create_app(Settings(data=tmp_path / "b")), "http://127.0.0.1")
    assert "/healthz" not in other.get("/metrics").text
