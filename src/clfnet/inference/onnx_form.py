"""The inputs and outputs of ONNX graphs of other origin: layout, channels, type and range."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError, WeightsError
from clfnet.method import FloatImage

INFRARED = frozenset({"inf", "infrared", "ir", "lwir", "thermal", "tir"})
VISIBLE = frozenset({"rgb", "vi", "vis", "visible"})
"""Words by which the name of an input tells its kind."""

Side = int | None
"""Of an image: a number if it is fixed."""

_TYPES: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}
_CHANNELS = {1: (1, 1), 2: (1, 1), 3: (3, 3), 4: (1, 3), 6: (3, 3)}
"""Of the infrared and the visible image, by the channels of an input; 4 are grey and colour."""


class Range(NamedTuple):
    """The values that stand for black and white."""

    low: float
    high: float


RANGES: Mapping[str, Range] = {
    "unit": Range(0, 1),
    "signed": Range(-1, 1),
    "levels": Range(0, 255),
}
"""The ranges that networks are trained with."""

TOLERANCE = 0.05
"""By which share of its range a result may leave it and still is taken for that range, overshot."""


@dataclass(frozen=True)
class Tensor:
    """An input or output.

    Attributes:
        name: what the graph calls it.
        kind: the type of its numbers.
        channels: how many it has.
        size: height and width.
        is_last: channels come last, (1, H, W, C).
    """

    name: str
    kind: type[np.generic]
    channels: int
    size: tuple[Side, Side]
    is_last: bool

    def packed(self, channels: Sequence[FloatImage], values: Range) -> NDArray[Any]:
        """Return grey images in [0, 1], one for each channel, as the tensor takes them."""
        stacked = np.stack(channels, axis=-1 if self.is_last else 0)[None]
        ranged = stacked * np.float32(values.high - values.low) + np.float32(values.low)
        return (np.rint(ranged) if self.kind is np.uint8 else ranged).astype(self.kind)


class Form(NamedTuple):
    """How a graph takes a pair: in two tensors, or in one that holds the channels of both."""

    tensors: tuple[Tensor, ...]
    first: str
    is_told: bool

    def feeds(
        self, infrared: FloatImage, visible: FloatImage, values: Range
    ) -> dict[str, NDArray[Any]]:
        """Return what a run is given."""
        images = [infrared, visible]
        if len(self.tensors) == 1:
            (tensor,) = self.tensors
            copies = zip(images, _CHANNELS[tensor.channels], strict=True)
            parts = [[image] * number for image, number in copies]
            one, other = parts if self.first == "infrared" else parts[::-1]
            return {tensor.name: tensor.packed(one + other, values)}
        ordered = images if self.first == "infrared" else images[::-1]
        return {
            tensor.name: tensor.packed([image] * tensor.channels, values)
            for tensor, image in zip(self.tensors, ordered, strict=True)
        }

    @property
    def size(self) -> tuple[Side, Side]:
        """Height and width that the graph asks for."""
        return self.tensors[0].size

    @property
    def takes_levels(self) -> bool:
        """The inputs are whole numbers, so that their range is known."""
        return self.tensors[0].kind is np.uint8


def form_of(inputs: Sequence[Any], path: Any, first: str | None = None) -> Form:
    """Read how a graph takes a pair from ONNX Runtime's account of its inputs.

    Args:
        inputs: what it says of them.
        path: of the graph, for messages.
        first: which image the first input, or its first channels, are: "infrared" or "visible"; by
            the names of the inputs if None, and "infrared" if these do not tell.

    Raises:
        WeightsError: the graph takes no pair, or in no known form.
    """
    tensors = tuple(_tensor(each, path) for each in inputs)
    channels = [each.channels for each in tensors]
    if not (len(tensors) == 2 and set(channels) <= {1, 3}) and channels not in ([2], [4], [6]):
        found = ", ".join(f"{each.name} {shape_text(each)}" for each in inputs)
        raise WeightsError(
            f"{path}: inputs must be two images of 1 or 3 channels, or one of 2, 4 or 6 that holds "
            f"both, got {found}. Export the graph in that form."
        )
    told = first or _first(tensors)
    return Form(tensors, told or "infrared", told is not None)


def image_of(result: NDArray[Any], size: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return a result as (H, W, C), C 1 or 3; None if it is no image of this size."""
    array = result[0] if result.ndim == 4 and len(result) == 1 else result
    if array.shape == size:
        array = array[..., None]
    elif array.ndim == 3 and array.shape[1:] == size and array.shape[0] in (1, 3):
        array = np.moveaxis(array, 0, -1)
    if array.ndim != 3 or array.shape[:2] != size or array.shape[2] not in (1, 3):
        return None
    return array.astype(np.float32)


