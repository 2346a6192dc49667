"""A model as a `FusionMethod`, run by ONNX Runtime or OpenVINO."""

from collections.abc import Callable
from functools import partial
from math import lcm
from pathlib import Path

import numpy as np

from clfnet.errors import ConfigError, InputError, WeightsError, one_line
from clfnet.inference.arrays import size_text
from clfnet.inference.per_process import PerProcess
from clfnet.inference.session import Session, placed
from clfnet.inference.tiling import cores
from clfnet.method import FloatImage, Reach
from clfnet.weights import ModelFile

BACKENDS = ("onnxruntime", "openvino")

_INPUTS, _OUTPUTS = {"infrared", "visible"}, {"fused"}
_BYTES_PER_PIXEL = 2500  # of the paper's network as it is

Graph = Callable[[dict[str, FloatImage]], FloatImage]


class OnnxMethod:
    """Fuses with an ONNX graph.

    The graph has the inputs `infrared` and `visible` and the output `fused`: float32,
    (1, 1, H, W), in [0, 1]. Its metadata may state its `reach`: `margin`, `multiple` and
    `bytes_per_pixel`, see `clfnet.method.Reach`; the smallest side (`least`); and the `factor` of a
    second scale, see `clfnet.graphs.scales`. It fuses what it is given at once;
    `clfnet.inference.tiling.in_tiles` cuts large images for it.

    Args:
        model: the graph, as bytes or as a file.
        name: what tables call it; the file's stem by default.
        threads: how many CPU threads it may use; all cores by default. A graph of known reach takes
            one for an image, for tiles run side by side.
        backend: what runs the graph, one of `BACKENDS`; the results agree to 1e-6.
        device: where it runs; see `clfnet.inference.device.find_device`. "auto" is the best that
            is there.

    Raises:
        WeightsError: not such a graph.
        ConfigError: `threads` is below 1, there is no such backend, or the device is not there or
            does not work.
        MissingExtraError: OpenVINO is not installed.
    """

    def __init__(
        self,
        model: Path | bytes,
        *,
        name: str | None = None,
        threads: int | None = None,
        backend: str = "onnxruntime",
        device: str = "cpu",
    ) -> None:
        if backend not in BACKENDS:
            raise ConfigError(f"`backend` must be one of {', '.join(BACKENDS)}, got {backend!r}.")
        data = model if isinstance(model, bytes) else ModelFile(model).read()
        self.name = name or ("onnx" if isinstance(model, bytes) else model.stem)
        _check_backend(backend, device)
        self.device, session = placed(device, data, self.name, 1)
        _check_names(session, self.name)
        facts = session.facts
        self._least = int(facts.get("least", 1))
        self.factor = int(facts.get("factor", 1)) if backend == "onnxruntime" else 1
        self.reach = _reach(facts) if self.factor == 1 else _reach_of_tiles(facts, self.factor)
        if self.reach is None:  # tiles run on a thread each: no waiting in every layer
            session = Session(data, self.name, threads, self.device)
        self._graph: Graph = partial(_run, session)
        self._graph_alone: Graph = partial(_run_alone, session, self.factor)
        if backend == "openvino":
            from clfnet.inference import openvino

            graph = PerProcess(partial(openvino.compiled, data, threads or cores()))
            self._graph = partial(_by_size, openvino.LEAST, self._graph, graph)

    def __call__(
        self, infrared: FloatImage, visible: FloatImage, coarse: FloatImage | None = None
    ) -> FloatImage:
        """Return the fused image; see `FusionMethod` and `TwoScaleMethod`.

        Raises:
            InputError: the graph does not run at this size, e.g. for lack of memory.
        """
        if min(visible.shape) < self._least:
            raise InputError(
                f"{self.name} takes images of at least {self._least} pixels a side, got "
                f"{size_text(visible)}. Use a larger image."
            )
        told = {} if coarse is None else {"coarse": coarse}
        return self._run(self._graph, infrared=infrared, visible=visible, **told)

    def alone(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the image fused at one scale; see `TwoScaleMethod`.

        Raises:
            InputError: the graph does not run at this size, e.g. for lack of memory.
        """
        return self._run(self._graph_alone, infrared=infrared, visible=visible)

    def _run(self, graph: Graph, **images: FloatImage) -> FloatImage:
        feeds = {name: image[None, None] for name, image in images.items()}  # (1, 1, H, W)
        try:
            fused = graph(feeds)
        except Exception as error:  # the runtimes have no base class for their errors
            height, width = images["visible"].shape
            raise InputError(
                f"{self.name} could not fuse {width}x{height} pixels "
                f"({one_line(error)}). Use a smaller image."
            ) from error
        image: FloatImage = np.clip(fused[0, 0], 0.0, 1.0)  # (H, W)
        return image


def _check_backend(backend: str, device: str) -> None:
    if backend != "onnxruntime" and device not in ("auto", "cpu"):
        raise ConfigError(
            f"`device` must be cpu with the backend {backend}, got {device}. Drop one of the two."
        )


def _by_size(
    least: int, small: Graph, large: PerProcess[Graph], feeds: dict[str, FloatImage]
) -> FloatImage:
    return (large() if feeds["visible"].size >= least else small)(feeds)


def _run(session: Session, feeds: dict[str, FloatImage]) -> FloatImage:
    fused: FloatImage = session.run(["fused"], feeds)[0]
    return fused


def _run_alone(session: Session, factor: int, feeds: dict[str, FloatImage]) -> FloatImage:
    """What the graph makes at one scale; what it is told of another counts not."""
    height, width = feeds["visible"].shape[2:]
    nothing = np.zeros((1, 1, -(-height // factor), -(-width // factor)), np.float32)
    alone: FloatImage = session.run(["alone"], {**feeds, "coarse": nothing})[0]
    return alone


def _reach_of_tiles(facts: dict[str, str], factor: int) -> Reach:
    """The reach of a graph that is told of its second scale: what is between two places there."""
    return Reach(
        int(facts["margin_alone"]) + 2 * factor,
        lcm(int(facts["multiple_alone"]), factor),
        int(facts["bytes_per_pixel"]),
    )


def _reach(facts: dict[str, str]) -> Reach | None:
    """What a graph's metadata says of its reach; None where it does not."""
    if "margin" not in facts:
        return None
    return Reach(
        int(facts["margin"]),
        int(facts.get("multiple", 1)),
        int(facts.get("bytes_per_pixel", _BYTES_PER_PIXEL)),
    )


def _check_names(session: Session, name: str) -> None:
    found = ({i.name for i in session.inputs}, {o.name for o in session.outputs} - {"alone"})
    if found != (_INPUTS, _OUTPUTS):
        raise WeightsError(
            f"{name} must map `infrared` and `visible` to `fused`, but maps "
            f"{', '.join(sorted(found[0]))} to {', '.join(sorted(found[1]))}. "
            f"Make it with: clfnet export, or name it onnx:FILE"
        )
