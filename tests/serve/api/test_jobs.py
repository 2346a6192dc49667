"""/v1/jobs: folders and videos, from the form to the zip."""

import threading
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import pytest
from fastapi.testclient import TestClient
from tests.serve.conftest import Array, Files, MakeClient, Told, decoded, png, service_of

import clfnet
from clfnet.align import Rig
from clfnet.example import ExamplePair
from clfnet.serve.jobs import worker
from clfnet.serve.jobs.worker import Worker
from clfnet.thermal import read_thermal

Wait = Callable[..., Told]


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A service without jobs."""
    return make_client()


def test_a_folder(
    client: TestClient, scene: ExamplePair, folder: Files, wait: Wait, tmp_path: Path
) -> None:
    fields = {"kind": "folder", "strength": "0.5"}
    answer = client.post("/v1/jobs", data=fields, files=folder)
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == job["links"]["self"] == f"/v1/jobs/{job['id']}"
    assert (job["kind"], job["total"], job["failed"], job["error"]) == ("folder", 3, [], None)
    done = wait(client, job["links"]["self"])
    assert (done["state"], done["done"]) == ("done", 3)
    assert done["finished"] >= done["created"]
    expected = clfnet.Fuser("maximum", strength=0.5)(scene.infrared, scene.visible)
    archive = zipfile.ZipFile(BytesIO(client.get(job["links"]["result"]).content))
    assert archive.namelist() == ["a.png", "b.png", "c.png"]
    for name, picture in zip("abc", done["pictures"], strict=True):
        assert picture["name"] == name
        np.testing.assert_array_equal(decoded(archive.read(f"{name}.png")), expected)
        np.testing.assert_array_equal(decoded(client.get(picture["link"]).content), expected)
    listed = client.get("/v1/jobs").json()["jobs"]
    assert [each["id"] for each in listed] == [job["id"]]
    assert listed[0]["pictures"] == []
    assert [*(tmp_path / "data" / "jobs" / job["id"]).glob("*/*.part")] == []
    assert [*(tmp_path / "data" / "jobs" / job["id"] / "infrared").iterdir()] == []


def _at(second: int) -> bytes:
    """Return a JPEG that tells when it was taken."""
    exif, buffer = PIL.Image.Exif(), BytesIO()
    exif[306] = f"2026:03:01 12:00:{second:02}"
    PIL.Image.new("L", (8, 8), 4 * second).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_a_folder_is_paired_by_time(client: TestClient, wait: Wait) -> None:
    """Names alone would pair 2 with 2, taken half a minute apart."""
    seconds = {("infrared", "1"): 1, ("infrared", "2"): 9, ("visible", "2"): 2, ("visible", "3"): 9}
    files = [(kind, (f"{name}.jpg", _at(at))) for (kind, name), at in seconds.items()]
    files.append(("visible", ("9.jpg", _at(50))))
    answer = client.post("/v1/jobs", data={"by_time": "true"}, files=files)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    done = wait(client, job["links"]["self"])
    assert [each["name"] for each in done["pictures"]] == ["2", "3"]
    (failed,) = done["failed"]
    assert "9.jpg must have a partner taken within 2 s of it" in failed["error"]


def test_the_lens_of_a_folder(client: TestClient, wait: Wait) -> None:
    files = [("infrared", (f"DJI_1_{kind}.jpg", _at(1))) for kind in "TWZ"]
    job = client.post("/v1/jobs", data={"lens": "zoom"}, files=files).json()
    done = wait(client, job["links"]["self"])
    assert [each["name"] for each in done["pictures"]] == ["DJI_1_Z"]


@pytest.mark.parametrize("field", [{"by_time": "true"}, {"lens": "zoom"}])
def test_a_video_has_no_pairs_to_find(client: TestClient, field: Told) -> None:
    files = [(kind, ("a.mp4", b"x")) for kind in ("infrared", "visible")]
    answer = client.post("/v1/jobs", data={"kind": "video", **field}, files=files)
    assert answer.status_code in (400, 422)
    assert "must not be given for a video" in answer.json()["error"]


def test_pictures_are_made_smaller(client: TestClient, folder: Files, wait: Wait) -> None:
    job = client.post("/v1/jobs", data={"format": "tiff", "depth": "16"}, files=folder).json()
    wait(client, job["links"]["self"])
    base = f"{job['links']['self']}/pictures/a"
    small = client.get(base, params={"width": 32})
    assert small.headers["content-type"] == "image/png"
    assert decoded(small.content).shape == (24, 32, 3)
    assert decoded(client.get(base, params={"width": 500}).content).shape == (72, 96, 3)
    whole = client.get(base, params={"download": 1})
    assert whole.headers["content-type"] == "image/tiff"
    assert whole.headers["content-disposition"] == 'attachment; filename="a.tiff"'
    for params in ({"width": 1}, {"width": 99999}, {"width": "wide"}):
        assert client.get(base, params=params).status_code == 400
    assert client.get(f"{job['links']['self']}/pictures/z").status_code == 404
    assert client.get(f"{job['links']['self']}/pictures/..%2Fa").status_code == 404


def test_bad_pairs_stop_nothing(client: TestClient, folder: Files, wait: Wait) -> None:
    (_, heat), (_, light), *rest = folder
    odd = [
        ("infrared", ("x.png", b"no image")), ("visible", ("x.jpg", light[1])),
        ("infrared", ("y.png", heat[1][:900])), ("visible", ("y.jpg", light[1])),
        ("infrared", ("alone.png", heat[1])), ("visible", ("lonely.jpg", light[1])),
    ]  # fmt: skip
    job = client.post("/v1/jobs", files=[*rest, *odd]).json()
    assert job["total"] == 6
    done = wait(client, job["links"]["self"])
    assert (done["state"], done["done"], done["error"]) == ("done", 2, None)
    failed = {each["name"]: each["error"] for each in done["failed"]}
    assert set(failed) == {"x", "y", "alone", "lonely"}
    assert failed["x"].startswith("x.png must be an image or a thermal file, but is text")
    assert failed["y"].startswith("y.png must be a whole image, but is damaged")
    assert failed["alone"].startswith("alone.png must have a partner of matching name")
    assert failed["lonely"].startswith("lonely.jpg must have a partner of matching name")


def test_a_folder_of_bad_pairs_has_failed(client: TestClient, wait: Wait) -> None:
    files = [("infrared", ("a.png", b"x")), ("visible", ("a.png", b"x"))]
    job = client.post("/v1/jobs", files=files).json()
    told = wait(client, job["links"]["self"])
    assert (told["state"], told["done"]) == ("failed", 0)
    assert told["error"] == "every pair has failed; `failed` says why."
    answer = client.get(job["links"]["result"])
    assert (answer.status_code, answer.json()["kind"]) == (409, "NotReady")


def test_radiometric_files_are_pairs(client: TestClient, flir: Path, wait: Wait) -> None:
    files = [("infrared", (f"{name}.jpg", flir.read_bytes())) for name in "ab"]
    job = client.post("/v1/jobs", files=files).json()
    done = wait(client, job["links"]["self"])
    assert [each["name"] for each in done["pictures"]] == ["a", "b"]
    fused = decoded(client.get(done["pictures"][0]["link"]).content)
    np.testing.assert_array_equal(fused, clfnet.Fuser("maximum")(flir))
    celsius = read_thermal(flir).celsius
    assert celsius is not None
    assert done["pictures"][0]["celsius"] == pytest.approx(
        {"min": celsius.min(), "mean": celsius.mean(), "max": celsius.max()}, abs=0.01
    )


def test_a_rig_aligns_all(
    client: TestClient, scene: ExamplePair, folder: Files, wait: Wait, tmp_path: Path
) -> None:
    rig = Rig(np.diag([1.0, 1.0, 1.0]), (96, 72), (96, 72), None, "by hand")
    rig.write(tmp_path / "rig.json")
    files = [*folder, ("rig", ("rig.json", (tmp_path / "rig.json").read_bytes()))]
    job = client.post("/v1/jobs", files=files).json()
    done = wait(client, job["links"]["self"])
    assert done["done"] == 3
    bad = client.post("/v1/jobs", files=[*folder, ("rig", ("my.json", b"{}"))])
    assert bad.status_code == 422
    assert bad.json()["error"].startswith("my.json is no rig file")
    both = client.post("/v1/jobs", data={"align": "auto"}, files=files)
    assert "`rig` must not be given with `align`" in both.json()["error"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "films"}, "`kind` must be one of folder, video"),
        ({"palete": "x"}, "Did you mean `palette`?"),
        ({"strength": "3"}, "must be in [0, 1]"),
        ({"model": "clfnot"}, "Did you mean `clfnet`?"),
        ({"format": "mp4"}, "`format` must be one of png, tiff, jpeg"),
        ({"offset": "1"}, "`offset` must not be given for a folder"),
        ({"depth": "16", "format": "jpeg"}, "to hold 16 bits"),
        ({"kind": "video", "stretch": "1"}, "`stretch` must not be given for a video"),
        ({"kind": "video", "align": "x.json"}, "`align` must be one of needed, off, auto"),
        ({"kind": "video", "range": "agc"}, "where agc would flicker"),
        ({"kind": "video", "format": "png"}, "`format` must be one of mp4, mkv, webm"),
    ],
)
def test_what_is_refused_leaves_nothing(
    client: TestClient, folder: Files, tmp_path: Path, fields: dict[str, str], text: str
) -> None:
    answer = client.post("/v1/jobs", data=fields, files=folder)
    assert answer.status_code == 422
    assert text in answer.json()["error"]
    assert [*(tmp_path / "data" / "jobs").iterdir()] == []
    assert client.get("/v1/jobs").json() == {"jobs": []}


def test_pairs_must_be_pairs(client: TestClient, folder: Files) -> None:
    answer = client.post("/v1/jobs", files=[folder[0], folder[3]])
    assert (answer.status_code, answer.json()["kind"]) == (422, "PairingError")
    assert "no two do (e.g. a.png, b.jpg)" in answer.json()["error"]
    twin = ("infrared", ("a.tif", folder[0][1][1]))
    answer = client.post("/v1/jobs", files=[*folder, twin])
    assert "a.png and a.tif share theirs" in answer.json()["error"]
    assert client.post("/v1/jobs", files=folder[1::2]).status_code == 400


def test_too_many_pairs_or_bytes(make_client: MakeClient, folder: Files) -> None:
    client = make_client(job_pairs=2, job_bytes=50_000)
    answer = client.post("/v1/jobs", files=[folder[0], folder[2], folder[4]])
    assert "must be given at most 2 times" in answer.json()["error"]
    answer = client.post("/v1/jobs", files=[folder[0], ("visible", ("a.png", bytes(60_000)))])
    assert (answer.status_code, answer.json()["kind"]) == (413, "TooLarge")


class Held:
    """Holds the worker before each pair until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        fuse = Worker._fuse

        def held(*arguments: Any) -> str | None:
            self.begun.set()
            assert self.go.wait(10)
            return fuse(*arguments)

        monkeypatch.setattr(worker.Worker, "_fuse", held)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


