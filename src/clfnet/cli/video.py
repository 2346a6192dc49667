"""The part of `clfnet fuse` that is for streams: what is one, its progress, its report."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clfnet.errors import InputError

if TYPE_CHECKING:
    from clfnet.video.pipeline import Fuse, Progress
    from clfnet.video.range import Ranging
    from clfnet.video.report import StreamReport, VideoProgress, VideoReport

_INTERRUPTED = 130
_EVERY = 10.0  # seconds between two lines
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
    from clfnet.video.source import is_stream

    for source in (infrared, visible):
        _check_scheme(source)
    if is_stream(infrared) or is_stream(visible):
        return True
    is_folder = not Path(output).suffix and "://" not in output and output != "-"
    if (is_folder and not timed) or not all(map(_may_be_frames, (infrared, visible))):
        return False
    from clfnet.video.output import is_video_only  # sinks take long to import

    return timed or is_video_only(output)


def _may_be_frames(source: str) -> bool:
    """Tell whether a source that is no video may hold frames: a folder, or a stack of images."""
    from clfnet.video.stack import is_stack

    return Path(source).is_dir() or is_stack(Path(source))


def _check_scheme(source: str) -> None:
    from clfnet.video.stream import SCHEMES, is_device, is_url

    if "://" in source and not (is_url(source) or is_device(source)):
        *most, last = (f"{scheme}://" for scheme in SCHEMES)
        raise InputError(
            f"INFRARED and VISIBLE must begin with {', '.join(most)} or {last} if they are URLs, "
            f"got {source}. Choose one of these, or download it first."
        )


def fuse_streams(
    fuser: "Fuse",
    infrared: str,
    visible: str,
    output: str,
    *,
    offset: float = 0.0,
    fps: float | None = None,
    frames: int | None = None,
    crop: str | None = None,
    crop_visible: str | None = None,
    ranging: "Ranging | None" = None,
    overwrite: bool = False,
    encoder: str | None = None,
    segment_seconds: float | None = None,
    pipe: str | None = None,
    reconnect: float | None = None,
    as_json: bool = False,
) -> None:
    """Fuse two streams; print the result's paths, or the report as JSON, and notes on stderr.

    Raises:
        Exit: with 130 if it was interrupted; the result holds what was done until then.
        ClfnetError: see `clfnet.video.pipeline.fuse_video`.
    """
    from clfnet.video.output import PIPE
    from clfnet.video.pipeline import RECONNECT, fuse_video

    if output == PIPE and as_json:
        raise InputError("--json must not be given for -o -, where the frames go. Leave it out.")
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
            crop=crop,
            crop_visible=crop_visible,
            overwrite=overwrite,
            encoder=encoder,
            segment_seconds=segment_seconds,
            pipe=pipe,
            reconnect=RECONNECT if reconnect is None else reconnect,
            progress=progress,
        )
    for line in notes(report):
        click.echo(f"clfnet: {line}", err=True)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    else:
        for name in report.files:
            click.echo(name)
    if report.interrupted:
        raise click.exceptions.Exit(_INTERRUPTED)


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
    if report.latency_p50 is not None:
        lines.append(latency(report))
    if report.outdated:
        lines.append(f"{report.outdated} visible frames left out: the infrared frame was too old")
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


def latency(report: "VideoReport | VideoProgress") -> str:
    """What a run of live sources took and left out so far."""
    half, most = (1000 * (each or 0.0) for each in (report.latency_p50, report.latency_p99))
    return (
        f"latency from arrival to output {half:.0f} ms (p50), {most:.0f} ms (p99); "
        f"{report.late} visible frames dropped: they came before there was time for them"
    )


def _rate(source: "StreamReport") -> str:
    return f"{source.rate:.4g} a second" if source.rate else "irregular"


@contextmanager
def _bar() -> "Iterator[Progress | None]":
    """Give what shows progress on stderr: a bar on a terminal, else a line now and then if live."""
    if not sys.stderr.isatty():
        yield _Lines()
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
        TextColumn("{task.fields[latency]}"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("fusing", total=None, latency="")

    def show(at: "VideoProgress") -> None:
        told = "" if at.latency_p50 is None else _short(at)
        bar.update(task, completed=at.frames, total=at.expected, latency=told)

    with bar:
        yield show


class _Lines:
    """Tells a log how live sources fare, every ten seconds."""

    def __init__(self) -> None:
        self._begin = self._told = time.monotonic()

    def __call__(self, at: "VideoProgress") -> None:
        now = time.monotonic()
        if at.latency_p50 is None or now - self._told < _EVERY:
            return
        self._told = now
        speed = at.frames / (now - self._begin)
        click.echo(f"clfnet: {at.frames} frames, {speed:.1f} fps, {_short(at)}", err=True)


def _short(at: "VideoProgress") -> str:
    half, most = (1000 * (each or 0.0) for each in (at.latency_p50, at.latency_p99))
    return f"latency p50 {half:.0f} ms, p99 {most:.0f} ms, dropped {at.late}"
