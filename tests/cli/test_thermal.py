"""`clfnet thermal`: what it prints and writes, and its exit codes."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from clfnet.io.image import Image, read_image, write_image
from clfnet.thermal import write_temperatures

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    celsius = np.full((24, 32), 20, np.float32)
    celsius[4:8, 6:12] = 65
    write_temperatures(tmp_path / "map.tiff", celsius)
    return tmp_path / "map.tiff"


def test_numbers_for_a_person(run: Run, map_file: Path) -> None:
    options = ["--spot=pole=8,5", "--box=0,10,8,8", "--delta=pole-B1", "--above=60C"]
    code, out, err = run("thermal", map_file, *options)
    assert (code, err) == (0, "")
    title, _, whole, pole, box, delta, hottest, isotherm = out.splitlines()
    assert title == f"{map_file}: 32x24"
    assert whole.split()[:4] == ["whole", "20.00", "21.41", "65.00"]
    assert pole.split()[:2] == ["pole", "65.00"]
    assert box.split()[:4] == ["B1", "20.00", "20.00", "20.00"]
    assert [each.strip() for each in (delta, hottest, isotherm)] == [
        "pole-B1: +45.00 K",
        "hottest at 6,4",
        "above 60 °C: 3.12 % of the image",
    ]


def test_json(run: Run, map_file: Path, tmp_path: Path) -> None:
    code, out, _ = run("thermal", map_file, "--json", "--spot=8,5", "-o", tmp_path / "a.png")
    (found,) = json.loads(out)
    assert code == 0
    assert found["regions"][0]["name"] == "S1"
    assert found["regions"][0]["mean"] == 65
    assert found["written"] == [str(tmp_path / "a.png")]
    assert read_image(tmp_path / "a.png").width > 640


def test_everything_is_written(run: Run, flir: Path, tmp_path: Path) -> None:
    names = ("a.csv", "a.html", "a.pdf", "a.tiff", "a.png")
    table, html, pdf, celsius, image = (tmp_path / "out" / name for name in names)
    outputs = ["--csv", table, "--report", html, "--report", pdf, "--tiff", celsius, "-o", image]
    code, out, err = run("thermal", flir, *outputs, "--title", "Roof <1>", "--fused")
    assert (code, err) == (0, "")
    assert [line.strip() for line in out.splitlines()[-5:]] == [
        *map(str, (image, celsius, table, html, pdf))
    ]
    with table.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["region"] == "whole"
    assert float(row["max"]) == pytest.approx(float(tifffile.imread(celsius).max()), abs=1e-3)
    assert "Roof &lt;1&gt;" in html.read_text()
    assert "Fused" in html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF")
    before = html.read_bytes()
    code, out, err = run("thermal", flir, *outputs)
    assert (code, out) == (2, "")
    assert "must not exist yet" in err
    assert run("thermal", flir, *outputs, "--overwrite")[0] == 0
    assert html.read_bytes() != before


def test_the_camera_s_conditions_are_replaced(run: Run, flir: Path) -> None:
    found: list[dict[str, Any]] = []
    for options in ([], ["--emissivity=0.6", "--reflected=5", "--distance=9", "--humidity=80",
                         "--atmosphere=8"]):  # fmt: skip
        found += json.loads(run("thermal", flir, "--json", *options)[1])
    recorded, given = found
    assert recorded["conditions"]["emissivity"] == 0.95
    assert given["conditions"] == {
        "emissivity": 0.6,
        "reflected": 5.0,
        "distance": 9.0,
        "humidity": 80.0,
        "atmosphere": 8.0,
    }
    assert given["whole"]["mean"] > recorded["whole"]["mean"] + 5


def test_what_does_not_measure_stops_no_other(run: Run, map_file: Path, tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    write_image(grey, Image(np.arange(64, dtype=np.uint8).reshape(8, 8)))
    table = tmp_path / "a.csv"
    code, out, err = run("thermal", grey, map_file, "--csv", table)
    assert code == 3
    assert err.startswith(
        f"clfnet: error: {grey} must measure temperatures, but is a display image,"
    )
    assert err.count("\n") == 1
    assert len(table.read_text().splitlines()) == 2
    code, out, err = run("thermal", grey, "--csv", tmp_path / "b.csv", "--json")
    assert code == 2
    assert json.loads(out) == [
        {"file": str(grey), "error": err.removeprefix("clfnet: error: ")[:-1]}
    ]
    assert not (tmp_path / "b.csv").exists()


def test_levels_that_are_counts(run: Run, tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", Image(np.array([[0, 255], [51, 102]], np.uint8)))
    options = ["--unit=counts", "--calibration=0=8C,255=59C", "--json"]
    code, out, _ = run("thermal", tmp_path / "a.png", *options)
    assert code == 0
    assert json.loads(out)[0]["whole"]["max"] == 59


def test_notes_are_told(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.full((4, 4), 9500, np.uint16))
    _, _, err = run("thermal", tmp_path / "a.npy", "--calibration=7000=20C,9000=60C")
    assert err.startswith(f"clfnet: note: {tmp_path / 'a.npy'}: 100 % of the pixels are beyond")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--above=60C", "--below=10C"], "must not be given together"),
        (["--report=a.docx"], "--report must end in .html or .pdf"),
        (["--csv=a.txt"], "--csv must end in .csv"),
        (["--report=a.html", "--report=./a.html"], "a.html must not be written twice"),
        (["--range=agc"], "`range` must be auto"),
        (["--emissivity=2"], "`emissivity` must be above 0 and at most 1"),
        (["--delta=a-b"], "`delta` must be A-B"),
        (["--palette=x"], "`palette` must be one of"),
        (["--kelvin-per-count=0.04"], "holds temperatures"),
    ],
)
def test_mistakes_are_one_line(
    run: Run, map_file: Path, options: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(map_file.parent)
    code, out, err = run("thermal", map_file, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_report_has_an_end(run: Run, map_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clfnet.inspection.run.MOST_PAGES", 0)
    code, _, err = run("thermal", map_file, "--report", map_file.with_suffix(".html"))
    assert code == 2
    assert "--report must have at most 0 images" in err
