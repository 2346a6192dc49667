"""A detector of persons in an ONNX file, whatever its family; detections kept by content."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, WeightsError, one_line
from clfnet.inference.session import Session
from clfnet.io.files import write_atomic
from clfnet.usefulness.adapters import ADAPTERS, Adapter
from clfnet.usefulness.adapters.adapter import Shape
from clfnet.usefulness.boxes import Detections, candidates
from clfnet.usefulness.resize import Picture

ANY_SIDE = 640
"""Of the square that a graph with a free size is given, in pixels."""

_VERSION = b"1"  # of what is kept; another one where the same detector would find other boxes


class Detector(Protocol):
    """Finds persons.

    Attributes:
        name: what tables call it.
    """

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    def __call__(self, picture: Picture) -> Detections:
        """Find the persons of an image, uint8, (H, W, 3) RGB; (N, 5), the best first."""
        ...


class OnnxDetector:
    """A detector of persons in an ONNX file.

    The graph has one input, float32, (1, 3, N, N). Which family it is of, and so how levels are
    scaled and outputs are read, shows in the shapes of its outputs, or is said.

    Args:
        path: the file.
        family: one of `ADAPTERS`; found by default.
        keep: a folder in which detections are kept, by the contents of detector and image, so
            that no image is looked at twice; None keeps nothing.
        threads: how many CPU threads an image may use; all cores by default.

    Raises:
        WeightsError: the file is missing, no ONNX graph, or of no family.
        ConfigError: there is no such family, or `threads` is below 1.
    """

    def __init__(
        self,
        path: Path,
        *,
        family: str | None = None,
        keep: Path | None = None,
        threads: int | None = None,
    ) -> None:
        if family is not None and family not in ADAPTERS:
            known = ", ".join(ADAPTERS)
            raise ConfigError(f"`detector` must be of one of {known}, got {family!r}. Choose one.")
        if not path.is_file():
            raise WeightsError(f"{path} must be an ONNX file, but is no file. Check the path.")
        self.name = path.stem
        graph = path.read_bytes()
        self._session = Session(path, str(path), threads)
        self._input, self._side = _input(self._session.inputs, path)
        shapes = [output.shape for output in self._session.outputs]
        self.adapter = ADAPTERS[family] if family else _find(self._side, shapes, path)
        self._keep = keep
        self._identity = sha256(graph + self.adapter.name.encode() + _VERSION).digest()

    def __call__(self, picture: Picture) -> Detections:
        """See `Detector`."""
        if self._keep is None:
            return self._detect(picture)
        content = sha256(self._identity + repr(picture.shape).encode())
        content.update(picture.tobytes())
        key = content.hexdigest()
        place = self._keep / key[:2] / f"{key[2:32]}.npy"
        try:
            return np.asarray(np.load(place), np.float64)
        except (OSError, ValueError, EOFError):  # not there, or damaged
            found = self._detect(picture)
            buffer = BytesIO()
            np.save(buffer, found.astype(np.float32))
            write_atomic(place, buffer.getvalue(), overwrite=True)
            return found

    def _detect(self, picture: Picture) -> Detections:
        placed = self.adapter.place(picture, self._side)
        feed = {self._input: self.adapter.tensor(placed.picture)}
        try:
            outputs: list[NDArray[Any]] = self._session.run(None, feed)
            boxes, scores = self.adapter.persons(outputs, self._side)
            found = candidates(placed.undo(boxes), scores)
        except Exception as error:  # of ONNX Runtime, or shapes that are not the family's
            raise WeightsError(
                f"{self.name} must be a detector with {self.adapter.layout}, but did not run as "
                f"one ({one_line(error)}). Name another family: "
                f"{', '.join(ADAPTERS)}."
            ) from error
        return found.astype(np.float32).astype(np.float64)  # as it is when kept


def parse_detector(
    text: str, *, keep: Path | None = None, threads: int | None = None
) -> OnnxDetector:
    """Load the detector that "FILE.onnx" or "FAMILY:FILE.onnx" names; see `OnnxDetector`."""
    family, colon, file = text.partition(":")
    if colon and family in ADAPTERS:
        return OnnxDetector(Path(file), family=family, keep=keep, threads=threads)
    return OnnxDetector(Path(text), keep=keep, threads=threads)


def _input(inputs: list[Any], path: Path) -> tuple[str, int]:
    """The name of the input and the side of its square."""
    if len(inputs) == 1:
        match inputs[0].shape:
            case [_, 3, int() as height, int() as width] if height == width:
                return str(inputs[0].name), height
            case [_, 3, str() | None, str() | None]:
                return str(inputs[0].name), ANY_SIDE
    got = ", ".join(f"{each.name} {each.shape}" for each in inputs)
    raise WeightsError(
        f"{path} must be a detector with one input (1, 3, N, N), got {got}. Export it in that form."
    )


def _find(side: int, shapes: list[Shape], path: Path) -> Adapter:
    """The family whose outputs these are."""
    for adapter in ADAPTERS.values():
        if adapter.fits(side, shapes):
            return adapter
    known = "; ".join(f"{adapter.name}: {adapter.layout}" for adapter in ADAPTERS.values())
    raise WeightsError(
        f"{path} must be a detector of a known family ({known}), but its outputs are "
        f"{', '.join(map(str, shapes))}. Export it in that form, or name the family: FAMILY:{path}."
    )
