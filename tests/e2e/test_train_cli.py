"""`clfnet train` and `clfnet export` as their users start them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clfnet.example import night_street
from clfnet.io.image import Image, read_image, write_image

RECIPE = """
[data]
infrared = "ir"
visible = "vi"
held_out = ["b"]
crop = 16
[model]
width = 2
hidden = 8
embedding = 4
[loss]
samples = 8
[run]
batch = 2
steps = 4
threads = 1
validate_every = 2
checkpoint_every = 2
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working directory with two pairs and a recipe."""
    scene = night_street(112, 64)
    for stem, columns in (("a", slice(0, 56)), ("b", slice(56, 112))):
        write_image(tmp_path / "ir" / f"{stem}.png", Image(scene.infrared[:, columns]))
        write_image(tmp_path / "vi" / f"{stem}.jpg", Image(scene.visible[:, columns]))
    (tmp_path / "tiny.toml").write_text(RECIPE)
    return tmp_path


def clfnet(place: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "clfnet", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=place,
    )


def test_train_export_fuse(place: Path) -> None:
    """From two folders of images to an image fused by one's own model."""
    trained = clfnet(
        place, "train", "tiny.toml", "--set", "run.steps=5", "--set", "loss.window=gaussian"
    )
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.startswith("runs/tiny: 5 steps, best validation score ")
    assert "step 5/5" in trained.stderr
    assert "Traceback" not in trained.stderr
    assert "Warning" not in trained.stderr
    assert (place / "runs" / "tiny" / "log.csv").exists()

    exported = clfnet(place, "export", "runs/tiny", "-o", "model", "--name", "mine")
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.split() == [
        "model/mine.onnx", "model/mine.safetensors", "model/manifest.json"
    ]  # fmt: skip

    fused = clfnet(
        place, "fuse", "ir/a.png", "vi/a.jpg", "-o", "fused.png", "--model", "model/mine.onnx"
    )
    assert fused.returncode == 0, fused.stderr
    assert read_image(place / "fused.png").pixels.shape == (64, 56, 3)

    again = clfnet(place, "train", "tiny.toml")
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1)
    assert "runs/tiny must not hold a run yet, but does." in again.stderr


def make_missing_partner(place: Path) -> None:
    (place / "vi" / "b.jpg").unlink()


def make_bad_pairs(place: Path) -> None:
    (place / "ir" / "a.png").write_bytes(b"broken")
    write_image(place / "ir" / "b.png", Image(np.zeros((64, 57), np.uint8)), overwrite=True)


def nothing(place: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "arguments", "messages"),
    [
        (make_missing_partner, ["tiny.toml"], ["ir/b.png has none"]),
        (
            make_bad_pairs,
            ["tiny.toml"],
            ["2 pairs cannot", "ir/a.png", "b: infrared is 57x64 but visible is 56x64"],
        ),
        (nothing, ["tiny.toml", "--resume", "runs/tiny"], ["either a recipe or --resume"]),
        (nothing, ["--resume", "runs/tiny"], ["runs/tiny/checkpoint.pt is not there"]),
        (nothing, ["tiny.toml", "--set", "run.step=3"], ["`step` in `run`. Did you mean `steps`?"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_cannot_be_is_said_in_one_line_before_anything_is_written(
    place: Path, prepare: object, arguments: list[str], messages: list[str]
) -> None:
    assert callable(prepare)
    prepare(place)
    done = clfnet(place, "train", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("clfnet: error: ")
    for message in messages:
        assert message in done.stderr
    assert not (place / "runs").exists()
