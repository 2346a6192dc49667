"""The logs of a run: a CSV file, TensorBoard's events, sample images."""

import csv
import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from clfnet.errors import InputError
from clfnet.io.files import write_atomic
from clfnet.training.dataset import Pair

_FIELDS = ("step", "name", "value")


class RunLog:
    """Appends values to ``log.csv`` (columns step, name, value) and to TensorBoard's events.

    Args:
        folder: the run's folder.
        step: the run continues after this step; later rows of a killed run are dropped.

    Raises:
        InputError: the system refuses, e.g. the disk is full.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self.path = folder / "log.csv"
        rows = [row for row in read_log(self.path) if row[0] <= step] if step else []
        write_atomic(self.path, _csv([_FIELDS, *rows]), overwrite=True)
        with self._refusals():
            self._events = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
        self._before = threading.excepthook
        threading.excepthook = self._of_thread

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Add the values of a step.

        Raises:
            InputError: the system refuses, e.g. the disk is full.
        """
        with self._refusals():
            with self.path.open("ab") as file:
                file.write(_csv([(step, name, value) for name, value in values.items()]))
            for name, value in values.items():
                self._events.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush what TensorBoard still holds.

        Raises:
            InputError: the system refuses.
        """
        try:
            with self._refusals():
                self._events.close()
        finally:
            threading.excepthook = self._before

    def _of_thread(self, raised: threading.ExceptHookArgs) -> None:
        """TensorBoard's thread prints what it also raises in ours at the next call."""
        if not isinstance(raised.exc_value, OSError):
            self._before(raised)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self.path.parent} cannot be written to: {error.strerror or error}. Free "
                "space on the disk, then resume the run."
            ) from error


def read_log(path: Path) -> list[tuple[int, str, float]]:
    """All rows (step, name, value) of a log; a half-written last row is left out."""
    if not path.exists():
        return []
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    rows = list(csv.reader(io.StringIO(whole)))[1:]
    return [(int(step), name, float(value)) for step, name, value in rows]


def save_sample(
    folder: Path, step: int, pairs: Sequence[Pair], pictures: Sequence[NDArray[np.uint8]]
) -> None:
    """Write infrared, visible and fused of each pair side by side, one pair a row."""
    rows = [
        np.hstack((pair.infrared, pair.visible, picture))
        for pair, picture in zip(pairs, pictures, strict=True)
    ]
    width = max(row.shape[1] for row in rows)
    sheet = np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]))) for row in rows])
    buffer = io.BytesIO()
    PIL.Image.fromarray(sheet).save(buffer, "PNG")
    write_atomic(folder / "samples" / f"{step:06d}.png", buffer.getvalue(), overwrite=True)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
