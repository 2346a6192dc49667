"""Is a fused image of use? Five parts in [0, 1], and their geometric mean U.

====  ============================================================================================
D     detection: the average precision of persons in the fused images, over that of both sources'
      detections merged; by day and by night
C     complement: persons that a detector finds in one source alone, still found when fused; the
      worse source, over both merged
S     structure: how strong the detail that only one source has still is; the worse source
P     pop-out: the contrast of persons with what is around, over the better source's
W     whiteness: how little of the day's images is much brighter than the visible one
====  ============================================================================================

Each is won by some image that is of no use (a copy, an average, a chequerboard, noise): all of
them together are not. Guards beside U: `sunk`, what of the day is much darker than the visible
image, and the contrast of what is cold that is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, InputError, PairingError
from clfnet.io.image import read_image, to_uint8
from clfnet.io.pairing import images_by_stem, listed
from clfnet.usefulness.boxes import Detections, merge
from clfnet.usefulness.cold import cold_contrast
from clfnet.usefulness.complement import OneSource, complement, one_source_only
from clfnet.usefulness.detector import Detector
from clfnet.usefulness.filters import detail, grey
from clfnet.usefulness.labels import DAY, NIGHT, LabelledPair, Sources, fitted
from clfnet.usefulness.matching import Counts, Match, Matches, match
from clfnet.usefulness.pop_out import contrasts, pop_out
from clfnet.usefulness.resize import Picture
from clfnet.usefulness.structure import OwnDetail, own_details, structure
from clfnet.usefulness.whiteness import sunk, whitened, whiteness

PARTS = ("D", "C", "S", "P", "W")

LEAST = 1e-3
"""A part below this counts as this much in U, so that one of 0 does not hide the others."""

Progress = Callable[[int, int], object]
"""Called after each image: how many are done, of how many."""

Fuse = Callable[[LabelledPair, Sources], Picture]
"""Gives the fused image of a pair: uint8, (H, W) or (H, W, 3) RGB."""

Fused = str | Path | Mapping[str, Picture] | Fuse
"""A folder of images whose stems are the pairs' names, the images by that name, or what makes
them, e.g. `lambda pair, sources: fuser(sources.infrared, sources.visible)`."""


@dataclass(frozen=True)
class Usefulness:
    """What one method's fused images are worth.

    Attributes:
        parts: D, C, S, P and W, in [0, 1] where 1 is as good as could be asked for (D and C may
            pass 1); not a number where the labels do not tell, e.g. W without images by day.
        u: the geometric mean of the parts that have a value.
        least: the least of them.
        sunk: share of the day's pixels that are much darker than the visible image's.
        precision: average precision at an overlap of 0.5, by light and detector.
        by_light: D, S, P and cold contrast kept, by light.
    """

    parts: Mapping[str, float]
    u: float
    least: float
    sunk: float
    precision: Mapping[str, Mapping[str, float]]
    by_light: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured in one method's images, ready to be weighed.

    Attributes:
        matches: by detector, who was found.
        structure: by image.
        pop_out: by person.
        whitened: by image.
        sunk: by image.
        cold: by image.
    """

    matches: Mapping[str, Matches]
    structure: NDArray[np.float64]
    pop_out: NDArray[np.float64]
    whitened: NDArray[np.float64]
    sunk: NDArray[np.float64]
    cold: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bar:
    """What D and C are taken over: the detections of both sources, merged.

    Attributes:
        precision: their average precision, by light and detector.
        one_source: by detector, who is found in the infrared images alone, and in the visible
            ones alone; each (P,).
        complement: the recall of these in the merged detections, the worse source.
    """

    precision: Mapping[str, Mapping[str, float]]
    one_source: Mapping[str, OneSource]
    complement: float


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A labelled pair with all that is the same for every method."""

    sources: Sources
    own: tuple[OwnDetail, OwnDetail]
    contrasts: tuple[NDArray[np.float64], NDArray[np.float64]]
    detections: Mapping[str, tuple[Detections, Detections]]


class Yardstick:
    """Measures fused images of one set of labelled pairs.

    The sources are looked at once, at the first need; some 3 MB per pair are kept.

    Args:
        pairs: the labelled pairs.
        detectors: what finds persons; none leaves D and C out.

    Raises:
        InputError: no pairs, or two detectors of one name.

    Example:
        >>> import tempfile
        >>> from clfnet.io.image import Image, write_image
        >>> files = [Path(tempfile.mkdtemp()) / name for name in ("ir.png", "vi.png")]
        >>> for file in files:
        ...     write_image(file, Image(np.full((64, 64), 99, np.uint8)))
        >>> person, nobody = np.array([[10.0, 10, 30, 50]]), np.empty((0, 4))
        >>> yardstick = Yardstick([LabelledPair("a", "street", "day", *files, person, nobody)], [])
        >>> yardstick.score(yardstick.measure(lambda _, sources: sources.visible)).parts["W"]
        1.0
    """

    def __init__(self, pairs: Iterable[LabelledPair], detectors: Sequence[Detector]) -> None:
        self.pairs = list(pairs)
        self.detectors = list(detectors)
        names = [detector.name for detector in self.detectors]
        if not self.pairs:
            raise InputError("`pairs` must be at least one, got none.")
        if len(set(names)) < len(names):
            raise InputError(f"`detectors` must have names of their own, got {', '.join(names)}.")
        self.lights = [
            light
            for light in dict.fromkeys([DAY, NIGHT, *(pair.light for pair in self.pairs)])
            if any(pair.light == light for pair in self.pairs)
        ]
        self._light = np.array([pair.light for pair in self.pairs])
        self._ready: list[_Prepared] = []

    @property
    def once(self) -> Counts:
        """Every image counts once."""
        return np.ones(len(self.pairs))

    def prepare(self, progress: Progress | None = None) -> None:
        """Look at the sources; what else would be done at the first measurement.

        Raises:
            ImageError: a file cannot be read.
        """
        for pair in self.pairs[len(self._ready) :]:
            self._ready.append(self._prepare(pair))
            if progress:
                progress(len(self._ready), len(self.pairs))

    def sources(self) -> Iterator[tuple[LabelledPair, Sources]]:
        """Yield each pair and its images as they are measured; what is fused of them fits.

        Raises:
            ImageError: a file cannot be read.
        """
        for pair in self.pairs:
            yield pair, pair.read()

    def measure(self, fused: Fused, progress: Progress | None = None) -> Measured:
        """Look at one method's fused images.

        Args:
            fused: a folder, the images by the pair's name, or what makes them: uint8, (H, W) or
                (H, W, 3) RGB, of the visible image's size or that at which it is measured.
            progress: called after each image.

        Raises:
            PairingError: a pair has no fused image.
            SizeMismatchError: one has another size than its pair.
            ImageError: a file cannot be read, or an array is no such image.
        """
        self.prepare()
        read = _reader(fused, [pair.name for pair in self.pairs])
        found: dict[str, list[Match]] = {detector.name: [] for detector in self.detectors}
        rows, persons = [], []
        for done, (pair, ready) in enumerate(zip(self.pairs, self._ready, strict=True), start=1):
            picture = fitted(read(pair, ready.sources), ready.sources, f"{pair.name}'s fused image")
            for detector in self.detectors:
                found[detector.name].append(_matched(detector(_rgb(picture)), ready.sources))
            rows.append(_measured(grey(picture), ready))
            seen = contrasts(grey(picture), ready.sources.persons)
            persons.append(pop_out(seen, *ready.contrasts))
            if progress:
                progress(done, len(self.pairs))
        values = np.array(rows).T
        matches = {name: Matches(each) for name, each in found.items()}
        return Measured(matches, values[0], np.concatenate(persons), *values[1:])

    def bar(self, counts: Counts | None = None) -> Bar:
        """Return what D and C are taken over.

        Args:
            counts: how often each image counts; once by default.
        """
        counts = self.once if counts is None else counts
        infrared, visible = self.of_sources
        one_source = {
            name: one_source_only(infrared[name], visible[name], counts) for name in infrared
        }
        return Bar(
            {light: _precision(self.merged, some) for light, some in self._by_light(counts)},
            one_source,
            _complement(self.merged, one_source, counts),
        )

    def score(
        self, measured: Measured, counts: Counts | None = None, bar: Bar | None = None
    ) -> Usefulness:
        """Weigh what was measured.

        Args:
            measured: of this yardstick.
            counts: how often each image counts; once by default.
            bar: `bar(counts)`, if it is there already.
        """
        counts = self.once if counts is None else counts
        bar = self.bar(counts) if bar is None else bar
        of = dict(self._by_light(counts))
        precision = {light: _precision(measured.matches, some) for light, some in of.items()}
        by_light = {
            light: {
                "D": _over(_mean(precision[light].values()), _mean(bar.precision[light].values())),
                "S": _weighed(measured.structure, some),
                "P": _weighed(measured.pop_out, some[self._person_picture]),
                "cold": _weighed(measured.cold, some),
            }
            for light, some in of.items()
        }
        by_day = of.get(DAY, np.zeros(len(counts)))
        parts = {
            "D": _mean(each["D"] for each in by_light.values()),
            "C": _over(_complement(measured.matches, bar.one_source, counts), bar.complement),
            "S": float(np.maximum(0, _mean(each["S"] for each in by_light.values()))),
            "P": _mean(each["P"] for each in by_light.values()),
            "W": whiteness(_weighed(measured.whitened, by_day)),
        }
        known = [value for value in parts.values() if not np.isnan(value)]
        u = float(np.exp(np.mean(np.log(np.maximum(known, LEAST))))) if known else nan
        least = min(known, default=nan)
        return Usefulness(parts, u, least, _weighed(measured.sunk, by_day), precision, by_light)

    @cached_property
    def merged(self) -> Mapping[str, Matches]:
        """By detector, who is found in both sources' detections merged."""
        return self._matches(lambda both: merge(*both))

    @cached_property
    def of_sources(self) -> tuple[Mapping[str, Matches], Mapping[str, Matches]]:
        """By detector, who is found in the infrared images; and in the visible ones."""
        return self._matches(lambda both: both[0]), self._matches(lambda both: both[1])

    def _by_light(self, counts: Counts) -> Iterator[tuple[str, Counts]]:
        """The counts of the images of each light."""
        for light in self.lights:
            yield light, counts * (self._light == light)

    @cached_property
    def _person_picture(self) -> NDArray[np.intp]:
        persons = [len(ready.sources.persons) for ready in self._ready]
        return np.repeat(np.arange(len(persons)), persons)

    def _matches(
        self, choose: Callable[[tuple[Detections, Detections]], Detections]
    ) -> Mapping[str, Matches]:
        self.prepare()
        return {
            detector.name: Matches(
                [
                    _matched(choose(ready.detections[detector.name]), ready.sources)
                    for ready in self._ready
                ]
            )
            for detector in self.detectors
        }

    def _prepare(self, pair: LabelledPair) -> _Prepared:
        sources = pair.read()
        infrared, visible = grey(sources.infrared), grey(sources.visible)
        return _Prepared(
            sources,
            own_details(infrared, visible),
            (contrasts(infrared, sources.persons), contrasts(visible, sources.persons)),
            {
                detector.name: (detector(_rgb(sources.infrared)), detector(_rgb(sources.visible)))
                for detector in self.detectors
            },
        )


