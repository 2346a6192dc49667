"""POST /v1/evaluate: equal to `clfnet evaluate`."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, png

import clfnet
from clfnet.example import ExamplePair


@pytest.fixture
def three(scene: ExamplePair, files: Files) -> Files:
    fused = np.maximum(scene.infrared[..., None], scene.visible)
    return [*files, ("fused", ("f.png", png(fused)))]


@pytest.mark.parametrize(
    ("fields", "names"),
    [({}, None), ({"dialect": "cddfuse", "metrics": "EN, Qabf"}, ["EN", "Qabf"])],
)
def test_equals_the_library(
    client: TestClient,
    three: Files,
    tmp_path: Path,
    fields: dict[str, str],
    names: list[str] | None,
) -> None:
    for kind, (_, data) in three:
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "1.png").write_bytes(data)
    dialect = fields.get("dialect", "plain")
    table = clfnet.evaluate(*(tmp_path / kind for kind, _ in three), dialect=dialect, metrics=names)
    answer = client.post("/v1/evaluate", data=fields, files=three).json()
    assert answer == {"dialect": dialect, "metrics": table.means()["fused"]}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"dialect": "plane"}, "Did you mean `plain`?"),
        ({"metrics": "EN,X"}, "got 'X'"),
        ({"metric": "EN"}, "Did you mean `metrics`?"),
    ],
)
def test_what_is_refused(
    client: TestClient, three: Files, fields: dict[str, str], text: str
) -> None:
    answer = client.post("/v1/evaluate", data=fields, files=three)
    assert answer.status_code == 422
    assert text in answer.json()["error"]


def test_all_three_are_needed_and_of_one_size(
    client: TestClient, scene: ExamplePair, three: Files
) -> None:
    answer = client.post("/v1/evaluate", files=three[:2])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("`fused` must be given as a file")
    small = [*three[:2], ("fused", ("f.png", png(scene.visible[:50])))]
    answer = client.post("/v1/evaluate", files=small)
    assert (answer.status_code, answer.json()["kind"]) == (422, "SizeMismatchError")


def test_counts_are_read_as_they_are_fused(
    client: TestClient, scene: ExamplePair, three: Files
) -> None:
    counts = 7000 + 2 * scene.infrared.astype(np.uint16)
    deep: Files = [("infrared", ("ir.npy", npy(counts))), *three[1:]]
    fields = {"metrics": "MI", "range": "7000,7510"}
    answer = client.post("/v1/evaluate", data=fields, files=deep).json()
    assert answer == client.post("/v1/evaluate", data={"metrics": "MI"}, files=three).json()
    wrong = client.post("/v1/evaluate", data={"range": "hot"}, files=deep)
    assert (wrong.status_code, "`range` must be" in wrong.json()["error"]) == (422, True)


def npy(array: np.ndarray) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()
