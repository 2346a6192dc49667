"""POST /v1/fuse: equal to `clfnet.Fuser`, bit for bit."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Files, MakeClient, decoded, png

import clfnet
from clfnet.align import Rig
from clfnet.example import ExamplePair
from clfnet.inference import alignment


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, {}),
        ({"model": "fast"}, {"model": "fast"}),
        ({"strength": "0.25", "space": "linear"}, {"strength": 0.25, "space": "linear"}),
        ({"palette": "ironbow", "hot": "0.4"}, {"palette": "ironbow", "hot": 0.4}),
        ({"range": "percentile:5,95", "stretch": "on"},
         {"thermal_range": "percentile:5,95", "stretch": True}),
        ({"model": "", "palette": ""}, {}),
    ],
)  # fmt: skip
def test_equals_the_library(
    client: TestClient,
    scene: ExamplePair,
    files: Files,
    fields: dict[str, str],
    options: dict[str, Any],
) -> None:
    answer = client.post("/v1/fuse", data=fields, files=files)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    expected = clfnet.Fuser(**{"model": "maximum", **options})(scene.infrared, scene.visible)
    np.testing.assert_array_equal(decoded(answer.content), expected)


def test_the_default_model_is_the_shipped_one(
    make_client: MakeClient, scene: ExamplePair, files: Files
) -> None:
    answer = make_client(model="clfnet").post("/v1/fuse", files=files)
    expected = clfnet.Fuser()(scene.infrared, scene.visible)
    np.testing.assert_array_equal(decoded(answer.content), expected)
    assert json.loads(answer.headers["x-clfnet-record"])["model"] == "clfnet"


def test_compression(client: TestClient, files: Files) -> None:
    fast, small = (
        client.post("/v1/fuse", data={"compression": each}, files=files).content
        for each in ("fast", "small")
    )
    np.testing.assert_array_equal(decoded(small), decoded(fast))
    assert len(small) < len(fast)


def test_depth_and_format(client: TestClient, scene: ExamplePair, files: Files) -> None:
    grey = [files[0], ("visible", ("v.png", png(scene.visible[..., 0])))]
    answer = client.post("/v1/fuse", data={"depth": "16", "format": "tiff"}, files=grey)
    assert answer.headers["content-type"] == "image/tiff"
    expected = clfnet.Fuser("maximum", depth=16)(scene.infrared, scene.visible[..., 0])
    np.testing.assert_array_equal(decoded(answer.content), expected)


@pytest.mark.parametrize(
    ("accept", "fields", "media"),
    [
        ("*/*", {}, "image/png"),
        ("image/tiff", {}, "image/tiff"),
        ("image/png;q=0.2, image/jpeg;q=0.9", {}, "image/jpeg"),
        ("image/tiff", {"format": "jpeg"}, "image/jpeg"),
        ("text/html;q=x, image/tiff;q=0", {}, "image/png"),
        ("application/json", {}, "application/json"),
    ],
)
def test_what_comes_back(
    client: TestClient, files: Files, accept: str, fields: dict[str, str], media: str
) -> None:
    answer = client.post("/v1/fuse", data=fields, files=files, headers={"Accept": accept})
    assert answer.status_code == (201 if media == "application/json" else 200)
    assert answer.headers["content-type"] == media


def test_headers_tell_how_and_how_long(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse", data={"strength": "0.5"}, files=files)
    record = json.loads(answer.headers["x-clfnet-record"])
    assert (record["model"], record["strength"]) == ("maximum", 0.5)
    timed = [part.split(";dur=") for part in answer.headers["server-timing"].split(", ")]
    assert [name for name, _ in timed] == ["receive", "fuse", "encode"]
    assert all(float(duration) >= 0 for _, duration in timed)


def test_json_is_a_kept_result(client: TestClient, scene: ExamplePair, files: Files) -> None:
    fields = {"format": "json", "palette": "lava", "stretch": "true"}
    answer = client.post("/v1/fuse", data=fields, files=files)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == told["links"]["self"]
    assert (told["width"], told["height"], told["rig"]) == (96, 72, None)
    assert client.get(told["links"]["self"]).json() == told
    assert shlex.split(told["cli"]) == [
        *("clfnet", "fuse", "ir.png", "vis.png", "-o", "fused.png"),
        *("--palette", "lava", "--stretch"),
    ]  # fmt: skip
    curl = shlex.split(told["curl"])
    assert curl[0] == "curl"
    assert curl[-3:] == ["http://127.0.0.1/v1/fuse", "-o", "fused.png"]
    assert {"infrared=@ir.png", "visible=@vis.png", "palette=lava"} < set(curl)


def test_a_rig_aligns(client: TestClient, scene: ExamplePair, tmp_path: Path) -> None:
    rig = Rig(np.array([[1.0, 0, 8], [0, 1, 4], [0, 0, 1]]), (80, 60), (96, 72), None, "by hand")
    rig.write(tmp_path / "rig.json")
    infrared = scene.infrared[4:64, 8:88]
    files = [
        ("infrared", ("ir.png", png(infrared))),
        ("visible", ("vis.png", png(scene.visible))),
        ("rig", ("my rig.json", (tmp_path / "rig.json").read_bytes())),
    ]
    answer = client.post("/v1/fuse", data={"format": "json", "outside": "keep"}, files=files)
    told = answer.json()
    assert told["rig"] == rig.as_dict()
    assert "--align 'my rig.json'" in told["cli"]
    fuser = clfnet.Fuser("maximum", align=rig, outside="keep")
    fused = decoded(client.get(told["links"]["png"]).content)
    np.testing.assert_array_equal(fused, fuser(infrared, scene.visible))
    shown = decoded(client.get(told["links"]["infrared"]).content)
    np.testing.assert_array_equal(shown[4:64, 8:88], infrared)
    assert not shown[:3].any()


def test_landmarks_align(client: TestClient, scene: ExamplePair) -> None:
    points = b"x_ir,y_ir,x_vi,y_vi\n0,0,8,4\n79,59,87,63\n"
    files = [
        ("infrared", ("ir.png", png(scene.infrared[4:64, 8:88]))),
        ("visible", ("vis.png", png(scene.visible))),
        ("points", ("points.csv", points)),
    ]
    told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
    assert (told["width"], told["height"]) == (80, 60)
    np.testing.assert_allclose(told["rig"]["homography"], [[1, 0, 8], [0, 1, 4], [0, 0, 1]],
                               atol=1e-9)  # fmt: skip
    first, second = told["cli"].split(" && ")
    assert first == "clfnet align ir.png vis.png --points points.csv -o rig.json"
    assert second.endswith("--align rig.json")


def test_auto_registers_once(
    client: TestClient, scene: ExamplePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(np.array([[1.0, 0, 8], [0, 1, 4], [0, 0, 1]]), (80, 60), (96, 72), 0.9, "found")
    calls = []

    def register(*pictures: Any, **_: Any) -> Rig:
        calls.append(pictures)
        return rig

    monkeypatch.setattr(alignment, "register", register)
    infrared = scene.infrared[4:64, 8:88]
    files = [
        ("infrared", ("ir.png", png(infrared))),
        ("visible", ("vis.png", png(scene.visible))),
    ]
    told = client.post("/v1/fuse", data={"format": "json", "align": "auto"}, files=files).json()
    assert len(calls) == 1
    fused = decoded(client.get(told["links"]["png"]).content)
    expected = clfnet.Fuser("maximum", align=rig)(infrared, scene.visible)
    np.testing.assert_array_equal(fused, expected)
    assert told["record"]["alignment"] == told["rig"] == rig.as_dict()


def test_a_radiometric_file_is_a_pair(client: TestClient, flir: Path) -> None:
    files = [("infrared", ("flir.jpg", flir.read_bytes()))]
    told = client.post("/v1/fuse", data={"format": "json"}, files=files).json()
    fused = decoded(client.get(told["links"]["png"]).content)
    np.testing.assert_array_equal(fused, clfnet.Fuser("maximum")(flir))
    celsius = decoded(client.get(told["links"]["temperatures"]).content)
    assert celsius.shape == (24, 32)
    assert told["rig"]["made"] == "camera's tags"
    assert told["cli"] == "clfnet fuse flir.jpg -o fused.png"


def test_counts_and_temperatures(client: TestClient, scene: ExamplePair) -> None:
    counts = (29315 + 10 * scene.infrared.astype(np.uint16)).astype(np.uint16)
    files = [("infrared", ("c.png", png(counts))), ("visible", ("v.png", png(scene.visible)))]
    fields = {"range": "20C,40C", "kelvin_per_count": "0.01"}
    answer = client.post("/v1/fuse", data=fields, files=files)
    fuser = clfnet.Fuser("maximum", thermal_range="20C,40C", kelvin_per_count=0.01)
    np.testing.assert_array_equal(decoded(answer.content), fuser(counts, scene.visible))


@pytest.mark.parametrize(
    ("fields", "status", "kind", "text"),
    [
        ({"palete": "ironbow"}, 422, "ConfigError", "Did you mean `palette`?"),
        ({"strength": "2"}, 422, "ConfigError", "must be in [0, 1]"),
        ({"strength": "nan"}, 422, "ConfigError", "must be in [0, 1]"),
        ({"strength": "much"}, 422, "ConfigError", "`strength` must be a number, got 'much'"),
        ({"palette": "iron"}, 422, "ConfigError", "`palette` must be one of ironbow"),
        ({"hot": "0.5"}, 422, "ConfigError", "`hot` must be given together with `palette`"),
        ({"depth": "12"}, 422, "ConfigError", "`depth` must be one of 8, 16, got 12"),
        ({"stretch": "maybe"}, 422, "ConfigError", "`stretch` must be true or false"),
        (
            {"align": "/etc/rig.json"},
            422,
            "ConfigError",
            "`align` must be one of needed, off, auto",
        ),
        ({"grid": "mine"}, 422, "ConfigError", "`grid` must be one of visible, infrared"),
        ({"range": "20C,40C"}, 422, "ConfigError", "must have temperatures"),
        ({"range": "agc:x"}, 422, "ConfigError", "`range` must be auto"),
        ({"format": "gif"}, 422, "ConfigError", "`format` must be one of png"),
        ({"format": "jpeg", "depth": "16"}, 422, "ConfigError", "to hold 16 bits, got .jpg"),
        ({"model": "clfnot"}, 422, "WeightsError", "Did you mean `clfnet`?"),
        ({"model": "onnx:/etc/passwd"}, 422, "WeightsError", "`model` must be one of clfnet"),
        ({"model": "/tmp/model.onnx"}, 422, "WeightsError", "`model` must be one of clfnet"),
        ({"model": "published:/tmp"}, 422, "WeightsError", "`model` must be one of clfnet"),
        ({"infrared": "http://example.com/a.png"}, 400, "BadRequest", "never opened"),
    ],
)
def test_what_is_refused(
    client: TestClient, files: Files, fields: dict[str, str], status: int, kind: str, text: str
) -> None:
    answer = client.post("/v1/fuse", data=fields, files=files)
    told = answer.json()
    assert (answer.status_code, told["kind"]) == (status, kind)
    assert text in told["error"]
    assert "\n" not in told["error"]


def test_files_are_called_as_the_client_calls_them(client: TestClient, files: Files) -> None:
    cut = files[1][1][1][:2000]
    broken = [files[0], ("visible", ("../../my photo.png", cut))]
    told = client.post("/v1/fuse", files=broken).json()
    assert told["kind"] == "ImageError"
    assert told["error"].startswith("my photo.png must be a whole image, but is damaged")


def test_sizes_that_differ_are_told(client: TestClient, scene: ExamplePair, files: Files) -> None:
    small = [("infrared", ("small.png", png(scene.infrared[:50]))), files[1]]
    answer = client.post("/v1/fuse", files=small)
    assert (answer.status_code, answer.json()["kind"]) == (422, "SizeMismatchError")
    assert "96x50 (small.png)" in answer.json()["error"]


@pytest.mark.parametrize("extra", [{"align": "auto"}, {}])
def test_one_way_to_align(client: TestClient, files: Files, extra: dict[str, str]) -> None:
    two = [("rig", ("r.json", b"{}")), ("points", ("p.csv", b"x"))]
    answer = client.post("/v1/fuse", data=extra, files=[*files, *two[: 2 - len(extra)]])
    assert answer.status_code == 422
    assert "both align the pair" in answer.json()["error"]


def test_a_refused_alignment_has_the_library_s_words(client: TestClient, files: Files) -> None:
    flat = [files[0], ("visible", ("flat.png", png(np.full((72, 96), 9, np.uint8))))]
    answer = client.post("/v1/fuse", data={"align": "auto"}, files=flat)
    assert (answer.status_code, answer.json()["kind"]) == (422, "AlignmentError")
    assert "but is flat. Take another pair" in answer.json()["error"]


def test_nothing_stays_of_what_was_refused(
    make_client: MakeClient, files: Files, tmp_path: Path
) -> None:
    client = make_client()
    client.post("/v1/fuse", data={"format": "json", "range": "20C,40C"}, files=files)
    client.post("/v1/fuse", data={"model": "no"}, files=files)
    client.post("/v1/fuse", files=files)
    for name in ("uploads", "results", "incoming"):
        assert [*(tmp_path / "data" / name).iterdir()] == []


def test_infrared_is_needed(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse", files=files[1:])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("`infrared` must be given as a file.")


def test_infrared_alone_must_be_radiometric(client: TestClient, files: Files) -> None:
    answer = client.post("/v1/fuse", files=files[:1])
    assert (answer.status_code, answer.json()["kind"]) == (422, "ImageError")


def test_out_of_memory_is_the_client_s_matter(
    client: TestClient, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Callable[..., Any]:
        raise MemoryError

    monkeypatch.setattr(clfnet.Fuser, "fuse_pair", fail)
    answer = client.post("/v1/fuse", files=files)
    assert answer.status_code == 413
    assert "must fit into memory" in answer.json()["error"]
