"""`clfnet batch`: a manifest of pairs, on this machine or many; resumable."""

import json
import time
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import click

from clfnet.cli.command import Argument, Option
from clfnet.cli.options import ByTimeOption, LensOption, fuse_options
from clfnet.options import FuseOptions

if TYPE_CHECKING:
    from clfnet.batch import Progress, Summary

_EVERY = 10.0  # seconds between lines of progress


class Format(StrEnum):
    """What the results can be written as: what has a place for the mark of a run."""

    PNG = "png"
    JPG = "jpg"
    TIF = "tif"


@fuse_options(without=("threads",))
def batch(
    source: Annotated[
        str,
        Argument(
            metavar="MANIFEST|GLOB|FOLDER",
            help="CSV, JSONL or Parquet with the columns infrared, visible and perhaps name; "
            "a glob or a folder of infrared files; or a folder of both kinds.",
        ),
    ],
    output: Annotated[str, Option("--output", "-o", help="Folder or URL to write to.")],
    visible: Annotated[
        str | None,
        Argument(
            metavar="[GLOB|FOLDER]",
            help="Of visible files, with the same wildcards; left out for radiometric files.",
        ),
    ] = None,
    form: Annotated[Format, Option("--format", help="Format of the results.")] = Format.PNG,
    table: Annotated[
        str | None,
        Option(
            metavar="FILE",
            help="Table of results, .csv or .parquet. [default: results.csv in the output]",
        ),
    ] = None,
    journal: Annotated[
        str | None,
        Option(
            metavar="FILE",
            help="File on this machine that records finished pairs. "
            "[default: journal.jsonl in the output]",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        Option(min=1, help="Worker processes; one per core by default."),
    ] = None,
    threads: Annotated[
        int | None,
        Option(min=1, help="CPU threads of each worker; an equal share of the cores by default."),
    ] = None,
    scheduler: Annotated[
        str | None,
        Option(metavar="ADDRESS", help="Use the workers of this Dask cluster instead."),
    ] = None,
    shard: Annotated[
        str | None, Option(metavar="I/N", help="Process only part I of N (I counts from 1).")
    ] = None,
    retry_failed: Annotated[
        bool, Option("--retry-failed", help="Retry pairs that failed earlier.")
    ] = False,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace existing files that another run wrote.")
    ] = False,
    verify: Annotated[
        bool,
        Option("--verify", help="Compare the contents of files that are done, not just sizes."),
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print the summary as JSON.")] = False,
    by_time: ByTimeOption = False,
    lens: LensOption = None,
    *,
    options: FuseOptions,
) -> None:
    """Fuse all pairs of a list, two globs or folders; resumable.

    The same command goes on where it was stopped, whatever stopped it. Bad pairs are set aside with
    the reason, and the exit code is 3.
    """
    from clfnet.batch import run

    try:
        summary = run(
            source,
            output,
            visible=visible,
            lens=lens and lens.value,
            by_time=by_time,
            form=form.value,
            table=table,
            journal=journal,
            workers=workers,
            threads=threads,
            scheduler=scheduler,
            shard=shard,
            retry_failed=retry_failed,
            overwrite=overwrite,
            verify=verify,
            progress=_Lines(),
            **{name: value for name, value in vars(options).items() if name != "threads"},
        )
    except KeyboardInterrupt:
        click.echo("clfnet: stopped; the same command goes on from here.", err=True)
        raise
    _report(summary, as_json=as_json)


class _Lines:
    """Tells how far a run is, a line on stderr now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _EVERY

    def __call__(self, progress: "Progress") -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            click.echo(f"clfnet: {_counts(progress)}", err=True)


def _counts(progress: "Progress") -> str:
    pairs = progress.done + progress.failed
    rate = pairs / progress.seconds if progress.seconds else 0.0
    before = f", {progress.before:,} settled before" if progress.before else ""
    before += f", {progress.again:,} lost or changed since" if progress.again else ""
    return f"{progress.done:,} done, {progress.failed:,} failed{before}; {rate:.1f} pairs/s"


def _report(summary: "Summary", *, as_json: bool) -> None:
    """Print where the table is, and what failed; leave with 3 if something did."""
    click.echo(json.dumps(asdict(summary), indent=2) if as_json else summary.table)
    click.echo(f"clfnet: {_counts(summary.progress)}", err=True)
    for failure in summary.failures:
        click.echo(f"clfnet: error: {failure}", err=True)
    if more := summary.failed - len(summary.failures):
        click.echo(f"clfnet: and {more:,} more, see {summary.table}", err=True)
    if summary.failed:
        raise click.exceptions.Exit(3)
