"""Folders of fused images, measured against labelled persons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clfnet.errors import InputError
from clfnet.evaluation.bootstrap import Difference
from clfnet.usefulness.detector import Detector
from clfnet.usefulness.intervals import differences_of_use
from clfnet.usefulness.labels import LabelledPair
from clfnet.usefulness.yardstick import Bar, Fused, Usefulness, Yardstick

SOURCES: Mapping[str, Fused] = {
    "infrared alone": lambda _, sources: sources.infrared,
    "visible alone": lambda _, sources: sources.visible,
}
"""What fusing must be better than."""

Progress = Callable[[str, int, int], object]
"""Called after each image: of what, how many are done, of how many."""


@dataclass(frozen=True)
class Report:
    """What folders of fused images are worth.

    Attributes:
        methods: by name, the sources first.
        bar: both sources' detections merged.
        differences: by method and part, from the baseline; empty without one.
    """

    methods: Mapping[str, Usefulness]
    bar: Bar
    differences: Mapping[str, Mapping[str, Difference]]


def usefulness(
    pairs: Sequence[LabelledPair],
    detectors: Sequence[Detector],
    fused: Mapping[str, Fused],
    *,
    baseline: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure fused images, and both sources beside them.

    Args:
        pairs: labelled pairs.
        detectors: what finds persons.
        fused: by the method's name, a folder or the images; see `Yardstick.measure`.
        baseline: a method from which the others' differences are taken.
        progress: called after each image.

    Raises:
        InputError: no pairs, or a method has the name of a source; or see `Yardstick.measure`.
        ConfigError: the baseline is none of the methods.
    """
    taken = SOURCES.keys() & fused.keys()
    if taken:
        raise InputError(f"`fused` must have other names than {', '.join(taken)}. Rename it.")
    every = {**SOURCES, **fused}
    if baseline is not None and baseline not in every:
        raise InputError(f"`baseline` must be one of {', '.join(every)}, got {baseline!r}.")
    yardstick = Yardstick(pairs, detectors)

    def told(name: str) -> Callable[[int, int], object] | None:
        return None if progress is None else lambda done, total: progress(name, done, total)

    yardstick.prepare(told("sources"))
    measured = {name: yardstick.measure(each, told(name)) for name, each in every.items()}
    bar = yardstick.bar()
    return Report(
        {name: yardstick.score(each, bar=bar) for name, each in measured.items()},
        bar,
        {} if baseline is None else differences_of_use(yardstick, measured, baseline),
    )
