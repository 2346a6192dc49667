"""An ONNX graph, run by OpenVINO: quicker than ONNX Runtime with some graphs and CPUs."""

import threading
from collections.abc import Callable
from typing import Any

from clfnet.errors import MissingExtraError
from clfnet.method import FloatImage

LEAST = 256
"""Pixels of an image below which OpenVINO is not used: of maps of six places and fewer, images of
twelve pixels, 2026.4 was seen to make garbage."""


def compiled(graph: bytes, threads: int) -> Callable[[dict[str, FloatImage]], FloatImage]:
    """Compile a graph of one output.

    Args:
        graph: its bytes.
        threads: how many CPU threads it may use.

    Returns:
        What runs it: inputs by name → the output. May be called by several threads, of which one
        runs it at a time, on all of its threads: requests side by side were seen to wait for each
        other for ever where cores are fewer than threads.

    Raises:
        MissingExtraError: OpenVINO is not installed.
    """
    try:
        import openvino
    except ImportError:
        raise MissingExtraError("openvino", "openvino") from None
    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",  # bfloat16 is up to 4 levels of 255 off
    }
    network = core.compile_model(core.read_model(graph), "CPU", settings)
    request = network.create_infer_request()
    turn = threading.Lock()

    def run(feeds: dict[str, FloatImage]) -> FloatImage:
        with turn:
            found: Any = request.infer(feeds)
            result: FloatImage = found[0].copy()  # the request's own memory is used again
            return result

    return run
