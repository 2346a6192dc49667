"""`clfnet evaluate --boxes` on made images and a detector made of one constant node."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

from clfnet.cli.command import command
from clfnet.cli.evaluate import evaluate
from clfnet.errors import ConfigError, InputError, OutputExistsError
from clfnet.io.image import Image, write_image

app = command(evaluate)

PERSON = (16, 8, 32, 48)
"""In images of 64×64."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two labelled pairs, a folder of fused images, and a detector that always finds PERSON."""
    rng = np.random.default_rng(0)
    for folder in ("ir", "vi", "ours"):
        for name in ("a", "b"):
            picture = rng.integers(100, 110, (64, 64), np.uint8)
            picture[8:48, 16:32] += 90
            write_image(tmp_path / folder / f"{name}.png", Image(picture))
    lines = [f"{name},person,16,8,32,48,0" for name in ("a", "b")]
    (tmp_path / "boxes.csv").write_text("\n".join(["image,label,x1,y1,x2,y2,ignore", *lines]))
    row = np.array([[[*PERSON, 0.9, 0]]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Constant", [], ["found"], value=numpy_helper.from_array(row)),
            helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0),
            helper.make_node("Mul", ["sum", "zero"], ["none"]),
            helper.make_node("Add", ["found", "none"], ["detections"]),
        ],
        "constant",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, [1, 1, 6])],
        [numpy_helper.from_array(np.zeros((), np.float32), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / "fixed.onnx")
    return tmp_path


def _run(root: Path, *options: str) -> str:
    fixed = [f"--fused={root / 'ours'}", f"--boxes={root / 'boxes.csv'}", f"--cache={root / 'c'}"]
    result = CliRunner().invoke(app, [*fixed, *options])
    if result.exception:
        raise result.exception
    assert result.stderr == ""
    return result.stdout


def _folders(root: Path) -> list[str]:
    detector = f"--detector={root / 'fixed.onnx'}"
    return [f"--infrared={root / 'ir'}", f"--visible={root / 'vi'}", detector]


def test_pairs_of_folders(root: Path) -> None:
    files = [f"--json={root / 'out/use.json'}", f"--markdown={root / 'out/use.md'}"]
    printed = _run(root, *_folders(root), *files)
    assert (root / "out/use.md").read_text() == printed
    assert "| ours |" in printed
    found = json.loads((root / "out/use.json").read_text())
    assert list(found["methods"]) == ["infrared alone", "visible alone", "ours"]
    assert found["methods"]["ours"]["parts"]["D"] == 1
    assert found["methods"]["ours"]["parts"]["C"] is None  # nobody is found in one source alone
    assert found["methods"]["ours"]["parts"]["W"] is None  # nobody says that it is day
    assert found["merged"]["precision"][""]["fixed"] == 1
    assert found["differences"] == {}


def test_pairs_of_a_list_and_a_baseline(root: Path) -> None:
    lines = ["image,scene,light,infrared,visible"]
    lines += [f"{name},s{name},day,ir/{name}.png,vi/{name}.png" for name in ("a", "b")]
    (root / "images.csv").write_text("\n".join(lines))
    out = root / "use.json"
    options = [f"--detector=plain:{root / 'fixed.onnx'}", "--baseline=visible alone"]
    printed = _run(root, *options, f"--json={out}")
    assert "Difference from visible alone" in printed
    found = json.loads(out.read_text())
    assert found["methods"]["ours"]["parts"]["W"] == 1
    assert set(found["differences"]) == {"infrared alone", "ours"}
    low, high = found["differences"]["ours"]["D"][1:]
    assert low == high == 0


def test_detections_are_kept(root: Path) -> None:
    first = _run(root, *_folders(root))
    kept = {path: path.stat().st_mtime_ns for path in (root / "c").rglob("*.npy")}
    assert len(kept) == 6
    assert _run(root, *_folders(root)) == first
    assert kept == {path: path.stat().st_mtime_ns for path in (root / "c").rglob("*.npy")}


def test_a_user_s_mistakes_are_told(root: Path) -> None:
    with pytest.raises(ConfigError, match="`--detector` must be given"):
        _run(root)
    with pytest.raises(ConfigError, match="`--html` must be left out"):
        _run(root, *_folders(root), "--html=a.html")
    with pytest.raises(ConfigError, match="given together"):
        _run(root, f"--infrared={root / 'ir'}", f"--detector={root / 'fixed.onnx'}")
    with pytest.raises(InputError, match=r"images\.csv must be a CSV file"):
        _run(root, f"--detector={root / 'fixed.onnx'}")
    with pytest.raises(InputError, match="`baseline` must be one of infrared alone"):
        _run(root, *_folders(root), "--baseline=theirs")
    (root / "there.json").write_text("precious")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        _run(root, *_folders(root), f"--json={root / 'there.json'}")
