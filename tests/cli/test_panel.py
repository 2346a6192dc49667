"""`clfnet panel`: from folders to an image."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from clfnet.cli.command import command
from clfnet.cli.panel import panel
from clfnet.errors import ImageError, InputError, OutputExistsError
from clfnet.evaluation.panel import Mark, panel_of_folders
from clfnet.io.box import Box
from clfnet.io.image import Image, read_image, write_image

app = command(panel)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder in ("ir", "vi", "mean", "ours"):
        pixels = rng.integers(0, 256, (120, 320), dtype=np.uint8)
        write_image(tmp_path / folder / "street.png", Image(pixels))
    return tmp_path


def _run(root: Path, *options: str, output: str = "out/panel.png") -> str:
    fixed = [f"--infrared={root / 'ir'}", f"--visible={root / 'vi'}", f"--fused={root / 'mean'}"]
    fixed += [f"--fused={root / 'ours'}", "--image=street", "-o", str(root / output)]
    result = CliRunner().invoke(app, [*fixed, *options])
    if result.exception:
        raise result.exception
    assert result.stderr == ""
    return result.stdout


def _expected(root: Path, *marks: Mark, columns: int | None = None) -> object:
    fused = [root / "mean", root / "ours"]
    return panel_of_folders(root / "ir", root / "vi", fused, "street", marks=marks, columns=columns)


def test_writes_the_panel_and_prints_its_path(root: Path) -> None:
    path = root / "out" / "panel.png"
    assert _run(root) == f"{path}\n"
    np.testing.assert_array_equal(read_image(path).pixels, _expected(root))


def test_boxes_and_columns_are_handed_on(root: Path) -> None:
    texts = [
        "60,40,32,24",
        " 10, 10, 20, 20, 0",
        "200,30,30,20,2.5,top-left",
        "5,60,9,9,,top-right",
    ]
    boxes = [
        Mark(Box(60, 40, 32, 24)),
        Mark(Box(10, 10, 20, 20), 0),
        Mark(Box(200, 30, 30, 20), 2.5, "top-left"),
        Mark(Box(5, 60, 9, 9), None, "top-right"),
    ]
    _run(root, *(f"--box={text}" for text in texts), "--columns=2")
    found = read_image(root / "out" / "panel.png").pixels
    np.testing.assert_array_equal(found, _expected(root, *boxes, columns=2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5,6",
        "1,2,3,x",
        "1.5,2,3,4",
        "1,2,3,4,2,middle",
        "1,2,3,4,.",
        "1,2,3,4,0,top-left,9",
    ],
)
def test_a_box_that_cannot_be_read_is_one_line(root: Path, text: str) -> None:
    with pytest.raises(InputError, match="`box` must be X,Y,W,H") as caught:
        _run(root, f"--box={text}")
    assert repr(text) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (root / "out").exists()


def test_a_box_outside_is_told(root: Path) -> None:
    with pytest.raises(InputError, match="must be X,Y,W,H in whole pixels"):
        _run(root, "--box=-4,0,9,9")


def test_a_file_that_is_there_is_kept(root: Path) -> None:
    (root / "panel.png").write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        _run(root, output="panel.png")
    assert (root / "panel.png").read_bytes() == b"precious"
    _run(root, "--overwrite", output="panel.png")
    assert read_image(root / "panel.png").width > 320


def test_an_unknown_format_is_told_before_the_work(root: Path) -> None:
    with pytest.raises(ImageError, match=r"must end in one of"):
        _run(root, output="panel.gif")
