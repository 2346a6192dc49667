"""ONNX graphs as `FusionMethod`s."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from clfnet.errors import ConfigError, InputError, WeightsError
from clfnet.inference.backend import OnnxMethod


def random(*shape: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).random(shape, np.float32)


def graph(
    output: str = "fused", operator: str = "Max", size: tuple[int, int] | None = None
) -> bytes:
    shape: list[str | int | None] = [1, 1, *(size or ("height", "width"))]
    infrared, visible, fused = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("infrared", "visible", output)
    )
    node = helper.make_node(operator, ["infrared", "visible"], [output])
    made = helper.make_graph([node], "test", [infrared, visible], [fused])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize("threads", [None, 1, 2])
def test_runs_a_graph(maximum_onnx: Path, threads: int | None) -> None:
    method = OnnxMethod(maximum_onnx, threads=threads)
    infrared, visible = random(7, 5), random(7, 5, seed=1)
    np.testing.assert_array_equal(method(infrared, visible), np.maximum(infrared, visible))
    assert method.name == "maximum"


def test_takes_bytes_and_a_name(maximum_onnx: Path) -> None:
    data = maximum_onnx.read_bytes()
    assert OnnxMethod(data).name == "onnx"
    assert OnnxMethod(data, name="fast").name == "fast"


def test_views_of_any_layout(maximum_onnx: Path) -> None:
    infrared, visible = random(5, 7).T, random(14, 5)[::2]
    fused = OnnxMethod(maximum_onnx)(infrared, visible)
    np.testing.assert_array_equal(fused, np.maximum(infrared, visible))


def test_results_stay_in_range() -> None:
    fused = OnnxMethod(graph(operator="Add"))(random(9, 9), random(9, 9, seed=1))
    assert fused.max() == 1


def test_what_is_no_graph_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for data in (b"", b"no graph"):
        with pytest.raises(WeightsError, match="onnx must be an ONNX graph") as caught:
            OnnxMethod(data)
        assert "\n" not in str(caught.value)
    with pytest.raises(WeightsError, match="no such file"):
        OnnxMethod(tmp_path / "no.onnx")
    assert capfd.readouterr() == ("", "")


def test_other_graphs_are_refused() -> None:
    with pytest.raises(WeightsError, match=r"maps infrared, visible to result\. Make it with"):
        OnnxMethod(graph("result"))


def test_threads_are_checked(maximum_onnx: Path) -> None:
    with pytest.raises(ConfigError, match="`threads` must be at least 1, got 0"):
        OnnxMethod(maximum_onnx, threads=0)


def test_a_failed_run_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    method = OnnxMethod(graph(size=(4, 4)))
    with pytest.raises(InputError, match="could not fuse 5x5 pixels") as caught:
        method(random(5, 5), random(5, 5))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")
