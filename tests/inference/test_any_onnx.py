"""Somebody's ONNX graph as a method."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from clfnet.errors import ConfigError, InputError, WeightsError
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


def blurred(name: str, out: str) -> NodeProto:
    """Add a mean of 3×3, so that a pixel depends on its neighbours."""
    return node("AveragePool", name, out=out, kernel_shape=[3, 3], pads=[1] * 4)


@pytest.mark.parametrize("size", [(16, 12), (40, 12), (33, 47), (5, 7), (100, 9)])
def test_fixed_sizes_take_every_image(write: Write, size: tuple[int, int]) -> None:
    """Of pieces that overlap, all give the same but at the edges of the image."""
    shape = (1, 1, 16, 12)
    nodes = [node("Max", "ir", "vi", out="max"), blurred("max", "out")]
    method = AnyOnnx(write(nodes, {"ir": shape, "vi": shape}, {"out": shape}))
    fused = method(random(*size) * np.float32(0.5), np.full(size, 0.75, np.float32))
    assert fused.shape == size
    inner = fused[1:-1, 1:-1]
    assert inner.max() == pytest.approx(0.75)
    assert fused[size[0] // 2, size[1] // 2] == pytest.approx(0.75)


def test_pieces_of_a_fixed_size_fit_together(write: Write) -> None:
    shape = (1, 1, 16, "w")
    method = AnyOnnx(write([node("Max", "ir", "vi")], {"ir": shape, "vi": shape}, {"out": shape}))
    infrared, visible = random(70, 31), random(70, 31, seed=1)
    np.testing.assert_allclose(method(infrared, visible), np.maximum(infrared, visible), atol=1e-6)


def test_the_middle_of_a_piece_counts_more_than_its_edge(write: Write) -> None:
    """The graph darkens the first row of what it is given; no later piece shows such a row."""
    shape = (1, 1, 16, 16)
    mask = np.ones(shape, np.float32)
    mask[:, :, 0] = 0
    nodes = [
        node("Constant", out="mask", value=numpy_helper.from_array(mask)),
        node("Max", "ir", "vi", out="max"),
        node("Mul", "max", "mask"),
    ]
    method = AnyOnnx(write(nodes, {"ir": shape, "vi": shape}, {"out": shape}))
    fused = method(np.ones((40, 16), np.float32), np.ones((40, 16), np.float32))
    assert fused[0].max() == 0
    assert fused[1:].min() > 0.75


def test_small_overshoots_are_clipped(write: Write) -> None:
    method = AnyOnnx(write([node("Add", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    fused = method(np.full((1, 2), 1, np.float32), np.array([[0.03, 0]], np.float32))
    assert fused.tolist() == [[1, 1]]


def scaled(factor: float, shift: float) -> list[NodeProto]:
    """Return the nodes of max(ir, vi) · factor + shift."""
    return [
        node("Max", "ir", "vi", out="max"),
        node("Constant", out="factor", value_float=float(factor)),
        node("Constant", out="shift", value_float=float(shift)),
        node("Mul", "max", "factor", out="scaled"),
        node("Add", "scaled", "shift"),
    ]


PAIR = {"ir": FREE, "vi": FREE}


@pytest.mark.parametrize(
    ("factor", "shift", "name", "said"),
    [(1, 0, "unit", ""), (2, -1, "signed", "[-1, 1]"), (255, 0, "levels", "[0, 255]")],
)
def test_the_range_of_results_is_found(
    write: Write,
    caplog: pytest.LogCaptureFixture,
    factor: float,
    shift: float,
    name: str,
    said: str,
) -> None:
    path = write(scaled(factor, shift), PAIR)
    with caplog.at_level(logging.WARNING):
        found = AnyOnnx(path)
    assert said in caplog.text
    assert bool(caplog.messages) == bool(said)
    caplog.clear()
    stated = AnyOnnx(path, output=name)
    assert not caplog.messages
    for method in (found, stated):
        fused = method(INFRARED, VISIBLE)
        np.testing.assert_allclose(fused, np.maximum(INFRARED, VISIBLE), atol=1e-6)


def test_a_dark_image_is_read_in_the_range_of_the_graph(write: Write) -> None:
    """All of its levels lie in [0, 1], and it is black for all that."""
    dark = np.full((4, 4), 0.5 / 255, np.float32)
    fused = AnyOnnx(write(scaled(255, 0), PAIR))(dark, dark)
    np.testing.assert_allclose(fused, dark, atol=1e-6)


@pytest.mark.parametrize(("name", "low", "high"), [("signed", -1, 1), ("levels", 0, 255)])
def test_inputs_of_a_stated_range(write: Write, name: str, low: float, high: float) -> None:
    """The graph brings them back to [0, 1]."""
    path = write(scaled(1 / (high - low), -low / (high - low)), PAIR)
    fused = AnyOnnx(path, input=name)(INFRARED, VISIBLE)
    np.testing.assert_allclose(fused, np.maximum(INFRARED, VISIBLE), atol=1e-6)


def test_other_ranges_are_refused(write: Write) -> None:
    signed = AnyOnnx(write([node("Sub", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    black, white = np.zeros((4, 4), np.float32), np.ones((4, 4), np.float32)
    with pytest.raises(InputError, match=r"values in \[0, 1\], but gave \[-1, -1\]\. Say which"):
        signed(black, white)
    undefined = AnyOnnx(write([node("Div", "ir", "vi")], {"ir": FREE, "vi": FREE}))
    with pytest.raises(InputError, match=r"but gave \[nan, nan\]"):
        undefined(black, black)


@pytest.mark.parametrize(
    ("kind", "atol"),
    [
        (TensorProto.FLOAT16, 1e-3),
        (TensorProto.DOUBLE, 1e-6),
        (TensorProto.UINT8, 0.5 / 255 + 1e-6),
    ],
)
def test_other_types_of_numbers(write: Write, kind: int, atol: float) -> None:
    larger = [node("Greater", "ir", "vi", out="is_ir"), node("Where", "is_ir", "ir", "vi")]
    fused = AnyOnnx(write(larger, PAIR, kind=kind))(INFRARED, VISIBLE)
    assert fused.dtype == np.float32
    np.testing.assert_allclose(fused, np.maximum(INFRARED, VISIBLE), atol=atol)


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize(
    ("channels", "weights"), [(2, (1, 0)), (4, (1, 0, 0, 0)), (6, (1 / 3,) * 3 + (0,) * 3)]
)
def test_one_input_that_holds_both(
    write: Write, channels: int, weights: tuple[float, ...], is_last: bool
) -> None:
    """The graph gives the mean of the first image's channels."""
    shape = ["n", "h", "w", channels] if is_last else ["n", channels, "h", "w"]
    scale = np.array(weights, np.float32).reshape(*([1, 1, 1, -1] if is_last else [1, -1, 1, 1]))
    axis = 3 if is_last else 1
    path = write(
        [
            node("Constant", out="scale", value=numpy_helper.from_array(scale)),
            node("Mul", "x", "scale", out="scaled"),
            node("Constant", out="axis", value_ints=[axis]),
            node("ReduceSum", "scaled", "axis", keepdims=1),
        ],
        {"x": shape},
        {"out": ["n", "h", "w", 1] if is_last else FREE},
    )
    np.testing.assert_allclose(AnyOnnx(path)(INFRARED, VISIBLE), INFRARED, atol=1e-6)
    if channels == 2:
        fused = AnyOnnx(path, first="visible")(INFRARED, VISIBLE)
        np.testing.assert_allclose(fused, VISIBLE, atol=1e-6)


