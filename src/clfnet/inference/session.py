"""An ONNX graph, loaded by ONNX Runtime on the CPU."""

from pathlib import Path

import onnxruntime

from clfnet.errors import ConfigError, WeightsError

_ONLY_FATAL = 4  # what goes wrong is raised; nothing else needs a line on stderr


def open_session(
    model: Path | bytes, name: str, threads: int | None = None
) -> onnxruntime.InferenceSession:
    """Load a graph.

    Args:
        model: its bytes, or its file; of a file, weights in files beside it are found.
        name: what messages call it.
        threads: how many CPU threads one image may use; all cores by default.

    Raises:
        WeightsError: not an ONNX graph.
        ConfigError: `threads` is below 1.
    """
    if threads is not None and threads < 1:
        raise ConfigError(f"`threads` must be at least 1, got {threads}. Leave it out for all.")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ONLY_FATAL
    options.intra_op_num_threads = threads or 0
    options.enable_mem_pattern = False  # a plan per size would be kept for every size ever seen
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no base class for its errors
        raise WeightsError(
            f"{name} must be an ONNX graph, but ONNX Runtime cannot load it "
            f"({' '.join(str(error).split())[:200]}). Export it again."
        ) from error
