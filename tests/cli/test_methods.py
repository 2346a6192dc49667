"""Methods of comparison on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.io.image import Image, read_image, write_image
from clfnet.methods import METHODS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pair(tmp_path: Path) -> list[Path]:
    images = np.random.default_rng(0).integers(0, 256, (2, 20, 30), np.uint8)
    files = [tmp_path / "ir.png", tmp_path / "vis.png"]
    for file, image in zip(files, images, strict=True):
        write_image(file, Image(image))
    return files


def test_are_listed(run: Run) -> None:
    assert run("models", "--methods") == (0, "\n".join(METHODS) + "\n", "")
    assert json.loads(run("models", "--methods", "--json")[1]) == list(METHODS)


def test_fuse(run: Run, pair: list[Path], tmp_path: Path, maximum_onnx: Path) -> None:
    expected = np.maximum(*(read_image(file).pixels for file in pair))
    for number, model in enumerate(["maximum", f"onnx:{maximum_onnx}"]):
        output = tmp_path / f"{number}.png"
        assert run("fuse", *pair, "-o", output, "--model", model) == (0, f"{output}\n", "")
        np.testing.assert_array_equal(read_image(output).pixels, expected)


@pytest.mark.parametrize(
    ("model", "message"),
    [("published:.", "folder of results"), ("laplace", "'laplacian'"), ("onnx:x", "is no file")],
)
def test_what_cannot_fuse_is_one_line(
    run: Run, pair: list[Path], tmp_path: Path, model: str, message: str
) -> None:
    code, out, err = run("fuse", *pair, "-o", tmp_path / "no.png", "--model", model)
    assert (code, out, err.count("\n"), message in err) == (2, "", 1, True)