@pytest.mark.parametrize(("name", "swapped"), [("vi_ir", True), ("ir_vis", False), ("x", False)])
def test_the_name_of_one_input_may_tell_the_order(
    write: Write, caplog: pytest.LogCaptureFixture, name: str, swapped: bool
) -> None:
    starts, ends, axes = ([value] for value in (0, 1, 1))
    path = write(
        [
            node("Constant", out="starts", value_ints=starts),
            node("Constant", out="ends", value_ints=ends),
            node("Constant", out="axes", value_ints=axes),
            node("Slice", name, "starts", "ends", "axes"),
        ],
        {name: (1, 2, "h", "w")},
    )
    with caplog.at_level(logging.WARNING):
        method = AnyOnnx(path)
    expected = VISIBLE if swapped else INFRARED
    np.testing.assert_allclose(method(INFRARED, VISIBLE), expected, atol=1e-6)
    assert ("holds both images" in caplog.text) == (name == "x")


def test_the_first_of_several_outputs_is_taken(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = [node("Max", "ir", "vi"), node("Min", "ir", "vi", out="mask")]
    with caplog.at_level(logging.WARNING):
        method = AnyOnnx(write(nodes, PAIR, {"out": FREE, "mask": FREE}))
    assert "taking its first output, out, of several (mask)" in caplog.text
    np.testing.assert_array_equal(method(INFRARED, VISIBLE), np.maximum(INFRARED, VISIBLE))


def test_sides_that_must_be_multiples_are_continued(write: Write) -> None:
    """Halved and doubled again, as networks of several scales do."""
    halves = {"kernel_shape": [2, 2], "strides": [2, 2]}
    path = write(
        [
            node("Max", "ir", "vi", out="max"),
            node("MaxPool", "max", out="half", **halves),
            node("MaxPool", "half", out="quarter", **halves),
            node("Constant", out="scales", value_floats=[1.0, 1.0, 4.0, 4.0]),
            node("Resize", "quarter", "", "scales", out="whole"),
            node("Max", "whole", "max"),
        ],
        PAIR,
    )
    infrared, visible = random(33, 47), random(33, 47, seed=1)
    fused = AnyOnnx(path)(infrared, visible)
    whole = np.pad(np.maximum(infrared, visible), ((0, 31), (0, 17)), "symmetric")
    blocks = whole.reshape(16, 4, 16, 4).max(axis=(1, 3))
    np.testing.assert_allclose(fused, np.kron(blocks, np.ones((4, 4)))[:33, :47], atol=1e-6)


def test_what_is_stated_after_the_file(write: Write) -> None:
    path = write(scaled(2, -1), PAIR)
    method = AnyOnnx.parse(f"{path},output=signed,input=unit,first=infrared", threads=1)
    np.testing.assert_allclose(method(INFRARED, VISIBLE), np.maximum(INFRARED, VISIBLE), atol=1e-6)
    with pytest.raises(ConfigError, match=r"`output` of an ONNX graph must be one of unit, signed"):
        AnyOnnx.parse(f"{path},output=tanh")
    with pytest.raises(WeightsError, match="must be an ONNX file"):
        AnyOnnx.parse(f"{path},range=signed")


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
        (["a"], {"out": FREE}, TensorProto.FLOAT, r"holds both, got a \(1, 1, height, width\)"),
        (["a", "b", "c"], {"out": FREE}, TensorProto.FLOAT, r"must be two images .* got a .* c"),
        (["a", "b"], {"out": FREE}, TensorProto.INT32, r"uint8, got tensor\(int32\)"),
    ],
)
def test_other_graphs_are_refused(
    write: Write, inputs: list[str], outputs: dict[str, Sequence[Side]], kind: int, message: str
) -> None:
    nodes = [node("Max", *inputs, out=name) for name in outputs]
    path = write(nodes, dict.fromkeys(inputs, FREE), outputs, kind)
    with pytest.raises(WeightsError, match=message) as caught:
        AnyOnnx(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(1, "c", "h", "w"), (2, 1, "h", "w"), (1, 5, 8, 8), ("h", "w")])
def test_inputs_of_other_shapes_are_refused(write: Write, shape: Sequence[Side]) -> None:
    path = write([node("Max", "ir", "vi")], {"ir": shape, "vi": shape}, {"out": shape})
    with pytest.raises(WeightsError, match=r"shape \(1, C, H, W\) .*, got \(.*\) for ir\."):
        AnyOnnx(path)


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("no graph")
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        AnyOnnx(path)
    with pytest.raises(WeightsError, match="must be an ONNX file, but is no file"):
        AnyOnnx(tmp_path)
