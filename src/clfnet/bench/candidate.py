"""A candidate of a benchmark: a model, its threads and its backend."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from clfnet import weights
from clfnet.inference.backend import BACKENDS
from clfnet.inference.find import ONNX, find_method
from clfnet.method import FusionMethod
from clfnet.methods import METHODS


@dataclass(frozen=True)
class Candidate:
    """A model and how it is run.

    Attributes:
        model: what `clfnet.inference.find.find_method` knows.
        threads: how many CPU threads one image may use; all cores by default.
        backend: what runs it, one of `clfnet.inference.backend.BACKENDS`; the first by default.
    """

    model: str
    threads: int | None = None
    backend: str | None = None

    def __str__(self) -> str:
        parts = [self.model]
        if self.backend not in (None, BACKENDS[0]):
            parts.append(str(self.backend))
        if self.threads is not None:
            parts.append(f"{self.threads} thread{'s' if self.threads > 1 else ''}")
        return ", ".join(parts)

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
        return find_method(self.model, threads=self.threads, backend=self.backend or BACKENDS[0])


def candidates(
    models: Iterable[str], threads: Iterable[int] = (), backends: Iterable[str] = ()
) -> list[Candidate]:
    """Combine models, numbers of threads and backends.

    By default, all cores and ONNX Runtime. Classical rules have neither threads nor backends,
    foreign graphs ONNX Runtime alone.

    Example:
        >>> [str(each) for each in candidates(["clfnet", "maximum"], [1, 2])]
        ['clfnet, 1 thread', 'clfnet, 2 threads', 'maximum']
    """
    numbers = list(threads) or [os.cpu_count() or 1]
    kinds = list(backends) or [BACKENDS[0]]
    each = (_fitting(*one) for one in product(models, numbers, kinds))
    return list(dict.fromkeys(each))


def _fitting(model: str, threads: int, backend: str) -> Candidate:
    """Leave out what the model knows nothing of."""
    if model in METHODS:
        return Candidate(model)
    return Candidate(model, threads, BACKENDS[0] if model.startswith(ONNX) else backend)