def to_unit(image: NDArray[np.float32], values: Range, name: str, where: str) -> FloatImage:
    """Return values of a range in [0, 1]; a small overshoot is clipped.

    Raises:
        InputError: they leave the range.
    """
    low, high = float(image.min()), float(image.max())
    slack = TOLERANCE * (values.high - values.low)
    if not (low >= values.low - slack and high <= values.high + slack):  # NaN is neither
        raise InputError(
            f"{name} must give values in [{values.low:g}, {values.high:g}], but gave "
            f"[{low:.3g}, {high:.3g}]. Say which range it gives: --model {where},output=NAME with "
            f"one of {', '.join(RANGES)}, or rescale its output inside the graph."
        )
    unit: FloatImage = (image - np.float32(values.low)) / np.float32(values.high - values.low)
    return np.clip(unit, 0.0, 1.0)


def range_of(black: NDArray[Any], white: NDArray[Any]) -> str:
    """Tell by what a graph makes of black pairs and of white ones which range it gives.

    Example:
        >>> range_of(np.full(4, -0.9), np.full(4, 0.9)), range_of(np.zeros(4), np.full(4, 250.0))
        ('signed', 'levels')
    """
    if black.dtype == np.uint8:
        return "levels"
    if float(black.mean()) < -0.5:
        return "signed"
    return "levels" if float(white.mean()) > 2 else "unit"


def shape_text(tensor: Any) -> str:
    """Return a tensor's shape in words."""
    return f"({', '.join(map(str, tensor.shape))})"


def _tensor(given: Any, path: Any) -> Tensor:
    kind = _TYPES.get(given.type)
    if kind is None:
        raise WeightsError(
            f"{path}: inputs must be float32, float16, float64 or uint8, got {given.type} for "
            f"{given.name}. Export the graph in that form."
        )
    match given.shape:
        case [1 | str() | None, int(channels), height, width] if channels in _CHANNELS:
            return Tensor(given.name, kind, channels, (_side(height), _side(width)), is_last=False)
        case [1 | str() | None, height, width, int(channels)] if channels in _CHANNELS:
            return Tensor(given.name, kind, channels, (_side(height), _side(width)), is_last=True)
    raise WeightsError(
        f"{path}: inputs must have the shape (1, C, H, W) or (1, H, W, C), got "
        f"{shape_text(given)} for {given.name}. Export the graph in that form."
    )


def _side(value: int | str | None) -> Side:
    return value if isinstance(value, int) else None


def _first(tensors: Sequence[Tensor]) -> str | None:
    """Tell which image comes first; None if the names do not say."""
    if len(tensors) == 1:
        named = [kind for word in _words(tensors[0].name) if (kind := _kind({word}))]
        return _NAMED[named[0]] if len(set(named)) == 2 else None
    one, other = (_kind(set(_words(each.name))) for each in tensors)
    if one == other:
        return None
    return "infrared" if one < other else "visible"


_NAMED = {-1: "infrared", 1: "visible"}


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def _kind(words: set[str]) -> int:
    """−1 for infrared, 1 for visible, 0 if the words do not say, or say both."""
    return bool(words & VISIBLE) - bool(words & INFRARED)
