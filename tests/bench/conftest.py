"""Writes small graphs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a graph: nodes, weights by name and shape; `infrared` and `visible` to `fused`."""

    def call(
        nodes: Sequence[NodeProto],
        weights: Mapping[str, Sequence[int] | np.ndarray[tuple[int, ...], np.dtype[np.int64]]],
        *,
        shape: Sequence[int | str] = (1, 1, "height", "width"),
        name: str = "small",
    ) -> Path:
        tensors = [
            helper.make_tensor_value_info(each, TensorProto.FLOAT, shape)
            for each in ("infrared", "visible", "fused")
        ]
        stored = [
            numpy_helper.from_array(
                of if isinstance(of, np.ndarray) else np.full(of, 0.01, np.float32), each
            )
            for each, of in weights.items()
        ]
        graph = helper.make_graph(list(nodes), name, tensors[:2], tensors[2:], stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(model.SerializeToString())
        return path

    return call
