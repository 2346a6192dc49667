"""Files read as thermal images that measure, each with its visible image where there is one."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, PairingError
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.formats import SEQUENCE_SUFFIXES, THERMAL_SUFFIXES
from clfnet.io.image import Image, read_image
from clfnet.io.pairing import images_by_stem, match_folder, match_folders
from clfnet.thermal import Thermal, ThermalOptions, read_thermal, seq
from clfnet.thermal.flir import Radiometric, is_radiometric, read_radiometric
from clfnet.thermal.measuring import why_not
from clfnet.thermal.options import AS_IS
from clfnet.thermal.read import of_radiometric, stated

_SUFFIXES = THERMAL_SUFFIXES | {*SEQUENCE_SUFFIXES}
_WILD = set("*?[")


class Source(NamedTuple):
    """A file to measure.

    Attributes:
        file: the thermal one.
        visible: the visible image of the same scene; None where none is known.
        name: what results are called, without suffix: its path below the folder that was given.
    """

    file: Path
    visible: Path | None
    name: str


@dataclass(frozen=True, eq=False)
class Reading:
    """A thermal image that measures.

    Attributes:
        file: where it is from.
        name: what results are called.
        thermal: its `celsius` is there.
        celsius: float32, (H, W), in °C; NaN where there is no temperature.
        frame: which image of a sequence it is, from 1 on; None where the file holds one.
        visible: of the same scene; None where there is none.
        alignment: what maps infrared to visible pixels; None where the camera does not say.
        stated: what the user said of the file.
    """

    file: Path
    name: str
    thermal: Thermal
    celsius: NDArray[np.float32]
    frame: int | None = None
    visible: Image | None = None
    alignment: NDArray[np.float64] | None = None
    stated: ThermalOptions = AS_IS


def find(
    inputs: Iterable[str], *, visible: Path | None = None, recursive: bool = False
) -> list[Source]:
    """Find the files that are meant.

    A folder is all images in it; where its names tell infrared from visible images, these are the
    partners of those.

    Args:
        inputs: files, folders or patterns with `*`, `?` or `[...]`.
        visible: the visible file of one thermal file, or the folder of those of one folder.
        recursive: files in sub-folders count.

    Raises:
        PairingError: a pattern or a folder has no files, or two results would have one name.
    """
    found: list[Source] = []
    for each in inputs:
        found += _expanded(each, visible, recursive=recursive)
    if visible is not None and not visible.is_dir():
        if len(found) != 1:
            raise PairingError(
                f"`visible` must be a folder for several thermal files, but {visible} is one file. "
                f"Give the folder of the visible images."
            )
        found = [found[0]._replace(visible=visible)]
    return _distinct(found)


def readings(
    source: Source, options: ThermalOptions = AS_IS, *, max_pixels: int = MAX_PIXELS
) -> Iterator[Reading]:
    """Read a file: one image, or those of a FLIR sequence.

    Args:
        source: of `find`.
        options: what the file does not say itself. `page` takes one image of a sequence.
        max_pixels: larger images are refused before their pixels are allocated.

    Raises:
        ImageError: the file cannot be read, or does not measure; why is said.
        ConfigError: the options do not fit the file.
    """
    for reading in _readings(source, options, max_pixels):
        yield replace(reading, stated=options)


def _readings(source: Source, options: ThermalOptions, max_pixels: int) -> Iterator[Reading]:
    if source.file.suffix.lower() in SEQUENCE_SUFFIXES:
        yield from _sequence(source, options, max_pixels)
        return
    if options.layout is None and is_radiometric(source.file):
        radiometric = read_radiometric(source.file, max_pixels=max_pixels)
        yield _of_flir(source, radiometric, options, max_pixels)
        return
    thermal = read_thermal(source.file, options, max_pixels=max_pixels)
    yield _reading(source, thermal, _visible(source, max_pixels))


def _of_flir(
    source: Source, radiometric: Radiometric, options: ThermalOptions, max_pixels: int
) -> Reading:
    thermal = stated(of_radiometric(radiometric, options), options, source.file)
    if source.visible is not None:
        return _reading(source, thermal, _visible(source, max_pixels))
    return _reading(source, thermal, radiometric.visible, radiometric.alignment)


def _sequence(source: Source, options: ThermalOptions, max_pixels: int) -> Iterator[Reading]:
    count = 0
    for count, frame in enumerate(seq.frames(source.file, max_pixels=max_pixels), 1):
        if options.page in (None, count):
            thermal = stated(of_radiometric(frame, options), options, source.file)
            yield _reading(source, thermal, None, frame=count)
        if count == options.page:
            return
    if options.page is not None:
        raise ImageError(
            f"{source.file} must have an image {options.page}, but has {count}. Correct --page."
        )


def _visible(source: Source, max_pixels: int) -> Image | None:
    return None if source.visible is None else read_image(source.visible, max_pixels=max_pixels)


def _reading(
    source: Source,
    thermal: Thermal,
    visible: Image | None,
    alignment: NDArray[np.float64] | None = None,
    frame: int | None = None,
) -> Reading:
    if thermal.celsius is None or not np.isfinite(thermal.celsius).any():
        raise ImageError(f"{source.file} must measure temperatures, but {why_not(thermal)}")
    name = source.name if frame is None else f"{source.name}_{frame:06}"
    return Reading(source.file, name, thermal, thermal.celsius, frame, visible, alignment)


def _expanded(text: str, visible: Path | None, *, recursive: bool) -> list[Source]:
    path = Path(text)
    if path.is_dir():
        return _inside(path, visible, recursive=recursive)
    if path.exists() or not _WILD & set(text):
        return [Source(path, None, path.stem)]
    matches = sorted(map(Path, glob.glob(text, recursive=True)))  # noqa: PTH207 -- absolute too
    files = [each for each in matches if each.suffix.lower() in _SUFFIXES and each.is_file()]
    if not files:
        raise PairingError(f"{text} must match thermal files, but matches none. Check the pattern.")
    return [Source(each, None, each.stem) for each in files]


def _inside(folder: Path, visible: Path | None, *, recursive: bool) -> list[Source]:
    if visible is not None and visible.is_dir():
        found = match_folders(folder, visible, suffixes=_SUFFIXES, recursive=recursive)
        inside = [file for file in found.unpaired if folder in file.parents]
    else:
        mixed = match_folder(folder, suffixes=_SUFFIXES, recursive=recursive)
        if mixed is None:
            files = images_by_stem(folder, _SUFFIXES, recursive=recursive)
            return [Source(file, None, name) for name, file in files.items()]
        found, inside = mixed, mixed.unpaired
    pairs = [Source(first, second, _below(first, folder)) for first, second in found.pairs]
    return pairs + [Source(file, None, _below(file, folder)) for file in inside]


def _below(file: Path, folder: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix()


def _distinct(found: list[Source]) -> list[Source]:
    """Refuse one name for two results; the same file twice is one."""
    by_name: dict[str, Source] = {}
    for each in found:
        other = by_name.setdefault(each.name, each)
        if other.file != each.file:
            raise PairingError(
                f"thermal files must have names of their own, but {other.file} and {each.file} "
                f"are both called {each.name}. Measure them one after the other."
            )
    return [*by_name.values()]
