"""POST /v1/align: the rig file of `clfnet align`."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Array, Files, decoded, png

from clfnet.align import Rig
from clfnet.serve.api import align as module

BLOCKS = np.kron(np.random.default_rng(0).random((12, 16)), np.ones((16, 16)))  # (192, 256)


@pytest.fixture(scope="module")
def pictures() -> tuple[Array, Array]:
    heat = (30_000 - 900 * BLOCKS[8:184, 12:244]).astype(np.uint16)
    return heat, np.repeat((255 * BLOCKS).astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def form(pictures: tuple[Array, Array]) -> Files:
    heat, light = pictures
    return [("infrared", ("i.png", png(heat))), ("visible", ("v.png", png(light)))]


def test_the_answer_is_a_rig_file(
    client: TestClient,
    form: Files,
    pictures: tuple[Array, Array],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Rig(np.array([[1.0, 0, 12], [0, 1, 8], [0, 0, 1]]), (232, 176), (256, 192), 0.9, "so")

    def register(heat: Array, light: Array, *, field: object = None) -> Rig:
        np.testing.assert_array_equal(heat, pictures[0])
        np.testing.assert_allclose(light, pictures[1][..., 0] / 255, atol=1e-6)
        return found

    monkeypatch.setattr(module, "register", register)
    answer = client.post("/v1/align", data={"preview": "true"}, files=form)
    assert answer.status_code == 200
    told = answer.json()
    shown = told.pop("preview")
    (tmp_path / "rig.json").write_text(json.dumps(told))
    rig = Rig.read(tmp_path / "rig.json")
    assert rig.as_dict() == found.as_dict()
    for name in ("checkerboard", "edges"):
        head, _, data = shown[name].partition(",")
        assert head == "data:image/png;base64"
        picture = decoded(base64.b64decode(data))
        assert picture.shape == (360, 480, 3)  # a small one is enlarged
        assert picture.std() > 10
    red, green, _ = np.moveaxis(picture.astype(float), 2, 0)
    inside = np.s_[56:280, 56:412]
    assert np.corrcoef(red[inside].ravel(), green[inside].ravel())[0, 1] > 0.9


def test_landmarks(client: TestClient, form: Files) -> None:
    points = b"x_ir,y_ir,x_vi,y_vi\n0,0,12,8\n200,150,212,158\n"
    told = client.post("/v1/align", files=[*form, ("points", ("p.csv", points))]).json()
    np.testing.assert_allclose(told["homography"], [[1, 0, 12], [0, 1, 8], [0, 0, 1]], atol=1e-9)
    assert "similarity from 2 landmarks" in told["made"]
    assert told["quality"] > 0.8
    assert "preview" not in told


def test_a_refused_alignment(client: TestClient, form: Files) -> None:
    flat = [form[0], ("visible", ("flat.png", png(np.full((192, 256), 9, np.uint8))))]
    answer = client.post("/v1/align", files=flat)
    assert (answer.status_code, answer.json()["kind"]) == (422, "AlignmentError")
    assert "but is flat" in answer.json()["error"]


def test_landmarks_that_are_none(client: TestClient, form: Files) -> None:
    answer = client.post("/v1/align", files=[*form, ("points", ("p.csv", b"1,2,3"))])
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("p.csv must begin with the header")


@pytest.mark.parametrize("fields", [{"preview": "perhaps"}, {"model": "clfnet"}])
def test_fields(client: TestClient, form: Files, fields: dict[str, str]) -> None:
    assert client.post("/v1/align", data=fields, files=form).status_code == 422
