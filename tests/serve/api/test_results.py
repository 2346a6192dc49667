"""What is made of a kept result, when somebody asks."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import BASE, Files, MakeClient, decoded, png, service_of

import clfnet
from clfnet.example import ExamplePair
from clfnet.explain import explain
from clfnet.inference.arrays import grey
from clfnet.metrics import score, to_grey
from clfnet.serve.api import results as module
from clfnet.serve.app import create_app
from clfnet.serve.scoring import scores_of
from clfnet.serve.settings import Settings

Told = dict[str, Any]


@pytest.fixture
def told(client: TestClient, files: Files) -> Told:
    answer: Told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
    return answer


def test_pictures(client: TestClient, scene: ExamplePair, told: Told) -> None:
    fused = clfnet.Fuser("maximum")(scene.infrared, scene.visible)
    links = told["links"]
    expected = {"infrared": scene.infrared, "visible": scene.visible, "png": fused, "tiff": fused}
    for kind, pixels in expected.items():
        np.testing.assert_array_equal(decoded(client.get(links[kind]).content), pixels)
    jpeg = decoded(client.get(links["jpeg"]).content).astype(float)
    assert np.abs(jpeg - fused).mean() < 3
    for _ in range(2):  # made once, kept for the second time
        picture = PIL.Image.open(BytesIO(client.get(links["tiff"]).content))
        assert json.loads(picture.tag_v2[270]) == told["record"]  # type: ignore[attr-defined]


def test_depth_and_alpha_survive_other_formats(client: TestClient, scene: ExamplePair) -> None:
    alpha = np.dstack([scene.visible, np.full((72, 96), 7, np.uint8)])
    files = [("infrared", ("i.png", png(scene.infrared))), ("visible", ("v.png", png(alpha)))]
    told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
    np.testing.assert_array_equal(
        decoded(client.get(told["links"]["tiff"]).content),
        clfnet.Fuser("maximum")(scene.infrared, alpha),
    )


@pytest.mark.parametrize("dialect", ["paper", "plain"])
def test_metrics(client: TestClient, scene: ExamplePair, told: Told, dialect: str) -> None:
    fused = clfnet.Fuser("maximum")(scene.infrared, scene.visible)
    greys = [to_grey(each) for each in (fused, scene.infrared, scene.visible)]
    expected = score(*greys, dialect=dialect)
    for _ in range(2):
        found = client.get(told["links"]["metrics"], params={"dialect": dialect}).json()
        assert found["dialect"] == dialect
        assert found["metrics"] == pytest.approx(expected, rel=1e-12)
    some = client.get(told["links"]["metrics"], params={"metrics": "qabf,EN", "dialect": "plain"})
    assert list(some.json()["metrics"]) == ["Qabf", "EN"]


def test_an_undefined_metric_is_null(client: TestClient, files: Files) -> None:
    fields = {"format": "json", "model": "infrared"}
    grey_pair = [files[0], ("visible", ("v.png", files[0][1][1]))]
    told = client.post("/v1/fuse", data=fields, files=grey_pair).json()
    found = client.get(told["links"]["metrics"], params={"metrics": "SCD"}).json()
    assert found["metrics"] == {"SCD": None}


def test_explanation(client: TestClient, scene: ExamplePair, told: Told) -> None:
    fused = clfnet.Fuser("maximum")(scene.infrared, scene.visible)
    share = explain(*(grey(each) for each in (scene.infrared, scene.visible, fused))).share
    found = client.get(told["links"]["explain"]).json()
    assert found["model"] == "clfnet"
    assert found["overall"] == pytest.approx(share.mean(), abs=1e-3)
    assert np.mean(found["grid"]) == pytest.approx(share.mean(), abs=1e-2)
    overlay = decoded(client.get(f"{told['links']['explain']}.png").content)
    assert overlay.shape == (72, 96, 3)
    warm = overlay[..., 0].astype(int) - overlay[..., 2]
    assert warm[share > 0.9].mean() > 0 > warm[share < 0.1].mean()
    page = decoded(client.get(f"{told['links']['explain']}.png", params={"view": "page"}).content)
    assert page.shape[1] > 700


def test_an_explanation_is_made_once(
    client: TestClient, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(told["links"]["explain"])
    monkeypatch.setattr(module, "explain", None)
    assert client.get(f"{told['links']['explain']}.png").status_code == 200


def test_downloads_have_safe_names(client: TestClient, scene: ExamplePair) -> None:
    files = [
        ("infrared", ("i.png", png(scene.infrared))),
        ("visible", ('../Wär"me 1.png', png(scene.visible))),
    ]
    links = client.post("/v1/fuse", data={"format": "json"}, files=files).json()["links"]
    shown = client.get(links["png"])
    assert "content-disposition" not in shown.headers
    assert shown.headers["cache-control"] == "private, max-age=3600"
    saved = client.get(links["png"], params={"download": 1}).headers["content-disposition"]
    assert saved == "attachment; filename*=utf-8''W%C3%A4r_22me%201-fused.png"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/temperatures.tiff", 404, "must hold temperatures, but has none"),
        ("/record.json", 404, "`file` must be as /openapi.json says"),
        ("/..%2Fjobs.sqlite", 404, "There is nothing"),
        ("/metrics?dialect=papr", 422, "Did you mean `paper`?"),
        ("/metrics?metrics=EN,EM", 422, "got 'EM'"),
        ("/metrics?metrics=MS-SSIM", 422, "at least 176 pixels"),
        ("/explain?model=fast", 422, "must have a projection head"),
        ("/explain?model=clfnot", 422, "Did you mean `clfnet`"),
        ("/explain.png?view=all", 400, "`view` must be as"),
    ],
)
def test_what_is_refused(client: TestClient, told: Told, path: str, status: int, text: str) -> None:
    answer = client.get(told["links"]["self"] + path)
    assert answer.status_code == status
    assert text in answer.json()["error"]


def test_results_go_with_the_process(files: Files, tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, model="maximum"))
    with TestClient(app, BASE) as client:
        client.post("/v1/fuse", data={"format": "json"}, files=files)
        assert [*(tmp_path / "results").iterdir()]
    assert not [*(tmp_path / "results").iterdir()]


def test_a_result_that_goes_while_it_is_used_is_answered_and_leaves_nothing(
    make_client: MakeClient, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(results=1)
    store = service_of(client).results

    def fuse() -> Told:
        told: Told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
        return told

    def late(*arguments: Any, **options: Any) -> Any:
        store.drop(first["id"])
        return scores_of(*arguments, **options)

    monkeypatch.setattr(module, "scores_of", late)
    first = fuse()
    assert "EN" in client.get(first["links"]["metrics"]).json()["metrics"]
    assert client.get(first["links"]["metrics"]).status_code == 404
    assert [*store.folder.iterdir()] == []
