"""`clfnet thermal`: what thermal files measure."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from clfnet.cli.command import Argument, Option
from clfnet.cli.options import fuse_options
from clfnet.errors import InputError
from clfnet.options import FuseOptions

if TYPE_CHECKING:
    from clfnet.inspection import Plan
    from clfnet.inspection.report import Page
    from clfnet.inspection.run import Inspected

_READING = (
    *("thermal_range", "unit", "kelvin_per_count", "calibration", "emissivity", "reflected"),
    *("distance", "humidity", "atmosphere", "raw", "exclude", "page"),
)


@fuse_options(*_READING)
def thermal(
    files: Annotated[
        list[str], Argument(metavar="FILE...", help="Thermal files, folders or patterns.")
    ],
    spot: Annotated[
        list[str] | None,
        Option(metavar="[NAME=]X,Y", help="Pixel to measure; repeatable."),
    ] = None,
    box: Annotated[
        list[str] | None,
        Option(metavar="[NAME=]X,Y,W,H", help="Box to measure, pixels; repeatable."),
    ] = None,
    delta: Annotated[
        list[str] | None,
        Option(
            metavar="A-B",
            help="Difference of two named spots or boxes, or whole; means, or .min or .max after "
            "a name; repeatable.",
        ),
    ] = None,
    above: Annotated[
        str | None, Option(metavar="CELSIUS", help="Isotherm: from this temperature on.")
    ] = None,
    below: Annotated[
        str | None, Option(metavar="CELSIUS", help="Isotherm: up to this temperature.")
    ] = None,
    between: Annotated[
        str | None, Option(metavar="LOW,HIGH", help="Isotherm: between two temperatures.")
    ] = None,
    percentiles: Annotated[
        str | None, Option(metavar="P,...", help="Percentiles to tell. [default: 5,50,95]")
    ] = None,
    visible: Annotated[
        Path | None,
        Option(help="Visible file or folder; found where files or names tell."),
    ] = None,
    recursive: Annotated[
        bool, Option("--recursive", help="Folders: include sub-folders.")
    ] = False,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Image with a scale in °C: file or folder."),
    ] = None,
    palette: Annotated[str, Option(help="Palette of the image.")] = "ironbow",
    tiff: Annotated[
        Path | None, Option(help="Temperatures as float32 TIFF in °C: file or folder.")
    ] = None,
    csv: Annotated[Path | None, Option(help="Table of all that is measured.")] = None,
    report: Annotated[
        list[Path] | None,
        Option(help="Report, a page per image: .html or .pdf; repeatable."),
    ] = None,
    title: Annotated[str, Option(help="Title of the report.")] = "Thermal inspection",
    fused: Annotated[
        bool, Option("--fused", help="Report: show the fused instead of the visible image.")
    ] = False,
    serial: Annotated[
        bool, Option("--serial", help="Report: name the camera's serial number.")
    ] = False,
    *,
    options: FuseOptions,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print the results as JSON.")] = False,
) -> None:  # fmt: skip
    """Measure temperatures: images, spots, boxes, reports.

    Files must measure: FLIR's radiometric JPEG, FFF and SEQ as they are; others with what their
    numbers are (--unit, --kelvin-per-count, --calibration). Writes images, maps, tables, reports.
    """
    from clfnet.inference.fuser import Fuser
    from clfnet.inspection import Look, Plan, find
    from clfnet.inspection.run import Outputs, Report, inspect
    from clfnet.io.files import check_outputs
    from clfnet.thermal import ThermalOptions
    from clfnet.thermal.isotherm import Isotherm

    plan = Plan.parse(
        spots=spot or (),
        boxes=box or (),
        deltas=delta or (),
        isotherm=Isotherm.parse(above=above, below=below, between=between),
        percentiles=percentiles,
    )
    look = Look(palette, str(options.thermal_range))
    reports = report or []
    _check(csv, reports)
    sources = [*find(files, visible=visible, recursive=recursive)]
    inputs = [path for each in sources for path in (each.file, each.visible) if path]
    check_outputs([*reports, csv], inputs, overwrite=overwrite)
    pages = Report(Fuser() if fused else None, serial) if reports else None
    done = []
    for each in inspect(
        sources,
        plan,
        ThermalOptions.of(options),
        look=look,
        outputs=Outputs(output, tiff, overwrite),
        report=pages,
    ):
        done.append(each)
        _tell(each, as_json=as_json)
        _refuse_long([one.page for one in done if one.page])
    written = _write(done, plan, csv, reports, title, overwrite=overwrite)
    _end(done, written, as_json=as_json)


def _check(csv: Path | None, reports: list[Path]) -> None:
    """Find out before the work whether its results can be written."""
    for path in reports:
        if path.suffix.lower() not in (".html", ".htm", ".pdf"):
            raise InputError(f"--report must end in .html or .pdf, got {path}. Rename it.")
        if path.suffix.lower() == ".pdf":
            from clfnet.inspection.report.pdf import check_installed

            check_installed()
    if csv and csv.suffix.lower() != ".csv":
        raise InputError(f"--csv must end in .csv, got {csv}. Rename it.")


def _tell(each: "Inspected", *, as_json: bool) -> None:
    if each.error:
        click.echo(f"clfnet: error: {each.error}", err=True)
        return
    for note in each.found["notes"]:
        click.echo(f"clfnet: note: {each.file}: {note}", err=True)
    if not as_json:
        click.echo("\n".join([*each.lines, *(f"  {path}" for path in each.written)]))


def _refuse_long(pages: Sequence["Page"]) -> None:
    from clfnet.inspection.run import MOST_PAGES

    if len(pages) > MOST_PAGES:
        raise InputError(
            f"--report must have at most {MOST_PAGES} images, but there are more. Make several "
            f"reports; of a sequence take single images (--page)."
        )


def _write(
    done: list["Inspected"],
    plan: "Plan",
    csv: Path | None,
    reports: list[Path],
    title: str,
    *,
    overwrite: bool,
) -> list[Path]:
    """Write what all images share; nothing if there is none."""
    from clfnet.inspection.report import as_html, as_pdf
    from clfnet.inspection.tables import as_csv
    from clfnet.io.files import write_atomic

    good = [each for each in done if not each.error]
    if not good:
        return []
    texts = {} if csv is None else {csv: as_csv((row for one in good for row in one.rows), plan)}
    pages = [each.page for each in good if each.page]
    data = {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}
    for path in reports:
        is_pdf = path.suffix.lower() == ".pdf"
        data[path] = as_pdf(pages, title=title) if is_pdf else as_html(pages, title=title).encode()
    for path, content in data.items():
        write_atomic(path, content, overwrite=overwrite)
    return [*data]


def _end(done: list["Inspected"], written: list[Path], *, as_json: bool) -> None:
    """Print what is left to print; leave with 2 if all failed, with 3 if some did."""
    errors = [each.error for each in done if each.error]
    if as_json:
        found = [
            {"file": str(each.file), "error": str(each.error)} if each.error else each.found
            for each in done
        ]
        click.echo(json.dumps(found, indent=2))
    else:
        for path in written:
            click.echo(path)
    if errors:
        raise click.exceptions.Exit(3 if len(errors) < len(done) else errors[0].exit_code)
