"""What a request may ask for is listed, and what is listed may be asked for."""

import json

import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient

import clfnet
from clfnet.methods import METHODS
from clfnet.metrics import DIALECTS
from clfnet.options import OPTIONS
from clfnet.weights import load_manifest


def test_models(client: TestClient) -> None:
    models = {each["name"]: each for each in client.get("/v1/models").json()["models"]}
    assert list(models) == [*load_manifest(), *METHODS]
    assert models["clfnet"]["parameters"] == 190_120
    assert models["clfnet"]["explains"]
    assert not models["fast"]["explains"]
    assert [name for name, each in models.items() if each["is_default"]] == ["maximum"]


@pytest.mark.parametrize("name", ["fast", "densefuse", "laplacian", "dwt"])
def test_a_listed_model_fuses(client: TestClient, files: Files, name: str) -> None:
    answer = client.post("/v1/fuse", data={"model": name}, files=files)
    assert json.loads(answer.headers["x-clfnet-record"])["model"] == name


def test_options(make_client: MakeClient) -> None:
    options = make_client(max_bytes=12345, max_pixels=678).get("/v1/options").json()
    assert options["palette"][0] == "ironbow"
    assert options["align"] == ["needed", "off", "auto"]
    assert options["depth"] == [8, 16]
    assert options["format"] == ["png", "tiff", "jpeg", "json"]
    assert options["dialect"] == [*DIALECTS]
    assert [metric["name"] for metric in options["metrics"]["plain"]] == [*DIALECTS["plain"]]
    assert (options["limits"]["bytes"], options["limits"]["pixels"]) == (12345, 678)
    assert options["version"] == clfnet.__version__
    assert ".fff" in options["files"]["infrared"]
    assert ".fff" not in options["files"]["visible"]
    assert {".mp4", ".seq"} < set(options["files"]["video"])
    assert options["options"]["strength"]["maximum"] == 1
    assert options["options"]["calibration"]["example"] == OPTIONS["calibration"].example != ""
    assert options["options"]["reflected"]["unit"] == "°C"


@pytest.mark.parametrize("option", ["palette", "space", "grid", "outside", "depth"])
def test_every_listed_choice_is_taken(client: TestClient, files: Files, option: str) -> None:
    for value in client.get("/v1/options").json()[option]:
        assert client.post("/v1/fuse", data={option: str(value)}, files=files).status_code == 200


def test_openapi_is_whole(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    operations = [each for path in schema["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {"fuse", "read_result", "evaluate", "align", "create_job", "watch_job"} < set(names)
    for operation in operations:
        assert operation["tags"]
        assert operation["summary"]
    failure = schema["components"]["schemas"]["Failure"]
    assert set(failure["properties"]) == {"error", "kind"}
    assert "HTTPValidationError" not in schema["components"]["schemas"]
