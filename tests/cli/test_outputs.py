"""Outputs of commands: what the system refuses, and what must not be written over."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.io.image import Image, write_image

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("fuse", "ir.png", "vis.png", "-o", "x" * 300 + ".png"),
        ("thermal", "x" * 300 + ".jpg"),
        ("explain", "ir.png", "vis.png", "-o", "x" * 300 + ".png"),
        ("bench", "--model", "x" * 300),
        ("batch", "x" * 300 + "/*.png", "-o", "out"),
    ],
)
def test_a_name_that_is_too_long_is_one_line(
    run: Run, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "x" * 300 in err
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_without_room_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "clfnet", "models"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("fuse", "flir.csv", "vis.tiff", "-o", "x.tiff", "--temperatures", "./x.tiff"),
        ("thermal", "flir.csv", "--csv", "./flir.csv"),
        ("thermal", "flir.csv", "--unit", "celsius", "-o", "x.tiff", "--tiff", "x.tiff"),
        ("align", "flir.csv", "vis.tiff", "-o", "rig.json", "--preview", "vis.tiff"),
        ("align", "a.png", "b.png", "--points", "points.csv", "-o", "points.csv"),
        ("explain", "a.png", "vis.tiff", "-o", "x.png", "--map", "x.png"),
        ("panel", "--infrared", "a", "--visible", ".", "--fused", "c", "--image", "vis",
         "-o", "vis.tiff"),
        ("evaluate", "--infrared", "a", "--visible", "b", "--fused", "c", "--csv", "x",
         "--json", "x"),
        ("bench", "--size", "64x64", "--size", "96x64", "--json", "x.png", "--plot", "x.png"),
    ],
    ids=lambda arguments: "-".join(arguments[:2]),
)  # fmt: skip
def test_an_output_is_no_input_and_no_other_output(
    run: Run, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flir.csv").write_text("20,21\n22,23\n")
    (tmp_path / "points.csv").write_text("x_ir,y_ir,x_vi,y_vi\n")
    write_image(tmp_path / "vis.tiff", Image(np.zeros((2, 2), np.uint8)))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code, _, err = run(*arguments, "--overwrite")
    assert (code, err.count("\n")) == (2, 1)
    assert "must not be written twice" in err or "must not be one of the inputs" in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
