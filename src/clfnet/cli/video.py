"""The part of `clfnet fuse` that is for streams: what is one, its progress, its report."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from clfnet.video.pipeline import Fuse, Progress
    from clfnet.video.range import Ranging
    from clfnet.video.report import StreamReport, VideoReport

_INTERRUPTED = 130
_WORTH_TELLING = 0.05  # seconds of a stream without partner


def wants_video(infrared: str, visible: str, output: str, *, timed: bool = False) -> bool:
    """Tell whether arguments of `clfnet fuse` mean streams, not images.

    Args:
        infrared: as on the command line.
        visible: the same.
        output: the same.
        timed: whether an option was given that only streams have: offset, fps, frames.

    Example:
        >>> wants_video("ir.png", "vis.png", "out.png"), wants_video("ir.mp4", "vis.mp4", "frames")
        (False, True)
    """
    from clfnet.video.sink import SUFFIXES
    from clfnet.video.source import is_stream

    if is_stream(infrared) or is_stream(visible):
        return True
    folders = Path(infrared).is_dir() and Path(visible).is_dir()
    return folders and (timed or Path(output).suffix.lower() in SUFFIXES)


def fuse_streams(
    fuser: "Fuse",
    infrared: str,
    visible: str,
    output: str,
    *,
    offset: float = 0.0,
    fps: float | None = None,
    frames: int | None = None,
    ranging: "Ranging | None" = None,
    overwrite: bool = False,
    as_json: bool = False,
) -> None:
    """Fuse two streams; print the result's path, or the report as JSON, and notes on stderr.

    Raises:
        typer.Exit: with 130 if it was interrupted; the result holds what was done until then.
        ClfnetError: see `clfnet.video.pipeline.fuse_video`.
    """
    from clfnet.video.pipeline import fuse_video

    with _bar() as progress:
        report = fuse_video(
            fuser,
            infrared,
            visible,
            output,
            offset=offset,
            fps=fps,
            ranging=ranging,
            frames=frames,
            overwrite=overwrite,
            progress=progress,
        )
    for line in notes(report):
        typer.echo(f"clfnet: {line}", err=True)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2))
    elif report.output:
        typer.echo(report.output)
    if report.interrupted:
        raise typer.Exit(_INTERRUPTED)


def notes(report: "VideoReport") -> list[str]:
    """What is worth knowing about a run, a line each: first what came out, then what did not."""
    lines = [
        f"{report.frames} frame{'' if report.frames == 1 else 's'}, {report.duration:.2f} s, "
        f"{report.width}x{report.height} {report.codec}; {report.fps:.1f} frames per second; "
        f"sound: {report.audio}"
    ]
    if report.repeated or report.dropped:
        lines.append(
            f"infrared frames repeated {report.repeated}, dropped {report.dropped or 0} "
            f"({_rate(report.infrared)} beside {_rate(report.visible)} visible)"
        )
    if report.late:
        lines.append(f"{report.late} visible frames came before there was time for them")
    for kind, source in (("infrared", report.infrared), ("visible", report.visible)):
        lines += [
            f"{kind}: the {where} {seconds:.2f} s have no partner and were left out"
            for where, seconds in (("first", source.unused_head), ("last", source.unused_tail))
            if seconds and seconds > _WORTH_TELLING
        ]
        lines += [f"{kind} is damaged: {line}" for line in source.damage]
    if report.interrupted:
        lines.append("interrupted; what was fused until then is complete")
    return lines


def _rate(source: "StreamReport") -> str:
    return f"{source.rate:.4g} a second" if source.rate else "irregular"


@contextmanager
def _bar() -> "Iterator[Progress | None]":
    """Give what shows progress on a terminal's stderr: frames, frames per second, time left."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.completed / (task.elapsed or 1):.1f} fps")

    bar = Progress(
        TextColumn("fusing"),
        BarColumn(),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("fusing", total=None)
    with bar:
        yield lambda count, expected: bar.update(task, completed=count, total=expected)
