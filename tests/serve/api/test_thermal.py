"""POST /v1/thermal: what `clfnet thermal` measures, draws and reports."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from fastapi.testclient import TestClient
from tests.serve.conftest import Array, decoded, png

from clfnet.inspection import Look, Plan, draw, find, measure, readings
from clfnet.thermal import ThermalOptions, read_thermal
from clfnet.thermal.isotherm import Isotherm
from clfnet.thermal.surroundings import Surroundings

PLAN = {"spot": "mug=20,8; 3,4", "box": "wall=0,12,10,8", "delta": "mug-wall.max;S2-whole"}
FIELDS = PLAN | {"above": "45C", "emissivity": "0.9", "percentiles": "50"}


@pytest.fixture
def form(flir: Path) -> list[tuple[str, tuple[str, bytes]]]:
    return [("infrared", ("flir.jpg", flir.read_bytes()))]


@pytest.fixture
def measured(flir: Path) -> Any:
    options = ThermalOptions(surroundings=Surroundings(emissivity=0.9))
    (reading,) = readings(find([str(flir)])[0], options)
    plan = Plan.parse(
        spots=["mug=20,8", "3,4"],
        boxes=["wall=0,12,10,8"],
        deltas=["mug-wall.max", "S2-whole"],
        isotherm=Isotherm(low=45.0),
        percentiles="50",
    )
    return measure(reading, plan)


def test_numbers_are_the_library_s(client: TestClient, form: Any, measured: Any) -> None:
    answer = client.post("/v1/thermal", data=FIELDS, files=form)
    assert answer.status_code == 200
    assert answer.json() == measured.as_dict() | {"file": "flir.jpg"}
    assert answer.json()["conditions"]["emissivity"] == 0.9


def test_the_image_with_its_scale(client: TestClient, form: Any, measured: Any) -> None:
    more = {"format": "png", "palette": "lava", "range": "30C,60C"}
    answer = client.post("/v1/thermal", data=FIELDS | more, files=form)
    assert answer.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(decoded(answer.content), draw(measured, Look("lava", "30C,60C")))


def test_the_map(client: TestClient, form: Any, flir: Path) -> None:
    answer = client.post("/v1/thermal", data={"format": "tiff"}, files=form)
    np.testing.assert_array_equal(
        tifffile.imread(BytesIO(answer.content)), read_thermal(flir).celsius
    )


@pytest.mark.parametrize(("kind", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF")])
def test_a_report_is_to_be_saved(client: TestClient, form: Any, kind: str, begins: bytes) -> None:
    fields = FIELDS | {"format": kind, "title": "<b>Roof</b>"}
    answer = client.post("/v1/thermal", data=fields, files=form)
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="thermal.{kind}"'
    assert kind == "pdf" or b"<b>Roof" not in answer.content
    assert (b"flir.jpg" in answer.content) == (kind == "html")


def test_a_visible_image_for_the_report(client: TestClient, scene: Any) -> None:
    files = [
        ("infrared", ("ir.png", png(scene.infrared))),
        ("visible", ("vis.png", png(scene.visible))),
    ]
    fields = {"unit": "counts", "calibration": "0=4C,255=36C", "format": "html"}
    text = client.post("/v1/thermal", data=fields, files=files).text
    assert text.count("<img ") == 2


@pytest.mark.parametrize(
    ("fields", "status", "kind", "message"),
    [
        ({"spot": "1"}, 422, "InputError", "`spot` must be X,Y"),
        ({"spot": "99,0"}, 422, "InputError", "flir.jpg: the region S1 must be inside the 32x24"),
        ({"delta": "a-b"}, 422, "InputError", "`delta` must be A-B"),
        ({"above": "1", "below": "2"}, 422, "ConfigError", "must not be given together"),
        ({"emissivity": "2"}, 422, "ConfigError", "`emissivity` must be above 0"),
        ({"calibration": "1=2C,3=4C"}, 422, "ConfigError", "flir.jpg holds temperatures"),
        ({"range": "agc"}, 422, "ConfigError", "`range` must be auto, percentile"),
        ({"format": "bmp"}, 422, "ConfigError", "`format` must be one of json, png"),
        ({"spots": "1,1"}, 422, "ConfigError", "Did you mean `spot`"),
    ],
)
def test_what_cannot_be(
    client: TestClient, form: Any, fields: dict[str, str], status: int, kind: str, message: str
) -> None:
    answer = client.post("/v1/thermal", data=fields, files=form)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert message in answer.json()["error"]


def test_what_does_not_measure(client: TestClient) -> None:
    grey: Array = np.arange(64, dtype=np.uint8).reshape(8, 8)
    answer = client.post("/v1/thermal", files=[("infrared", ("grey.png", png(grey)))])
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(
        "grey.png must measure temperatures, but is a display image"
    )
    assert client.post("/v1/thermal", data={"spot": "1,1"}).status_code == 400


def test_a_kept_result_has_temperatures_on_its_own_grid(
    client: TestClient, form: Any, flir: Path
) -> None:
    told = client.post("/v1/fuse", data={"format": "json"}, files=form).json()
    data = client.get(told["links"]["celsius"])
    assert data.headers["content-type"] == "application/octet-stream"
    celsius = np.frombuffer(data.content, "<f4").reshape(told["height"], told["width"])
    sensor = read_thermal(flir).celsius
    assert sensor is not None
    assert abs(float(celsius.max()) - float(sensor.max())) < 1
    assert told["record"]["celsius"]["max"] == pytest.approx(float(sensor.max()), abs=0.01)
    y, x = np.unravel_index(int(celsius.argmax()), celsius.shape)
    assert abs(int(x) - 2 * 20) <= 3  # infrared pixels are two visible ones wide
    assert abs(int(y) - 2 * 8) <= 3


def test_a_result_without_temperatures(client: TestClient, scene: Any) -> None:
    files = [
        ("infrared", ("ir.png", png(scene.infrared))),
        ("visible", ("vis.png", png(scene.visible))),
    ]
    told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
    assert "celsius" not in told["links"]
    assert client.get(f"{told['links']['self']}/celsius.raw").status_code == 404
