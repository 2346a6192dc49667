"""What cameras give, from the command line to the file: real data, in processes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import tifffile

from clfnet.io.image import read_image


def clfnet(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clfnet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_align_once_fuse_many(shared: Path, tmp_path: Path) -> None:
    data = shared / "data" / "unregistered"
    pair = data / "ir" / "02.png", data / "vi" / "02.png"
    rig, look = tmp_path / "rig.json", tmp_path / "look.png"
    done = clfnet("align", *pair, "-o", rig, "--preview", look)
    assert (done.returncode, done.stderr) == (0, "")
    landmarks = np.loadtxt(data / "landmarks" / "02.csv", delimiter=",", skiprows=1)
    matrix = np.array(json.loads(rig.read_text())["homography"])
    mapped = np.column_stack([landmarks[:, 2:], np.ones(len(landmarks))]) @ matrix.T
    errors = np.linalg.norm(mapped[:, :2] / mapped[:, 2:] - landmarks[:, :2], axis=1)
    assert np.median(errors) < 0.01 * np.hypot(656, 490)
    for outside, smaller in (("crop", True), ("keep", False)):
        output = tmp_path / f"{outside}.png"
        options = ("--align", rig, "--outside", outside, "--model", "maximum")
        assert clfnet("fuse", *pair, "-o", output, *options).returncode == 0
        assert (read_image(output).pixels.shape[:2] < (490, 656)) == smaller


def test_what_does_not_belong_together_is_refused(shared: Path, tmp_path: Path) -> None:
    data = shared / "data"
    pair = data / "unregistered" / "ir" / "02.png", data / "msrs" / "vi" / "00081D.png"
    rig, output = tmp_path / "rig.json", tmp_path / "out.png"
    for command in (
        ("align", *pair, "-o", rig),
        ("fuse", *pair, "-o", output, "--align", "auto", "--model", "maximum"),
    ):
        done = clfnet(*command)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "must agree in 33% of all places" in done.stderr
        assert "--points" in done.stderr
    assert not rig.exists()
    assert not output.exists()


def test_a_radiometric_jpeg(shared: Path, tmp_path: Path) -> None:
    flir = shared / "data" / "radiometric" / "flir_example.jpg"
    output, celsius = tmp_path / "out.tiff", tmp_path / "celsius.tiff"
    options = ("--temperatures", celsius, "--depth", "16", "--range", "20C,60C")
    done = clfnet("fuse", flir, "-o", output, *options, "--model", "maximum")
    assert (done.returncode, done.stderr) == (0, "")
    temperatures = tifffile.imread(celsius)
    assert temperatures.dtype == np.float32
    assert 15 < temperatures.min() < temperatures.max() < 90  # a mug of hot water
    assert read_image(output).pixels.dtype == np.uint16
    with PIL.Image.open(output) as picture:
        record = json.loads(picture.tag_v2[270])  # type: ignore[attr-defined]
    assert record["infrared"] == {"range": "limits", "low": 20, "high": 60, "unit": "celsius"}
    assert record["alignment"]["made"] == "camera's tags"
