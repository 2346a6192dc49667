"""`clfnet fuse`: two files or two folders."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clfnet.errors import InputError, PairingError

if TYPE_CHECKING:
    from clfnet.inference.files import FusedFile, Job

_PATIENCE = 2.0  # seconds until a progress bar is worth showing


class Format(StrEnum):
    """What the results can be written as."""

    PNG = "png"
    JPG = "jpg"
    BMP = "bmp"
    TIF = "tif"


def fuse(
    infrared: Annotated[Path, typer.Argument(metavar="INFRARED", help="File or folder.")],
    visible: Annotated[Path, typer.Argument(metavar="VISIBLE", help="File or folder.")],
    output: Annotated[str, typer.Option("--output", "-o", help="File or folder to write.")],
    model: Annotated[
        str,
        typer.Option(help="A shipped model, a classical rule, an .onnx file, or onnx:FILE."),
    ] = "clfnet",
    stretch: Annotated[
        bool, typer.Option("--stretch", help="Stretch each result to the full range.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    form: Annotated[
        Format | None, typer.Option("--format", help="Format in a folder; else the visible's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads; all cores by default.")
    ] = None,
) -> None:
    """Fuse INFRARED and VISIBLE into OUTPUT.

    Two files give a file, two folders a folder: files of the same stem are pairs. The result has
    the visible image's size, depth, colour, stem and format. Infrared and visible must be aligned
    and of equal size.
    """
    from clfnet.inference.files import fuse_files
    from clfnet.inference.fuser import Fuser

    jobs, failed = _plan(infrared, visible, output, f".{form}" if form else None)
    fuser = Fuser(model, stretch=stretch, threads=threads)
    results = [*failed, *_with_bar(fuse_files(fuser, jobs, overwrite=overwrite), len(jobs))]
    _report(results, as_json=as_json)


def _plan(
    infrared: Path, visible: Path, output: str, suffix: str | None
) -> tuple[list["Job"], list["FusedFile"]]:
    """Return what is to be done, and what cannot be since it has no partner."""
    from clfnet.data.pairing import match_folders
    from clfnet.inference.files import Job, plan

    if infrared.is_dir() != visible.is_dir():
        raise InputError(
            f"INFRARED and VISIBLE must be two files or two folders, got one of each: "
            f"{infrared} and {visible}."
        )
    folder = Path(output)
    if infrared.is_dir():
        if folder.exists() and not folder.is_dir():
            raise InputError(f"OUTPUT must be a folder for two folders, but {output} is a file.")
        pairs, unpaired = match_folders(infrared, visible)
        return plan(pairs, folder, suffix=suffix), [_lonely(file, infrared) for file in unpaired]
    if folder.is_dir() or output.endswith((os.sep, "/")):
        return plan([(infrared, visible)], folder, suffix=suffix), []
    if suffix and _kind(Path(output).suffix) != _kind(suffix):
        raise InputError(f"OUTPUT must end in {suffix} with --format, got {output}. Drop one.")
    return [Job(infrared, visible, Path(output))], []


def _kind(suffix: str) -> str:
    return {".jpeg": ".jpg", ".tiff": ".tif"}.get(suffix.lower(), suffix.lower())


def _lonely(file: Path, infrared: Path) -> "FusedFile":
    from clfnet.inference.files import FusedFile

    error = PairingError(f"{file} must have a partner of the same stem, but has none. Add it.")
    of_infrared = file.parent == infrared
    return FusedFile(
        file if of_infrared else None, None if of_infrared else file, None, error=error
    )


def _with_bar(results: Iterable["FusedFile"], total: int) -> Iterator["FusedFile"]:
    """Pass results on, with a progress bar on a terminal's stderr if they take long."""
    if not _is_terminal():
        yield from results
        return
    from rich.console import Console
    from rich.progress import Progress

    start = time.monotonic()
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("fusing", total=total)
    try:
        for result in results:
            yield result
            bar.advance(task)
            if not bar.live.is_started and time.monotonic() - start > _PATIENCE:
                bar.start()
    finally:
        bar.stop()


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _report(results: list["FusedFile"], *, as_json: bool) -> None:
    """Print what was written and what failed; leave with 2 if all failed, with 3 if some did."""
    if as_json:
        typer.echo(json.dumps([_as_dict(result) for result in results], indent=2))
    errors = [result.error for result in results if result.error]
    for result in results:
        if result.error:
            typer.echo(f"clfnet: error: {result.error}", err=True)
        elif not as_json:
            typer.echo(result.output)
    if errors:
        raise typer.Exit(3 if len(errors) < len(results) else errors[0].exit_code)


def _as_dict(result: "FusedFile") -> dict[str, Any]:
    paths = {key: getattr(result, key) for key in ("infrared", "visible", "output")}
    found: dict[str, Any] = {key: path and str(path) for key, path in paths.items()}
    if result.error:
        return found | {"error": str(result.error)}
    size = {"width": result.width, "height": result.height}
    return found | size | {"seconds": round(result.seconds, 4)}
