"""`clfnet evaluate`: score folders of fused images."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clfnet.errors import OutputExistsError

if TYPE_CHECKING:
    from clfnet.evaluation.folders import Progress


def evaluate(
    infrared: Annotated[Path, typer.Option(help="Folder of infrared images.")],
    visible: Annotated[Path, typer.Option(help="Folder of visible images.")],
    fused: Annotated[
        list[Path], typer.Option(help="Folder of fused images, named as the method; repeatable.")
    ],
    dialect: Annotated[
        str, typer.Option(help="Convention of the values: paper, plain or cddfuse.")
    ] = "paper",
    metrics: Annotated[
        str | None, typer.Option(metavar="EN,MI,...", help="All of the dialect by default.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="File for the values of every image.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for these and the means.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="File for the table shown.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Images scored at a time.")] = 1,
) -> None:
    """Score fused images against their sources and print a table of means.

    Files of the same stem in all folders belong together.
    """
    from clfnet import evaluation
    from clfnet.io.files import write_atomic

    forms = (evaluation.as_csv, evaluation.as_json, evaluation.as_markdown)
    outputs = [
        (path, form) for path, form in zip((csv, json, markdown), forms, strict=True) if path
    ]
    for path, _ in outputs:
        if path.exists() and not overwrite:  # told before the work, not after it
            raise OutputExistsError(f"{path} is there already. Allow it with --overwrite.")
    names = None if metrics is None else [name.strip() for name in metrics.split(",")]
    with _bar() as progress:
        table = evaluation.evaluate(
            infrared, visible, fused, dialect=dialect, metrics=names, jobs=jobs, progress=progress
        )
    for path, form in outputs:
        write_atomic(path, form(table).encode(), overwrite=overwrite)
    typer.echo(evaluation.as_markdown(table), nl=False)


@contextmanager
def _bar() -> Iterator["Progress | None"]:
    """A progress bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
