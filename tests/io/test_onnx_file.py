"""Files that an ONNX file asks for."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from clfnet.errors import WeightsError
from clfnet.io.onnx_file import check_external_files, external_files

Put = Callable[[TensorProto], onnx.ModelProto]


def tensor(location: str) -> TensorProto:
    made = helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    made.ClearField("float_data")
    made.data_location = TensorProto.EXTERNAL
    for key, value in (("offset", "0"), ("location", "overruled"), ("length", "4")):
        made.external_data.add(key=key, value=value)
    made.external_data[1].value = location
    return made


def model(*nodes: onnx.NodeProto, initializers: list[TensorProto] | None = None) -> onnx.ModelProto:
    graph = helper.make_graph(list(nodes), "g", [], [], initializers or [])
    return helper.make_model(graph)


def in_initializer(value: TensorProto) -> onnx.ModelProto:
    return model(initializers=[value])


def in_constant(value: TensorProto) -> onnx.ModelProto:
    return model(helper.make_node("Constant", [], ["c"], value=value))


def in_branch(value: TensorProto) -> onnx.ModelProto:
    inner = helper.make_graph([], "inner", [], [], [value])
    return model(helper.make_node("If", ["c"], ["o"], then_branch=inner, else_branch=inner))


def in_function(value: TensorProto) -> onnx.ModelProto:
    made = model()
    node = helper.make_node("Constant", [], ["o"], value=value)
    made.functions.append(helper.make_function("d", "f", [], ["o"], [node], []))
    return made


@pytest.mark.parametrize("put", [in_initializer, in_constant, in_branch, in_function])
def test_every_place_is_looked_into(put: Put) -> None:
    data = put(tensor("weights.bin")).SerializeToString()
    assert set(external_files(data)) == {"weights.bin"}


def test_shipped_models_ask_for_none() -> None:
    for path in (Path(__file__).parents[2] / "src" / "clfnet" / "weights").glob("*.onnx"):
        assert list(external_files(path.read_bytes())) == []


@pytest.mark.parametrize(
    "location", ["../secret", "/etc/passwd", "sub/../../secret", "link", "", "missing", "."]
)
def test_nothing_outside_of_its_folder_is_asked_for(location: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"1234")
    (folder / "link").symlink_to(tmp_path / "secret")
    data = in_initializer(tensor(location)).SerializeToString()
    with pytest.raises(WeightsError, match="must have its weights in its own folder"):
        check_external_files(data, folder, "m.onnx")


def test_what_lies_beside_it_may_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"1234")
    data = in_initializer(tensor("weights.bin")).SerializeToString()
    check_external_files(data, tmp_path, "m.onnx")
    with pytest.raises(WeightsError, match="must hold its weights itself"):
        check_external_files(data, None, "m.onnx")


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x3a\xff\x01", b"\x3a", b"\x0b"])
def test_no_onnx_at_all(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        check_external_files(data, tmp_path, "m.onnx")
