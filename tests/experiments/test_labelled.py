"""The experiment on labelled pairs, on made images and a detector of one constant box."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from clfnet.io.image import Image, write_image
from clfnet.methods import METHODS
from clfnet.weights import load_manifest
from experiments import labelled
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Labelled

SPEC = Labelled(
    "A table", "set/boxes.csv", ("fixed.onnx",), methods=("average", "maximum"), baseline="average"
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Three labelled pairs of two scenes, and a detector."""
    rng = np.random.default_rng(0)
    data = tmp_path / "data"
    boxes, images = ["image,label,x1,y1,x2,y2"], ["image,scene,light,infrared,visible"]
    for name, light in (("a", "day"), ("b", "night"), ("c", "day")):
        for folder in ("ir", "vi"):
            picture = rng.integers(80, 170, (64, 64), np.uint8)
            write_image(data / f"set/{folder}/{name}.png", Image(picture))
        boxes.append(f"{name},person,16,8,32,48")
        images.append(f"{name},s{light},{light},set/ir/{name}.png,set/vi/{name}.png")
    (data / "set/boxes.csv").write_text("\n".join(boxes))
    (data / "set/images.csv").write_text("\n".join(images))
    row = np.array([[[16, 8, 32, 48, 0.9, 0]]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0),
            helper.make_node("Mul", ["sum", "zero"], ["none"]),
            helper.make_node("Add", ["found", "none"], ["detections"]),
        ],
        "constant",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, [1, 1, 6])],
        [numpy_helper.from_array(np.zeros((), np.float32), "zero"),
         numpy_helper.from_array(row, "found")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, data / "fixed.onnx")
    return Run(data, tmp_path / "output", tmp_path / "work")


def test_rows_and_tables(run: Run) -> None:
    results = Results(run.output / "result.json", {})
    labelled.measure(SPEC, run, results)
    assert list(results.rows) == ["average", "maximum", labelled.BAR, labelled.INTERVALS]
    row = results.rows["average"]
    assert row["parts"]["D"] == 1
    assert row["parts"]["C"] is None
    assert row["precision"] == {"day": {"fixed": 1}, "night": {"fixed": 1}}
    text = labelled.render(SPEC, results)
    first = f"| average | 1.000 | – | – | {row['parts']['P']:.3f} |"
    assert first in text.replace("**", "")
    assert f"| {labelled.BAR} | 1.000 | 1.000 | 1.000 |" in text
    assert "| less average | D |" in text
    assert labelled.use(row).u == row["U"]


def test_what_is_done_is_not_done_again(run: Run) -> None:
    results = Results(run.output / "result.json", {})
    labelled.measure(SPEC, run, results)
    for picture in (run.work / "fused").rglob("*.png"):
        picture.unlink()
    labelled.measure(SPEC, run, Results(results.path, {}))
    assert not list((run.work / "fused").rglob("*.png"))


def test_all_that_is_shipped_and_every_rule_by_default() -> None:
    everything = labelled.methods(Labelled("t", "b", ()))
    assert set(everything) == {*load_manifest(), *METHODS}
