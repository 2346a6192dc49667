"""Any ONNX graph of two images to one, as a `FusionMethod`."""

import logging
import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.errors import ConfigError, InputError, WeightsError, one_line
from clfnet.inference.arrays import size_text
from clfnet.inference.onnx_form import RANGES, form_of, image_of, range_of, to_unit
from clfnet.inference.session import placed
from clfnet.method import FloatImage

_PROBE = (122, 126)  # a size that no network of several scales takes as it is
_MULTIPLES = (1, 32, 64)  # of pixels, that the sides of an image may have to be
_STATED = re.compile(r",(input|output|first)=([^,=]*)$")
_CHOICES = {"input": [*RANGES], "output": [*RANGES], "first": ["infrared", "visible"]}

_log = logging.getLogger(__name__)


class AnyOnnx:
    """Fuses with an ONNX graph of two images to one, in one of the usual forms.

    Inputs: two images of 1 or 3 channels, or one of 2, 4 or 6 that holds both; channels first or
    last; float32, float16, float64 or uint8. Three channels are given the grey image three times.
    Of several outputs the first is taken, of three channels the luma (BT.601). Which input is which
    is told by words in their names (`clfnet.inference.onnx_form.INFRARED`, `VISIBLE`); if those say
    nothing, the first is the infrared one, and a warning is logged.

    A graph of fixed height and width is given overlapping pieces of this size; smaller images are
    continued by their mirror image. So are images whose sides must be multiples of 32 or 64.

    Args:
        path: the graph; weights in files beside it are found.
        name: what tables call it; the file's stem by default.
        threads: how many CPU threads one image may use; all cores by default.
        input: the range that the inputs are given in, a name of `RANGES`; [0, 1] by default, levels
            for uint8.
        output: the range of the result. By default it is told by what the graph makes of a black
            pair and of a white one. An image that leaves it by more than a twentieth is an error,
            one that leaves it by less is clipped.
        first: which image comes first, "infrared" or "visible".
        device: where it runs; see `clfnet.inference.device.find_device`.

    Raises:
        WeightsError: the file is missing, or no such graph.
        ConfigError: `threads` is below 1, or another argument is out of its choices.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str | None = None,
        threads: int | None = None,
        input: str | None = None,  # noqa: A002 -- what the graph calls it
        output: str | None = None,
        first: str | None = None,
        device: str = "cpu",
    ) -> None:
        for key, value in {"input": input, "output": output, "first": first}.items():
            _check_choice(key, value)
        self.name = name or path.stem
        self._where = f"onnx:{path}"
        if not path.is_file():
            raise WeightsError(f"{path} must be an ONNX file, but is no file. Check the path.")
        self.device, self._session = placed(device, path, str(path), threads)
        self._form = form_of(self._session.inputs, path, first)
        self._given = RANGES[input or ("levels" if self._form.takes_levels else "unit")]
        self._taken = RANGES[output or "unit"]
        self._multiple, found = self._probed()
        self._taken = RANGES[output or found]
        self._tell(path, None if output else found)

    @classmethod
    def parse(cls, text: str, *, threads: int | None = None, device: str = "cpu") -> Self:
        """Make one of FILE[,input=RANGE][,output=RANGE][,first=KIND].

        Raises:
            WeightsError: the file is missing, or no such graph.
            ConfigError: something else is stated than there is.
        """
        stated: dict[str, str] = {}
        while found := _STATED.search(text):
            text = text[: found.start()]
            stated[found[1]] = found[2]
        return cls(
            Path(text),
            threads=threads,
            device=device,
            input=stated.get("input"),
            output=stated.get("output"),
            first=stated.get("first"),
        )

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image; see `FusionMethod`.

        Raises:
            InputError: the graph does not take this size, or its result is no image of this size in
                its range.
        """
        height, width = visible.shape
        sides = [
            _side(*each, self._multiple)
            for each in zip(visible.shape, self._form.size, strict=True)
        ]
        pair = [_continued(image, *sides) for image in (infrared, visible)]
        pieces = [*_pieces(pair[0].shape, self._form.size)]
        if len(pieces) == 1:
            return self._fused(*pair)[:height, :width]
        total, weights = np.zeros(pair[0].shape, np.float32), np.zeros(pair[0].shape, np.float32)
        for piece in pieces:
            fused = self._fused(pair[0][piece], pair[1][piece])
            weight = _weight(fused.shape)
            total[piece] += weight * fused
            weights[piece] += weight
        return (total / weights)[:height, :width]

    def _fused(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Fuse a pair of a size that the graph takes."""
        try:
            result = self._run(infrared, visible)
        except Exception as error:  # onnxruntime has no base class for its errors
            raise InputError(
                f"{self.name} could not fuse {size_text(visible)} pixels "
                f"({one_line(error)}). Use another size."
            ) from error
        image = image_of(result, visible.shape)
        if image is None:
            raise InputError(
                f"{self.name} must give one image of {size_text(visible)} pixels, in 1 or 3 "
                f"channels, but gave the shape {result.shape}. Use a size that it keeps."
            )
        unit = to_unit(image, self._taken, self.name, self._where)
        return bt601.luma(unit) if unit.shape[2] == 3 else unit[..., 0]

    def _run(self, infrared: FloatImage, visible: FloatImage) -> NDArray[Any]:
        """Run the graph; return its first output."""
        feeds = self._form.feeds(infrared, visible, self._given)
        first: NDArray[Any] = self._session.run([self._session.outputs[0].name], feeds)[0]
        return first

    def _probed(self) -> tuple[int, str]:
        """Tell of which number of pixels sides must be multiples, and which range comes out."""
        for multiple in _MULTIPLES:
            size = [
                fixed or -(-side // multiple) * multiple
                for fixed, side in zip(self._form.size, _PROBE, strict=True)
            ]
            black, white = np.zeros(size, np.float32), np.ones(size, np.float32)
            try:
                results = self._run(black, black), self._run(white, white)
            except Exception:  # noqa: BLE001, S112  # of any kind; the size may be the cause
                continue
            if image_of(results[0], black.shape) is not None:
                return multiple, range_of(*results)
        return 1, "unit"  # a pair will tell what is wrong

    def _tell(self, path: Path, found: str | None) -> None:
        """Log what was decided and might be wrong."""
        form = self._form
        if not form.is_told and len(form.tensors) == 2:
            _log.warning(
                "%s: the names of its inputs do not tell them apart; taking the first, %s, as "
                "infrared and the second, %s, as visible. Otherwise: --model %s,first=visible",
                *(path, form.tensors[0].name, form.tensors[1].name, self._where),
            )
        elif not form.is_told:
            _log.warning(
                "%s: its input, %s, holds both images; taking the infrared one as the first. "
                "Otherwise: --model %s,first=visible",
                *(path, form.tensors[0].name, self._where),
            )
        outputs = self._session.outputs
        if len(outputs) > 1:
            names = ", ".join(each.name for each in outputs[1:])
            _log.warning(
                "%s: taking its first output, %s, of several (%s).", path, outputs[0].name, names
            )
        if found in ("signed", "levels") and outputs[0].type != "tensor(uint8)":
            _log.warning(
                "%s: its results are taken to be in [%g, %g], as those of a black and of a white "
                "pair are. Otherwise: --model %s,output=NAME with one of %s",
                *(path, *RANGES[found], self._where, ", ".join(RANGES)),
            )


def _check_choice(name: str, value: str | None) -> None:
    if value is not None and value not in _CHOICES[name]:
        raise ConfigError(
            f"`{name}` of an ONNX graph must be one of {', '.join(_CHOICES[name])}, got "
            f"{value!r:.60}. Choose one."
        )


def _side(length: int, fixed: int | None, multiple: int) -> int:
    """Return how long a side must be to be fused."""
    return max(length, fixed) if fixed else -(-length // multiple) * multiple


def _continued(image: FloatImage, height: int, width: int) -> FloatImage:
    """Continue an image by its mirror image below and on the right."""
    below, beside = height - image.shape[0], width - image.shape[1]
    return np.pad(image, ((0, below), (0, beside)), "symmetric") if below or beside else image


def _pieces(
    shape: Sequence[int], fixed: tuple[int | None, int | None]
) -> Iterator[tuple[slice, slice]]:
    """Yield what an image is fused in: pieces of a fixed size overlap by a quarter at least."""
    yield from product(*(_spans(*each) for each in zip(shape, fixed, strict=True)))


def _spans(length: int, fixed: int | None) -> list[slice]:
    if fixed is None or length <= fixed:
        return [slice(0, length)]
    number = 1 + -(-(length - fixed) // max(1, fixed * 3 // 4))
    starts = np.linspace(0, length - fixed, number).round().astype(int)
    return [slice(int(start), int(start) + fixed) for start in starts]


def _weight(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return how much each pixel of a piece counts: the less, the nearer it is to an edge."""
    rows, columns = (np.minimum(np.arange(1, n + 1), np.arange(n, 0, -1)) for n in shape)
    return np.outer(rows, columns).astype(np.float32)