def test_cancelling(client: TestClient, folder: Files, held: Held, tmp_path: Path) -> None:
    first, second = (client.post("/v1/jobs", files=folder).json() for _ in range(2))
    assert held.begun.wait(5)
    assert client.get(first["links"]["self"]).json()["state"] == "running"
    jobs = tmp_path / "data" / "jobs"
    answer = client.delete(second["links"]["self"])
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert not (jobs / second["id"]).exists()
    assert client.delete(first["links"]["self"]).json()["state"] == "cancelled"
    assert (jobs / first["id"]).exists()  # a pair is in work
    held.go.set()
    late = time.monotonic() + 20
    while (jobs / first["id"]).exists() and time.monotonic() < late:
        time.sleep(0.01)
    assert not (jobs / first["id"]).exists()
    told = client.get(first["links"]["self"]).json()
    assert (told["state"], told["done"]) == ("cancelled", 1)
    assert client.delete(first["links"]["self"]).status_code == 204
    assert client.get(first["links"]["self"]).status_code == 404


def test_a_finished_job_is_forgotten(
    client: TestClient, folder: Files, wait: Wait, tmp_path: Path
) -> None:
    job = client.post("/v1/jobs", files=folder).json()
    wait(client, job["links"]["self"])
    assert client.delete(job["links"]["self"]).status_code == 204
    assert [*(tmp_path / "data" / "jobs").iterdir()] == []
    assert client.delete(job["links"]["self"]).status_code == 404


