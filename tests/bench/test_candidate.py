"""Models and how they are run."""

import os
from pathlib import Path

import pytest

from clfnet.bench.candidate import Candidate, candidates
from clfnet.errors import ConfigError, WeightsError
from clfnet.weights import find


def test_all_combinations_once() -> None:
    found = candidates(["clfnet", "maximum", "clfnet"], [2, 1])
    runtime = "onnxruntime"
    assert found == [
        Candidate("clfnet", 2, runtime), Candidate("clfnet", 1, runtime), Candidate("maximum")
    ]  # fmt: skip
    assert [str(each) for each in found] == ["clfnet, 2 threads", "clfnet, 1 thread", "maximum"]
    assert candidates(["clfnet"]) == [Candidate("clfnet", os.cpu_count(), runtime)]


def test_backends_of_those_that_have_a_choice() -> None:
    found = candidates(["clfnet", "maximum", "onnx:theirs.onnx"], [1], ["onnxruntime", "openvino"])
    assert [str(each) for each in found] == [
        "clfnet, 1 thread", "clfnet, openvino, 1 thread", "maximum", "onnx:theirs.onnx, 1 thread",
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="`backend` must be one of onnxruntime, openvino"):
        Candidate("clfnet", 1, "tpu").load()


def test_the_graph_is_that_which_runs(maximum_onnx: Path) -> None:
    assert Candidate("clfnet").graph == find("clfnet").onnx.path
    assert Candidate(str(maximum_onnx)).graph == maximum_onnx
    assert Candidate(f"onnx:{maximum_onnx}").graph == maximum_onnx
    assert Candidate("maximum").graph is None
    assert Candidate(f"onnx:{maximum_onnx}").load().name == "maximum"


def test_an_unknown_model() -> None:
    with pytest.raises(WeightsError, match="Did you mean `clfnet`"):
        Candidate("clfnot").load()
