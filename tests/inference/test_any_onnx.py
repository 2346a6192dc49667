"""Somebody's ONNX graph as a method."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper

from clfnet.errors import InputError, WeightsError
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.method import FloatImage

Side = int | str
Write = Callable[..., Path]
FREE = (1, 1, "height", "width")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a graph: nodes, and its inputs and outputs by name and shape."""

    def call(
        nodes: Sequence[NodeProto],
        inputs: dict[str, Sequence[Side]],
        outputs: dict[str, Sequence[Side]] | None = None,
        kind: int = TensorProto.FLOAT,
    ) -> Path:
        ins, outs = (
            [helper.make_tensor_value_info(name, kind, shape) for name, shape in tensors.items()]
            for tensors in (inputs, outputs or {"out": FREE})
        )
        graph = helper.make_graph(list(nodes), "test", ins, outs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        path = tmp_path / "theirs.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return call


def node(operator: str, *inputs: str, out: str = "out", **attributes: Any) -> NodeProto:
    return helper.make_node(operator, inputs, [out], **attributes)


def random(*shape: int, seed: int = 0) -> FloatImage:
    return np.random.default_rng(seed).random(shape, np.float32)


INFRARED, VISIBLE = random(6, 5), random(6, 5, seed=1)


@pytest.mark.parametrize(
    ("first", "second", "swapped"),
    [
        ("ir", "vi", False),
        ("vi", "ir", True),
        ("img_vis", "img_ir", True),
        ("visible", "thermal", True),
        ("RGB", "x", True),
        ("x", "inputIR", True),
        ("inf_image", "visY", False),
        ("VIS.1", "IR.1", True),
        ("Thermal", "other", False),
        ("virtual", "irrelevant", False),  # no words of either kind
        ("a", "b", False),
        ("vi_ir", "ir_vi", False),
    ],
)
def test_inputs_are_told_by_their_names(
    write: Write, first: str, second: str, swapped: bool
) -> None:
    """The graph gives its first input, and so the method the one that was taken for it."""
    path = write(
        [node("Sub", first, second, out="d"), node("Add", "d", second)], {first: FREE, second: FREE}
    )
    expected = VISIBLE if swapped else INFRARED
    np.testing.assert_allclose(AnyOnnx(path)(INFRARED, VISIBLE), expected, atol=1e-6)


def test_says_that_it_goes_by_the_order(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    AnyOnnx(write([node("Max", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    assert not caplog.messages
    with caplog.at_level(logging.WARNING):
        AnyOnnx(write([node("Max", "a", "b")], {"a": FREE, "b": FREE}))
    assert "taking the first, a, as infrared" in caplog.text


def test_three_channels_are_grey_in_and_luma_out(write: Write) -> None:
    """The graph gives R = infrared, G = 0 and B = the mean of the visible channels."""
    colour = (1, 3, "height", "width")
    path = write(
        [
            node("ReduceMean", "vis", out="grey", axes=[1]),
            node("Sub", "grey", "grey", out="black"),
            node("Concat", "ir", "black", "grey", axis=1),
        ],
        {"ir": FREE, "vis": colour},
        {"out": colour},
    )
    expected = 0.299 * INFRARED + 0.114 * VISIBLE
    np.testing.assert_allclose(AnyOnnx(path)(INFRARED, VISIBLE), expected, atol=1e-6)


@pytest.mark.parametrize("shape", [("n", 1, "h", "w"), (1, 1, 6, 5), ("n", 1, 6, "w")])
def test_free_and_fixed_sizes(write: Write, shape: Sequence[Side]) -> None:
    method = AnyOnnx(write([node("Max", "ir", "vi")], {"ir": shape, "vi": shape}, {"out": shape}))
    np.testing.assert_array_equal(method(INFRARED, VISIBLE), np.maximum(INFRARED, VISIBLE))


def test_another_size_than_the_fixed_one(write: Write) -> None:
    shape = (1, 1, 6, "w")
    method = AnyOnnx(write([node("Max", "ir", "vi")], {"ir": shape, "vi": shape}, {"out": shape}))
    assert method(random(6, 9), random(6, 9)).shape == (6, 9)
    with pytest.raises(InputError, match="theirs takes anyx6 pixels only, got 5x7"):
        method(random(7, 5), random(7, 5))


def test_small_overshoots_are_clipped(write: Write) -> None:
    method = AnyOnnx(write([node("Add", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    fused = method(np.full((1, 2), 1, np.float32), np.array([[0.03, 0]], np.float32))
    assert fused.tolist() == [[1, 1]]


def test_other_ranges_are_refused(write: Write) -> None:
    signed = AnyOnnx(write([node("Sub", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    black, white = np.zeros((4, 4), np.float32), np.ones((4, 4), np.float32)
    with pytest.raises(InputError, match=r"values in \[0, 1\], but gave \[-1, -1\]\. Rescale"):
        signed(black, white)
    undefined = AnyOnnx(write([node("Div", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    with pytest.raises(InputError, match=r"but gave \[nan, nan\]"):
        undefined(black, black)


def test_results_of_another_size_are_refused(write: Write) -> None:
    path = write(
        [node("Max", "ir", "vi", out="m"), node("MaxPool", "m", kernel_shape=[2, 2])],
        {"ir": FREE, "vi": FREE},
        {"out": (1, 1, "h", "w")},
    )
    with pytest.raises(InputError, match=r"\(1, 1 or 3, 6, 5\) for 5x6 .* gave \(1, 1, 5, 4\)"):
        AnyOnnx(path)(INFRARED, VISIBLE)


def test_a_failed_run_is_one_line(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(
        [node("Concat", "ir", "vi", out="two", axis=2), node("Add", "two", "ir")],
        {"ir": FREE, "vi": FREE},
    )
    with pytest.raises(InputError, match="theirs could not fuse 5x6 pixels") as caught:
        AnyOnnx(path)(INFRARED, VISIBLE)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("inputs", "outputs", "kind", "message"),
    [
        (["a"], {"out": FREE}, TensorProto.FLOAT, r"inputs must be 2, got 1 \(a\)"),
        (["a", "b", "c"], {"out": FREE}, TensorProto.FLOAT, r"must be 2, got 3 \(a, b, c\)"),
        (["a", "b"], {"out": FREE, "o2": FREE}, TensorProto.FLOAT, "outputs must be 1, got 2"),
        (["a", "b"], {"out": FREE}, TensorProto.FLOAT16, r"be float32, got tensor\(float16\)"),
    ],
)
def test_other_graphs_are_refused(
    write: Write, inputs: list[str], outputs: dict[str, Sequence[Side]], kind: int, message: str
) -> None:
    nodes = [node("Sum", *inputs, out=name) for name in outputs]
    path = write(nodes, dict.fromkeys(inputs, FREE), outputs, kind)
    with pytest.raises(WeightsError, match=message) as caught:
        AnyOnnx(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "shape", [("n", "h", "w", 3), (1, "c", "h", "w"), (2, 1, "h", "w"), (1, 2, 8, 8), ("h", "w")]
)
def test_inputs_of_other_shapes_are_refused(write: Write, shape: Sequence[Side]) -> None:
    path = write([node("Max", "ir", "vi")], {"ir": shape, "vi": shape}, {"out": shape})
    with pytest.raises(WeightsError, match=r"shape \(1, 1 or 3, H, W\), got \[.*\] for ir\."):
        AnyOnnx(path)


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("no graph")
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        AnyOnnx(path)
    with pytest.raises(WeightsError, match="must be an ONNX file, but is no file"):
        AnyOnnx(tmp_path)