def test_the_number_of_jobs_is_bounded(
    make_client: MakeClient, folder: Files, wait: Wait, held: Held
) -> None:
    client = make_client(jobs=2)
    first, second = (client.post("/v1/jobs", files=folder[:2]).json() for _ in range(2))
    full = client.post("/v1/jobs", files=folder[:2])
    assert (full.status_code, full.json()["kind"]) == (429, "Busy")
    assert full.headers["retry-after"] == "60"
    held.go.set()
    for job in (first, second):
        wait(client, job["links"]["self"])
    third = client.post("/v1/jobs", files=folder[:2]).json()
    names = [each["id"] for each in client.get("/v1/jobs").json()["jobs"]]
    assert names == [third["id"], second["id"]]  # the oldest one went


def test_our_bug_fails_the_job_alone(
    client: TestClient,
    folder: Files,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "_fuse", fail)
        told = wait(client, client.post("/v1/jobs", files=folder).json()["links"]["self"])
    assert told["state"] == "failed"
    assert told["error"].startswith("internal error ")
    assert "secret" not in told["error"]
    assert "ZeroDivisionError: secret" in caplog.text
    again = client.post("/v1/jobs", files=folder).json()
    assert wait(client, again["links"]["self"])["state"] == "done"


def _clip(level: int, *, size: tuple[int, int] = (48, 64), frames: int = 12) -> bytes:
    buffer = BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        stream: Any = container.add_stream("ffv1", rate=12)
        stream.height, stream.width = size
        stream.pix_fmt = "gray"
        for index in range(frames):
            pixels: Array = np.full(size, level + index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="gray")))
        container.mux(stream.encode())
    return buffer.getvalue()


