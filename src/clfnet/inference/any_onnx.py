"""Any ONNX graph of two input images and one output image, as a `FusionMethod`."""

import logging
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.errors import InputError, WeightsError
from clfnet.inference.arrays import size_text
from clfnet.inference.session import Session
from clfnet.method import FloatImage

INFRARED = frozenset({"inf", "infrared", "ir", "lwir", "thermal", "tir"})
VISIBLE = frozenset({"rgb", "vi", "vis", "visible"})
"""Words by which the name of an input tells its kind."""

TOLERANCE = 0.05
"""How far a result may leave [0, 1] and still is taken for that range, overshot."""

_log = logging.getLogger(__name__)


class AnyOnnx:
    """Fuses with an ONNX graph of two images to one.

    Inputs and output: float32, (1, 1, H, W) or (1, 3, H, W), in [0, 1]. An input of three channels
    is given the grey image three times; of an output of three channels, the luma is taken (BT.601).
    Batch, H and W may be free. Which input is which is told by words in their names (`INFRARED`,
    `VISIBLE`); if those say nothing, the first is the infrared one, and a warning is logged. Units
    are not guessed: a result that leaves [0, 1] by more than 0.05 is an error, one that leaves it
    by less is clipped.

    Args:
        path: the graph; weights in files beside it are found.
        name: what tables call it; the file's stem by default.
        threads: how many CPU threads one image may use; all cores by default.

    Raises:
        WeightsError: the file is missing, or no such graph.
        ConfigError: `threads` is below 1.
    """

    def __init__(self, path: Path, *, name: str | None = None, threads: int | None = None) -> None:
        self.name = name or path.stem
        if not path.is_file():
            raise WeightsError(f"{path} must be an ONNX file, but is no file. Check the path.")
        self._session = Session(path, str(path), threads)
        inputs = _checked(self._session.inputs, 2, f"{path}: inputs")
        _checked(self._session.outputs, 1, f"{path}: outputs")
        self._infrared, self._visible = _in_order([_input(each, path) for each in inputs], path)

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image; see `FusionMethod`.

        Raises:
            InputError: the graph does not take this size, or its result is no image of this size in
                [0, 1].
        """
        feeds = {
            tensor.name: self._fed(tensor, image)
            for tensor, image in ((self._infrared, infrared), (self._visible, visible))
        }
        try:
            (fused,) = self._session.run(None, feeds)
        except Exception as error:  # onnxruntime has no base class for its errors
            raise InputError(
                f"{self.name} could not fuse {size_text(visible)} pixels "
                f"({' '.join(str(error).split())[:200]}). Use another size."
            ) from error
        return self._image(fused, visible.shape)

    def _fed(self, tensor: "_Input", image: FloatImage) -> NDArray[np.float32]:
        for wanted, found in zip(tensor.size, image.shape, strict=True):
            if isinstance(wanted, int) and wanted != found:
                height, width = (side if isinstance(side, int) else "any" for side in tensor.size)
                raise InputError(
                    f"{self.name} takes {width}x{height} pixels only, got {size_text(image)}. "
                    f"Resize the pair, or export the graph with free height and width."
                )
        return np.repeat(image[None, None], tensor.channels, axis=1)  # (1, C, H, W)

    def _image(self, fused: NDArray[np.float32], size: tuple[int, ...]) -> FloatImage:
        if fused.ndim != 4 or fused.shape[:2] not in {(1, 1), (1, 3)} or fused.shape[2:] != size:
            height, width = size
            raise InputError(
                f"{self.name} must give the shape (1, 1 or 3, {height}, {width}) for "
                f"{width}x{height} pixels, but gave {fused.shape}. Use a size that it keeps."
            )
        low, high = fused.min(), fused.max()
        if not (low >= -TOLERANCE and high <= 1 + TOLERANCE):  # NaN is neither
            raise InputError(
                f"{self.name} must give values in [0, 1], but gave [{low:.3g}, {high:.3g}]. "
                f"Rescale its output inside the graph."
            )
        channels: FloatImage = np.clip(fused[0], 0.0, 1.0)  # (C, H, W)
        return bt601.luma(np.moveaxis(channels, 0, -1)) if len(channels) == 3 else channels[0]


class _Input(NamedTuple):
    """What the graph says of an input: a side is a number if it is fixed."""

    name: str
    channels: int
    size: tuple[int | str | None, ...]


def _checked(tensors: list[Any], number: int, what: str) -> list[Any]:
    if len(tensors) != number:
        names = ", ".join(tensor.name for tensor in tensors)
        raise WeightsError(
            f"{what} must be {number}, got {len(tensors)} ({names}). Export a graph with that many."
        )
    for tensor in tensors:
        if tensor.type != "tensor(float)":
            raise WeightsError(
                f"{what} must be float32, got {tensor.type} for {tensor.name}. Export the graph so."
            )
    return tensors


def _input(tensor: Any, path: Path) -> _Input:
    match tensor.shape:
        case [1 | str() | None, 1 | 3 as channels, height, width]:
            return _Input(tensor.name, channels, (height, width))
    raise WeightsError(
        f"{path}: inputs must have the shape (1, 1 or 3, H, W), got {tensor.shape} for "
        f"{tensor.name}. Export the graph so."
    )


def _in_order(inputs: list[_Input], path: Path) -> tuple[_Input, _Input]:
    """Infrared, then visible."""
    first, second = inputs
    kinds = _kind(first.name), _kind(second.name)
    if kinds[0] == kinds[1]:
        _log.warning(
            "%s: the names of its inputs do not tell them apart; taking the first, %s, as infrared "
            "and the second, %s, as visible.",
            *(path, first.name, second.name),
        )
    return (second, first) if kinds[0] > kinds[1] else (first, second)


def _kind(name: str) -> int:
    """−1 for infrared, 1 for visible, 0 if the name does not say, or says both."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    return bool(words & VISIBLE) - bool(words & INFRARED)
