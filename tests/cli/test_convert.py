"""`clfnet convert`: from a release to a model that fuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from clfnet.io.image import Image, read_image, write_image  # noqa: E402
from clfnet.nn.rivals import IFCNN  # noqa: E402

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "IFCNN-MAX.pth"
    torch.save({f"x.{name}": tensor for name, tensor in IFCNN().state_dict().items()}, path)
    return path


def test_makes_a_model_that_fuses(run: Run, tmp_path: Path, theirs: Path) -> None:
    for image in ("ir", "vis"):
        pixels = np.random.default_rng(len(image)).integers(0, 255, (24, 31), np.uint8)
        write_image(tmp_path / f"{image}.png", Image(pixels))
    model = tmp_path / "ifcnn.onnx"
    code, out, err = run("convert", "ifcnn", theirs, "-o", model)
    assert (code, out) == (0, f"{model}\n")
    assert (
        err == "2 tensors were not used: x.norm2.num_batches_tracked, x.norm3.num_batches_tracked\n"
    )
    fused = tmp_path / "fused.png"
    code, _, err = run(
        "fuse", tmp_path / "ir.png", tmp_path / "vis.png", "-o", fused, "--model", model
    )
    assert code == 0, err
    assert read_image(fused).pixels.shape == (24, 31)


def test_safetensors_become_onnx(run: Run, tmp_path: Path, theirs: Path) -> None:
    kept = tmp_path / "ifcnn.safetensors"
    options = ("--option", "normalisation=imagenet")
    assert run("convert", "ifcnn", theirs, "-o", kept, *options)[0] == 0
    assert run("convert", "ifcnn", kept, "-o", tmp_path / "a.onnx")[0] == 0
    assert run("convert", "ifcnn", theirs, "-o", tmp_path / "b.onnx", *options)[0] == 0
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ifcn", "FILE", "-o", "x.onnx"), "`method` must be one of densefuse"),
        (
            ("ifcnn", "FILE", "-o", "x.pth"),
            "`output` must end in .safetensors or .onnx, got x.pth.",
        ),
        (("ifcnn", "FILE", "-o", "x.onnx", "--option", "max"), "must look like name=value"),
        (("pmgi", "FILE", "-o", "x.onnx"), "must have a tensor of the shape (16, 3, 5, 5)"),
    ],
)
def test_a_mistake_is_one_line(
    run: Run,
    tmp_path: Path,
    theirs: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("convert", *(theirs if each == "FILE" else each for each in arguments))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not list(tmp_path.glob("x.*"))


def test_nothing_is_overwritten_unless_asked(run: Run, tmp_path: Path, theirs: Path) -> None:
    output = tmp_path / "there.safetensors"
    output.write_bytes(b"mine")
    assert run("convert", "ifcnn", theirs, "-o", output)[0] == 2
    assert output.read_bytes() == b"mine"
    assert run("convert", "ifcnn", theirs, "-o", output, "--overwrite")[0] == 0
