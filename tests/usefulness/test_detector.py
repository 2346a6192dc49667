"""Every family on made graphs, whose boxes are known; detections kept by content."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from clfnet.errors import ConfigError, WeightsError
from clfnet.usefulness.adapters import ADAPTERS
from clfnet.usefulness.detector import OnnxDetector, parse_detector

SIDE = 64
"""Of the square; grids of 8×8, 4×4 and 2×2 cells."""

CELLS = 64 + 16 + 4
PICTURE = np.zeros((32, 64, 3), np.uint8)
"""Scaled by 1; centred, it lies 16 pixels below the top."""

Graph = Callable[..., Path]


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """Writes a detector that always gives the same outputs."""

    def write(*outputs: NDArray[np.float32], name: str = "fixed", inputs: int = 1) -> Path:
        nodes = [
            helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0),
            helper.make_node("Mul", ["sum", "zero"], ["none"]),
        ]
        held = [numpy_helper.from_array(np.zeros((), np.float32), "zero")]
        for k, output in enumerate(outputs):
            held.append(numpy_helper.from_array(output.astype(np.float32), f"c{k}"))
            nodes.append(helper.make_node("Add", [f"c{k}", "none"], [f"o{k}"]))
        names = ["images", "second"][:inputs]
        made = helper.make_graph(
            nodes,
            name,
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, SIDE, SIDE])
                for n in names
            ],
            [
                helper.make_tensor_value_info(f"o{k}", TensorProto.FLOAT, output.shape)
                for k, output in enumerate(outputs)
            ],
            held,
        )
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, tmp_path / f"{name}.onnx")
        return tmp_path / f"{name}.onnx"

    return write


def _yolox() -> NDArray[np.float32]:
    rows = np.zeros((1, CELLS, 7), np.float32)  # two classes
    rows[0, 8 * 3 + 2] = [0.5, 0.25, np.log(2), np.log(3), 0.9, 0.8, 0.1]  # stride 8, cell (2, 3)
    rows[0, 64 + 5] = [0, 0, 0, 0, 0.9, 0, 0.9]  # another class
    return rows


def _yolov8() -> NDArray[np.float32]:
    columns = np.zeros((1, 6, CELLS), np.float32)
    columns[0, :, 10] = [20, 26, 16, 24, 0.72, 0.1]
    return columns


def _nanodet() -> list[NDArray[np.float32]]:
    classes = [np.zeros((1, n, 2), np.float32) for n in (64, 16, 4)]
    logits = [np.zeros((1, n, 32), np.float32) for n in (64, 16, 4)]
    classes[1][0, 4 * 1 + 1, 0] = 0.72  # stride 16, cell (1, 1): centre 23.5
    for side, bin_ in enumerate((1, 2, 1, 2)):  # left, top, right, bottom in strides
        logits[1][0, 5, side * 8 + bin_] = 50
    return [*classes, *logits]


@pytest.mark.parametrize(
    ("family", "outputs", "box"),
    [
        ("yolox", [_yolox()], [20 - 8, 26 - 12, 20 + 8, 26 + 12]),
        ("yolov8", [_yolov8()], [12, 14 - 16, 28, 38 - 16]),
        ("nanodet", _nanodet(), [7.5, -8.5 - 16, 39.5, 55.5 - 16]),
        ("plain", [np.array([[[12, 30, 28, 54, 0.72, 0]]])], [12, 14, 28, 38]),
        ("plain", [np.array([[12, 30, 28, 54, 0.72, 0], [1, 1, 9, 9, 0.9, 2]])], [12, 14, 28, 38]),
    ],
)
def test_families_are_recognised_and_read(
    family: str, outputs: list[NDArray[np.float32]], box: list[float], graph: Graph
) -> None:
    detector = OnnxDetector(graph(*outputs))
    assert detector.adapter.name == family
    found = detector(PICTURE)
    np.testing.assert_allclose(found, [[*box, 0.72]], atol=1e-4)


def test_boxes_come_back_in_pixels_of_the_picture(graph: Graph) -> None:
    path = graph(np.array([[[12, 30, 28, 54, 0.72, 0]]]))
    larger = OnnxDetector(path)(np.zeros((64, 128, 3), np.uint8))
    np.testing.assert_allclose(larger[0, :4], [24, 28, 56, 76], atol=1e-4)


@pytest.mark.parametrize("name", ADAPTERS)
def test_what_a_network_is_given(name: str) -> None:
    picture = np.zeros((8, 16, 3), np.uint8)
    picture[:] = (250, 100, 0)  # red, green, blue
    adapter = ADAPTERS[name]
    placed = adapter.place(picture, 32)
    tensor = adapter.tensor(placed.picture)
    assert tensor.shape == (1, 3, 32, 32)
    assert tensor.dtype == np.float32
    x, y = placed.left + 1, placed.top + 1
    first, _, last = tensor[0, :, y, x]
    expected = {
        "yolox": (0, 250),
        "yolov8": (250 / 255, 0),
        "plain": (250 / 255, 0),
        "nanodet": ((0 - 103.53) / 57.375, (250 - 123.675) / 58.395),
    }[name]
    assert (first, last) == pytest.approx(expected, abs=1e-5)
    assert placed.top == (0 if name == "yolox" else 8)
    fill = placed.picture[31, 0, 0]
    assert fill == (0 if name == "nanodet" else 114)
    np.testing.assert_allclose(placed.undo(np.array([[0.0, placed.top, 32, placed.top + 16]])),
                               [[0, 0, 16, 8]])  # fmt: skip


def test_no_picture_is_looked_at_twice(graph: Graph, tmp_path: Path) -> None:
    path = graph(np.array([[[12, 30, 28, 54, 0.72, 0]]]))
    detector = OnnxDetector(path, keep=tmp_path / "kept")
    first = detector(PICTURE)
    (file,) = (tmp_path / "kept").rglob("*.npy")
    np.save(file, np.full((1, 5), 7, np.float32))
    assert detector(PICTURE).tolist() == [[7] * 5]
    other = OnnxDetector(graph(np.array([[[1, 30, 28, 54, 0.5, 0]]]), name="other"))
    assert other(PICTURE)[0, 4] == 0.5
    file.write_bytes(b"damaged")
    np.testing.assert_array_equal(detector(PICTURE), first)
    assert len(list((tmp_path / "kept").rglob("*.npy"))) == 1
    detector(PICTURE + 1)
    assert len(list((tmp_path / "kept").rglob("*.npy"))) == 2


def test_a_family_can_be_named(graph: Graph) -> None:
    path = graph(np.array([[[12, 30, 28, 54, 0.72, 0]]]))
    assert parse_detector(f"plain:{path}").adapter.name == "plain"
    assert parse_detector(str(path)).name == "fixed"
    with pytest.raises(WeightsError, match="did not run as one"):
        parse_detector(f"yolox:{path}")(PICTURE)


def test_what_is_no_detector_is_refused(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is no file"):
        OnnxDetector(tmp_path / "absent.onnx")
    with pytest.raises(WeightsError, match=r"outputs are \[1, 9\]"):
        OnnxDetector(graph(np.zeros((1, 9))))
    with pytest.raises(WeightsError, match="one input"):
        OnnxDetector(graph(_yolox(), inputs=2))
    with pytest.raises(ConfigError, match="yolox, yolov8, nanodet, plain"):
        OnnxDetector(graph(_yolox()), family="ssd")


@pytest.mark.parametrize("name", ["yolox_nano", "nanodet_m"])
def test_real_detectors_are_recognised(name: str, shared: Path) -> None:
    detector = OnnxDetector(shared / f"data/detection/detectors/{name}.onnx", threads=1)
    assert detector.adapter.name == name.partition("_")[0]
