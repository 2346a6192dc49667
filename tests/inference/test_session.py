"""Sessions: graphs that never end are ended."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from clfnet.errors import WeightsError
from clfnet.inference.session import Session, end_runs
from clfnet.io.image import Image, write_image

FEEDS = {name: np.zeros((1, 1, 4, 5), np.float32) for name in ("infrared", "visible")}


def endless() -> bytes:
    """A loop without a count, whose condition holds for ever."""
    float_, bool_, int_ = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64
    shape: list[str | int | None] = [1, 1, "height", "width"]
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["condition"], ["go_on"]),
            helper.make_node("Max", ["state", "visible"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", int_, []),
            helper.make_tensor_value_info("condition", bool_, []),
            helper.make_tensor_value_info("state", float_, shape),
        ],
        [
            helper.make_tensor_value_info("go_on", bool_, []),
            helper.make_tensor_value_info("next", float_, shape),
        ],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["", "true", "infrared"], ["fused"], body=body)],
        "endless",
        [helper.make_tensor_value_info(name, float_, shape) for name in ("infrared", "visible")],
        [helper.make_tensor_value_info("fused", float_, shape)],
        [helper.make_tensor("true", bool_, [], [True])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"margin": "1"})
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize("prefix", ["", "onnx:"])  # in tiles, in threads; and as one, in the main
def test_ctrl_c_ends_a_graph_that_does_not(prefix: str, tmp_path: Path) -> None:
    (tmp_path / "endless.onnx").write_bytes(endless())
    for name in ("ir.png", "vis.png"):
        write_image(tmp_path / name, Image(np.zeros((4, 5), np.uint8)))
    ready = "from clfnet.cli import main; import clfnet.inference.files; print(flush=True); main()"
    command = f"fuse ir.png vis.png -o out.png --model {prefix}endless.onnx".split()
    process = subprocess.Popen(
        [sys.executable, "-c", ready, *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == "clfnet: error: interrupted.\n"
        assert process.returncode == 130
    finally:
        process.kill()
    assert not (tmp_path / "out.png").exists()


def test_runs_can_be_ended_from_elsewhere() -> None:
    session = Session(endless(), "endless")
    timer = threading.Timer(0.2, end_runs)
    timer.start()
    with pytest.raises(Exception, match="terminate"):
        session.run(["fused"], FEEDS)
    timer.join()


def test_a_graph_whose_text_is_no_utf_8_prints_nothing(
    maximum_onnx: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(maximum_onnx.read_bytes().replace(b"Max", b"M\xffx"))
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        Session(path, "a.onnx", 1).run(None, FEEDS)
    assert capfd.readouterr().out == ""
