"""`clfnet bench`: what fusing costs on this machine."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import click

from clfnet.cli.command import Option

_REPEATS, _QUICK_REPEATS = 7, 3
_SIZE, _QUICK_SIZE = "vga", "320x240"


def bench(
    model: Annotated[
        list[str] | None,
        Option(
            help="As of `clfnet fuse`; repeatable; all shipped models by default.",
        ),
    ] = None,
    compare: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="Any ONNX graph of two images to one, beside them; repeatable.",
        ),
    ] = None,
    size: Annotated[
        list[str] | None,
        Option(
            metavar="NAME|WIDTHxHEIGHT",
            help="roadscene, tno, vga, xga, sxga, 4k, or pixels; repeatable. [default: vga]",
        ),
    ] = None,
    threads: Annotated[
        list[int] | None,
        Option(min=1, help="CPU threads; repeatable; all cores by default."),
    ] = None,
    backend: Annotated[
        list[str] | None,
        Option(
            help="onnxruntime or openvino (extra); repeatable; onnxruntime by default.",
        ),
    ] = None,
    repeats: Annotated[
        int | None, Option(min=1, help="Number of timed repetitions. [default: 7]")
    ] = None,
    patience: Annotated[
        float,
        Option(min=0, help="Seconds at one size until repeats end early; two are made."),
    ] = 60.0,
    end_to_end: Annotated[
        bool | None,
        Option(
            "--end-to-end/--network",
            help="Only from files to a file, or only from arrays to an array; both by default.",
        ),
    ] = None,
    quick: Annotated[
        bool, Option("--quick", help="Quick run: 320x240 and 3 repetitions unless given.")
    ] = False,
    output: Annotated[
        Path | None, Option("--json", metavar="FILE", help="Write all measurements as JSON.")
    ] = None,
    plot: Annotated[
        Path | None,
        Option(metavar="FILE", help="Plot cost against pixels, PNG; at least two sizes."),
    ] = None,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
) -> None:
    """Measure time, memory, multiply-adds and weights of models.

    All take turns on the built-in scene, in shuffled order. Prints a table: medians, with the
    least and the greatest in brackets.
    """
    from clfnet import bench as library
    from clfnet.inference.find import ONNX
    from clfnet.io.files import check_outputs, write_atomic
    from clfnet.weights import load_manifest

    sizes = [library.parse_size(text) for text in size or [_QUICK_SIZE if quick else _SIZE]]
    if plot:
        library.check_plot(plot, len(set(sizes)))
    check_outputs((output, plot), overwrite=overwrite)
    foreign = [f"{ONNX}{path}" for path in compare or ()]
    names = [*(model or load_manifest()), *foreign]
    report = library.run(
        library.candidates(names, threads or (), backend or ()),
        list(dict.fromkeys(sizes)),
        kinds=library.KINDS if end_to_end is None else (library.KINDS[end_to_end],),
        repeats=repeats or (_QUICK_REPEATS if quick else _REPEATS),
        patience=patience,
        tell=_tell if sys.stderr.isatty() else None,
    )
    report = {"command": _command()} | report
    if output:
        write_atomic(output, f"{json.dumps(report, indent=2)}\n".encode(), overwrite=overwrite)
    if plot:
        library.write_plot(report, plot, overwrite=overwrite)
    click.echo(library.table(report), nl=False)
    _end(report)


def _tell(task: str, done: int, total: int) -> None:
    click.echo(f"[{done}/{total}] {task}", err=True)


def _command() -> str:
    import shlex

    return shlex.join(["clfnet", *sys.argv[1:]])


def _end(report: dict[str, Any]) -> None:
    """Say what is missing; leave with 2 if all failed, with 3 if some did."""
    for note in report["notes"]:
        click.echo(f"clfnet: note: {note}", err=True)
    errors = [row["error"] for row in report["rows"] if "error" in row]
    for error in errors:
        click.echo(f"clfnet: error: {error}", err=True)
    if errors:
        raise click.exceptions.Exit(3 if len(errors) < len(report["rows"]) else 2)