def _precision(matches: Mapping[str, Matches], counts: Counts) -> dict[str, float]:
    return {name: each.average_precision(counts) for name, each in matches.items()}


def _complement(
    matches: Mapping[str, Matches], one_source: Mapping[str, OneSource], counts: Counts
) -> float:
    return _mean(complement(matches[name], each, counts) for name, each in one_source.items())


def _measured(fused: NDArray[np.float32], ready: _Prepared) -> tuple[float, float, float, float]:
    """Structure, whitened, sunk and cold contrast of one image."""
    visible = grey(ready.sources.visible)
    details = detail(fused)
    return (
        structure(details, ready.own),
        whitened(fused, visible),
        sunk(fused, visible),
        cold_contrast(details, ready.own[0]),
    )


def _matched(detections: Detections, sources: Sources) -> Match:
    return match(detections, sources.persons, sources.ignored)


def _rgb(picture: Picture) -> Picture:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def _reader(fused: Fused, names: Sequence[str]) -> Fuse:
    """What gives the fused image of a pair; that there is one for each is checked."""
    if isinstance(fused, Mapping):
        _complete(fused, names, "`fused`")
        return lambda pair, _: _checked(fused[pair.name], pair.name)
    if callable(fused):
        return lambda pair, sources: _checked(fused(pair, sources), pair.name)
    files = images_by_stem(Path(fused))
    _complete(files, names, str(fused))
    return lambda pair, _: to_uint8(read_image(files[pair.name]).pixels)


def _complete(fused: Iterable[str], names: Sequence[str], where: str) -> None:
    missing = [name for name in names if name not in set(fused)]
    if missing:
        raise PairingError(
            f"{where} must have an image of each labelled pair, but has none of "
            f"{listed(map(Path, missing))}. Fuse these pairs too."
        )


def _checked(picture: Picture, name: str) -> Picture:
    is_picture = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)
    if picture.dtype != np.uint8 or not is_picture:
        raise ImageError(
            f"`fused` must be uint8 of shape (H, W) or (H, W, 3), got {picture.dtype} of shape "
            f"{picture.shape} for {name}. Scale levels to 0..255."
        )
    return picture


def _mean(values: Iterable[float]) -> float:
    """The mean; not a number of none, or where one is none."""
    every = list(values)
    return sum(every) / len(every) if every else nan


def _over(value: float, bar: float) -> float:
    """The quotient; not a number where there is nothing to compare with."""
    return value / bar if bar else nan


def _weighed(values: NDArray[np.float64], counts: Counts) -> float:
    """The mean over what has a value, each as often as it counts."""
    known = ~np.isnan(values) & (counts > 0)
    return float(np.average(values[known], weights=counts[known])) if known.any() else nan
