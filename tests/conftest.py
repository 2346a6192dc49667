"""What tests of several folders share."""

import hashlib
import json
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from clfnet import weights

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data beside the project; tests that need it are skipped without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the shared data in {SHARED / 'data'}, which is not there")
    return SHARED


@pytest.fixture(scope="session")
def maximum_onnx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny graph with the contract of a shipped model: the maximum of both images."""
    path = tmp_path_factory.mktemp("models") / "maximum.onnx"
    path.write_bytes(_graph("Max"))
    return path


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maximum_onnx: Path) -> Path:
    """A manifest that stands in for the shipped one; its `clfnet` is the maximum."""
    folder = tmp_path / "weights"
    folder.mkdir()
    graph = maximum_onnx.read_bytes()
    entry: dict[str, object] = {"parameters": 0, "data": "none", "seed": 0, "scores": {"EN": 7.5}}
    for kind, data in {"onnx": graph, "safetensors": b"{}"}.items():
        (folder / f"clfnet.{kind}").write_bytes(data)
        entry[kind] = {"file": f"clfnet.{kind}", "sha256": hashlib.sha256(data).hexdigest()}
    path = folder / "manifest.json"
    path.write_text(json.dumps({"clfnet": entry}))
    monkeypatch.setattr(weights, "MANIFEST", path)
    return path


@pytest.fixture
def shipped() -> weights.Model:
    """The `clfnet` model of the package."""
    return weights.load_manifest()["clfnet"]


def _graph(operator: str) -> bytes:
    shape: list[str | int | None] = [1, 1, "height", "width"]
    tensors = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("infrared", "visible", "fused")
    }
    node = helper.make_node(operator, ["infrared", "visible"], ["fused"])
    graph = helper.make_graph(
        [node], operator, [tensors["infrared"], tensors["visible"]], [tensors["fused"]]
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    data: bytes = model.SerializeToString()
    return data
