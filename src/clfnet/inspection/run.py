"""Many files, one after the other: what is measured, and the images and maps that are written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from clfnet.errors import ClfnetError, ImageError, InputError
from clfnet.inference.fuser import Fuser
from clfnet.inspection.measure import Measured, Plan, measure
from clfnet.inspection.picture import Look, draw
from clfnet.inspection.readings import Reading, Source, readings
from clfnet.inspection.report.page import Page, page_of
from clfnet.inspection.tables import lines, rows
from clfnet.io.files import check_outputs
from clfnet.io.formats import SEQUENCE_SUFFIXES
from clfnet.io.image import SUFFIXES, Image, write_image
from clfnet.thermal import Pair, ThermalOptions, temperatures

MOST_PAGES = 500
"""Pages of one report: its images are in memory until it is written."""


class Outputs(NamedTuple):
    """What is written for each image.

    Attributes:
        picture: an image file, or a folder of them; None for none.
        tiff: a temperature map, or a folder of them.
        overwrite: replace files that are there already.
    """

    picture: Path | None = None
    tiff: Path | None = None
    overwrite: bool = False


class Report(NamedTuple):
    """How the pages of a report are made.

    Attributes:
        fuser: what makes the picture beside the thermal one; None for the visible image.
        serial: name the cameras' serial numbers.
    """

    fuser: Fuser | None = None
    serial: bool = False


@dataclass(frozen=True)
class Inspected:
    """What became of one image.

    Attributes:
        file: the thermal file.
        found: all that was measured, ready for JSON.
        lines: the same for a person.
        rows: the same for a table.
        written: files.
        page: of the report.
        error: why there is nothing of it.
    """

    file: Path
    found: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    page: Page | None = None
    error: ClfnetError | None = None


def inspect(
    sources: Iterable[Source],
    plan: Plan,
    options: ThermalOptions,
    *,
    look: Look,
    outputs: Outputs,
    report: Report | None = None,
) -> Iterator[Inspected]:
    """Measure files, and write what is wanted of each.

    Args:
        sources: of `clfnet.inspection.find`.
        plan: what is measured.
        options: what the files do not say themselves.
        look: how images are drawn.
        outputs: what is written.
        report: makes pages, too.

    Yields:
        What became of each image, in order; a bad one has its `error` set and stops no other.

    Raises:
        InputError: one output file is to hold several images, or an output is an input.
    """
    sources = list(sources)
    _check(sources, options, outputs)
    is_one = _is_one(sources, options)
    for source in sources:
        try:
            for reading in readings(source, options):
                places = _named(outputs, reading, is_one)
                yield _inspected(measure(reading, plan), look, places, report)
        except ClfnetError as error:
            yield Inspected(source.file, error=error)


def _inspected(
    measured: Measured, look: Look, outputs: Outputs, report: Report | None
) -> Inspected:
    reading, written = measured.reading, []
    if outputs.picture is not None:
        write_image(outputs.picture, Image(draw(measured, look)), overwrite=outputs.overwrite)
        written.append(outputs.picture)
    if outputs.tiff is not None:
        temperatures.write_temperatures(outputs.tiff, reading.celsius, overwrite=outputs.overwrite)
        written.append(outputs.tiff)
    page = None if report is None else _page(measured, look, report)
    names = {"written": [str(path) for path in written]}
    return Inspected(
        reading.file, measured.as_dict() | names, lines(measured), rows(measured), written, page
    )


def _page(measured: Measured, look: Look, report: Report) -> Page:
    reading, light = measured.reading, Look(look.palette, look.thermal_range, light=True)
    if report.fuser is None or reading.visible is None:
        return page_of(measured, light, serial=report.serial)
    pair = Pair(reading.thermal, reading.visible, reading.alignment)
    fused = report.fuser.fuse_pair(pair, (str(reading.file), "its visible image"))
    return page_of(measured, light, ("Fused", fused.image.pixels), serial=report.serial)


def _is_one(sources: list[Source], options: ThermalOptions) -> bool:
    """Tell whether there is one image at most."""
    return len(sources) == 1 and (
        options.page is not None or sources[0].file.suffix.lower() not in SEQUENCE_SUFFIXES
    )


def _check(sources: list[Source], options: ThermalOptions, outputs: Outputs) -> None:
    """Find out before the work whether results have their places."""
    inputs = [path for source in sources for path in (source.file, source.visible) if path]
    places = (
        ("--output", outputs.picture, SUFFIXES),
        ("--tiff", outputs.tiff, (".tif", ".tiff")),
    )
    for flag, path, suffixes in places:
        if path is None or path.is_dir():
            continue
        if path.suffix and path.suffix.lower() not in suffixes:
            raise ImageError(f"{flag} must end in {', '.join(suffixes)}, got {path}. Rename it.")
        if path.suffix and not _is_one(sources, options):
            raise InputError(
                f"{flag} must be a folder for several images, but {path} is a file. Name a folder."
            )
    files = [path for _, path, _ in places if path and path.suffix and not path.is_dir()]
    check_outputs(files, inputs, overwrite=True)  # what is there is refused when it is written


def _named(outputs: Outputs, reading: Reading, is_one: bool) -> Outputs:
    """Return the files of one image."""
    return outputs._replace(
        picture=_file(outputs.picture, f"{reading.name}.png", is_one),
        tiff=_file(outputs.tiff, f"{reading.name}.tiff", is_one),
    )


def _file(place: Path | None, name: str, is_one: bool) -> Path | None:
    if place is None or (is_one and place.suffix and not place.is_dir()):
        return place
    return place / name
