"""Fusing in children, whatever starts them; in processes of their own, since a fault hangs."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from clfnet.inference.fuser import Fuser
from clfnet.inference.per_process import PerProcess

SCRIPT = Path(__file__).with_name("in_children.py")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A graph that nobody cuts into tiles: it runs on the session's own threads."""
    shape: list[str | int | None] = [1, 1, "height", "width"]
    ir, vi, out = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("ir", "vi", "out")
    )
    graph = helper.make_graph(
        [helper.make_node("Max", ["ir", "vi"], ["out"])], "g", [ir, vi], [out]
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path_factory.mktemp("onnx") / "theirs.onnx"
    path.write_bytes(made.SerializeToString())
    return f"onnx:{path}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX system")
@pytest.mark.parametrize(
    "how",
    ["os.fork", "fork", "spawn", "forkserver", pytest.param("DataLoader", marks=pytest.mark.slow)],
)
def test_children_fuse_as_their_parent(how: str, foreign: str) -> None:
    command = [sys.executable, str(SCRIPT), how, "fast", foreign]
    done = subprocess.run(command, timeout=100, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "options",
    [
        {"model": "fast", "align": "auto"},
        {"model": "maximum", "thermal_range": "agc:0.01", "palette": "ironbow"},
        {"model": "clfnet", "space": "linear", "strength": 0.5, "depth": 16},
    ],
)
def test_a_fuser_can_be_pickled(options: dict[str, object]) -> None:
    fuser = Fuser(**options)  # type: ignore[arg-type]  # of several types
    infrared, visible = np.random.default_rng(0).integers(0, 256, (2, 40, 50), np.uint8)
    again = pickle.loads(pickle.dumps(fuser))
    assert again.method.name == fuser.method.name
    if options.get("align") != "auto":
        np.testing.assert_array_equal(again(infrared, visible), fuser(infrared, visible))


def test_it_is_made_once_and_again_when_renewed() -> None:
    made = PerProcess(object)
    first = made()
    assert made() is first
    assert made.renew() is first
    assert made() is not first
    assert made() is made()