def test_a_video(client: TestClient, wait: Wait, tmp_path: Path) -> None:
    files = [("infrared", ("i.mkv", _clip(150))), ("visible", ("v.mkv", _clip(40)))]
    fields = {"kind": "video", "model": "maximum", "format": "mkv", "offset": "0.25"}
    job = client.post("/v1/jobs", data=fields, files=files).json()
    done = wait(client, job["links"]["self"])
    assert (done["state"], done["done"], done["total"]) == ("done", 9, 9)
    assert done["pictures"] == []
    answer = client.get(job["links"]["result"])
    assert answer.headers["content-type"] == "video/x-matroska"
    with av.open(BytesIO(answer.content), "r") as container:
        means = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
    np.testing.assert_allclose(means, 150 + np.arange(9), atol=2)
    assert [*(tmp_path / "data" / "jobs" / job["id"] / "visible").iterdir()] == []


@pytest.mark.parametrize(
    ("options", "infrared", "text"),
    [
        (
            {},
            b"\x1aE\xdf\xa3 and no more",
            "i.mkv must be a whole video, but its bytes are of another kind",
        ),
        ({"max_pixels": 1000}, None, "i.mkv must have frames of at most 0.001 megapixels"),
    ],
)
def test_a_video_that_cannot_be(
    make_client: MakeClient, wait: Wait, options: dict[str, int], infrared: bytes | None, text: str
) -> None:
    client = make_client(**options)
    files = [
        ("infrared", ("i.mkv", infrared or _clip(9))),
        ("visible", ("v.mkv", _clip(40))),
    ]
    job = client.post("/v1/jobs", data={"kind": "video"}, files=files).json()
    told = wait(client, job["links"]["self"])
    assert told["state"] == "failed"
    assert told["error"].startswith(text)


def test_playlists_and_pictures_are_no_videos(client: TestClient, files: Files) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    form = [("infrared", ("i.m3u8", playlist)), ("visible", ("v.mkv", _clip(40)))]
    answer = client.post("/v1/jobs", data={"kind": "video"}, files=form)
    assert (answer.status_code, answer.json()["kind"]) == (415, "VideoError")
    answer = client.post("/v1/jobs", data={"kind": "video"}, files=files)
    assert answer.status_code == 415
    two = [*form, form[1]]
    answer = client.post("/v1/jobs", data={"kind": "video"}, files=two)
    assert "`visible` must be given once for a video" in answer.json()["error"]


def test_jobs_are_taken_up_by_the_service_alone(client: TestClient) -> None:
    assert service_of(client).store.claim() is None


def test_the_name_of_a_picture_is_no_path(
    client: TestClient, scene: ExamplePair, wait: Wait
) -> None:
    name = "../../Wärme 1"
    files = [
        ("infrared", (f"{name}.png", png(scene.infrared))),
        ("visible", (f"{name}.png", png(scene.visible))),
    ]
    job = client.post("/v1/jobs", files=files).json()
    (picture,) = wait(client, job["links"]["self"])["pictures"]
    assert picture["name"] == "Wärme 1"
    assert picture["link"].endswith("/pictures/W%C3%A4rme%201")
    assert client.get(picture["thumbnail"]).status_code == 200


def test_names_need_not_be_equal(client: TestClient, folder: Files, wait: Wait) -> None:
    (_, heat), (_, light), *_ = folder
    apart = [("infrared", ("IR_1.png", heat[1])), ("visible", ("VIS_1.jpg", light[1]))]
    mixed = [("infrared", ("DJI_1_T.png", heat[1])), ("infrared", ("DJI_1_W.jpg", light[1]))]
    for files, name in ((apart, "VIS_1"), (mixed, "DJI_1_W")):
        done = wait(client, client.post("/v1/jobs", files=files).json()["links"]["self"])
        assert ([each["name"] for each in done["pictures"]], done["failed"]) == ([name], [])
