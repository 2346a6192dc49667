"""What is timed: a model, and how it is run."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from clfnet import weights
from clfnet.inference.find import ONNX, find_method
from clfnet.method import FusionMethod
from clfnet.methods import METHODS


@dataclass(frozen=True)
class Candidate:
    """A model and how it is run.

    Attributes:
        model: what `clfnet.inference.find.find_method` knows.
        threads: how many CPU threads one image may use; all cores by default.
    """

    model: str
    threads: int | None = None

    def __str__(self) -> str:
        if self.threads is None:
            return self.model
        return f"{self.model}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    @property
    def graph(self) -> Path | None:
        """The ONNX file that it runs; None for a classical rule."""
        if self.model in METHODS:
            return None
        if self.model.startswith(ONNX):
            return Path(self.model.removeprefix(ONNX))
        return weights.find(self.model).onnx.path

    def load(self) -> FusionMethod:
        """Return what fuses; see `find_method` for what it raises."""
        return find_method(self.model, threads=self.threads)


def candidates(models: Iterable[str], threads: Iterable[int] = ()) -> list[Candidate]:
    """Combine models and numbers of threads, all cores by default; classical rules have but one.

    Example:
        >>> [str(each) for each in candidates(["clfnet", "maximum"], [1, 2])]
        ['clfnet, 1 thread', 'clfnet, 2 threads', 'maximum']
    """
    numbers = list(threads) or [os.cpu_count() or 1]
    each = (
        Candidate(model, None if model in METHODS else number)
        for model, number in product(models, numbers)
    )
    return list(dict.fromkeys(each))
