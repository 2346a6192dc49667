"""`clfnet fuse`: files, folders, radiometric files, streams."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click

from clfnet.cli.command import Argument, Option
from clfnet.cli.options import (
    FOLDERS,
    VIDEO,
    ByTimeOption,
    CropOption,
    CropVisibleOption,
    LensOption,
    fuse_options,
)
from clfnet.errors import InputError, PairingError
from clfnet.options import OPTIONS, FuseOptions, check_for_video

if TYPE_CHECKING:
    from clfnet.inference.files import FusedFile, Job
    from clfnet.io.pairing import Pairs
    from clfnet.thermal.folders import Search

_PATIENCE = 2.0  # seconds until a progress bar is worth showing


class Format(StrEnum):
    """What the results can be written as."""

    PNG = "png"
    JPG = "jpg"
    BMP = "bmp"
    TIF = "tif"


class Pipe(StrEnum):
    """What frames are written to a pipe as."""

    MJPEG = "mjpeg"
    RAW = "raw"


@fuse_options(without=("model",))
def fuse(
    infrared: Annotated[str, Argument(metavar="INFRARED", help="Infrared file, folder or stream.")],
    output: Annotated[
        str,
        Option(
            "--output",
            "-o",
            help="File or folder to write; video: a URL, .m3u8 or - for a pipe too.",
        ),
    ],
    visible: Annotated[
        str | None,
        Argument(
            metavar="[VISIBLE]",
            help="Visible file, folder or stream; left out where INFRARED holds both.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        Option(help=f"{OPTIONS['model'].help} [default: clfnet; fast for video]"),
    ] = None,
    *,
    options: FuseOptions,
    temperatures: Annotated[
        Path | None,
        Option(
            help="Write temperatures in °C too, as float32 TIFF: file or folder.",
        ),
    ] = None,
    offset: Annotated[
        float | None,
        Option(group=VIDEO, help="Seconds by which the infrared stream starts later."),
    ] = None,
    fps: Annotated[float | None, Option(group=VIDEO, help="Frames per second of folders.")] = None,
    frames: Annotated[
        int | None, Option(min=1, group=VIDEO, help="Number of frames to fuse.")
    ] = None,
    crop: CropOption = None,
    crop_visible: CropVisibleOption = None,
    encoder: Annotated[
        str | None,
        Option(
            metavar="CODEC[,KEY=VALUE...]",
            group=VIDEO,
            help="h264, hevc, vp9, av1 or an encoder of FFmpeg; keys crf, bitrate, preset.",
        ),
    ] = None,
    segment_seconds: Annotated[
        float | None,
        Option(
            group=VIDEO,
            help="Begin a new file, or HLS segment, after so many seconds.",
        ),
    ] = None,
    reconnect: Annotated[
        float | None,
        Option(
            min=0,
            group=VIDEO,
            help="Seconds to try to open a lost stream or camera again. [default: 60]",
        ),
    ] = None,
    pipe: Annotated[
        Pipe | None,
        Option(group=VIDEO, help="What -o - writes. [default: mjpeg]"),
    ] = None,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    form: Annotated[
        Format | None,
        Option(
            "--format",
            group=FOLDERS,
            help="Format of files in a folder; by default that of the visible image.",
        ),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print the results as JSON.")] = False,
    recursive: Annotated[
        bool, Option("--recursive", group=FOLDERS, help="Include sub-folders.")
    ] = False,
    by_time: ByTimeOption = False,
    lens: LensOption = None,
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run", group=FOLDERS, help="List the pairs and the unpaired files; fuse nothing."
        ),
    ] = False,
) -> None:
    """Fuse INFRARED and VISIBLE into OUTPUT.

    Two files give a file, two folders a folder, or one that holds both kinds: files whose names
    belong together are pairs (IR_1 and VIS_1, DJI_1_T and DJI_1_W). Two videos, cameras or URLs, or
    two folders with an output that ends in .mp4, .mkv or .webm, give a video, or a stream where the
    output is a URL. The result has the
    visible image's depth, colour, stem and format, and its size unless the two are aligned.
    """
    from clfnet.cli.video import fuse_streams, wants_video
    from clfnet.inference.files import as_it_is_now, fuse_files
    from clfnet.inference.fuser import Fuser
    from clfnet.thermal.folders import Search

    timed = {"--offset": offset, "--fps": fps, "--frames": frames}
    coded: dict[str, object] = {
        "--crop": crop,
        "--crop-visible": crop_visible,
        "--encoder": encoder,
        "--segment-seconds": segment_seconds,
        "--reconnect": reconnect,
        "--pipe": pipe,
    }
    of_streams = any(map(_given, timed.values()))
    streams = wants_video(infrared, visible or infrared, output, timed=of_streams)
    options = replace(options, model=model or ("fast" if streams else "clfnet"))
    if streams:
        from clfnet.align import Rig
        from clfnet.thermal import parse_range
        from clfnet.video.alignment import aligned_once
        from clfnet.video.output import check_output
        from clfnet.video.ranging import ranging_for

        check_for_video(options)
        check_output(output)
        _refuse({"--temperatures": temperatures, "--format": form}, "a video")
        visible = _with_visible(visible)
        ranging = ranging_for(parse_range(str(options.thermal_range)), options.kelvin_per_count)
        options = aligned_once(
            options,
            infrared,
            visible,
            offset=offset or 0.0,
            fps=fps,
            crop=crop,
            crop_visible=crop_visible,
        )
        if isinstance(options.align, Rig):
            _tell(f"all frames are aligned alike ({options.align.made})")
        fuse_streams(
            Fuser.of(replace(options, thermal_range="auto", kelvin_per_count=None)),
            infrared,
            visible,
            output,
            ranging=ranging,
            offset=offset or 0.0,
            fps=fps,
            frames=frames,
            crop=crop,
            crop_visible=crop_visible,
            overwrite=overwrite,
            encoder=encoder,
            segment_seconds=segment_seconds,
            pipe=pipe and pipe.value,
            reconnect=reconnect,
            as_json=as_json,
        )
        return
    fuser = Fuser.of(options)
    _refuse({**timed, **coded}, "images")
    sources = Path(infrared), None if visible is None else Path(visible)
    search = Search(recursive, lens and lens.value, by_time)
    jobs, failed = _plan(*sources, output, f".{form}" if form else None, temperatures, search)
    if dry_run:
        _show_plan(jobs, failed, as_json=as_json)
        return
    done = [*_with_bar(fuse_files(fuser, jobs, overwrite=overwrite), len(jobs))]
    results = [*failed, *map(as_it_is_now, done)]
    _report(results, as_json=as_json)


def _given(option: object) -> bool:
    return option is not None


def _refuse(options: Mapping[str, object], what: str) -> None:
    """Refuse options that mean nothing here."""
    given = [name for name, value in options.items() if _given(value)]
    if given:
        raise InputError(f"{given[0]} must not be given for {what}. Leave it out.")


def _with_visible(visible: str | None) -> str:
    if visible is None:
        raise InputError("VISIBLE must be given for a video. Name the visible stream too.")
    return visible


def _plan(
    infrared: Path,
    visible: Path | None,
    output: str,
    suffix: str | None,
    temperatures: Path | None,
    search: "Search",
) -> tuple[list["Job"], list["FusedFile"]]:
    """Return what is to be done, and what cannot be since it has no partner."""
    from clfnet.inference.files import Job, plan

    if visible is not None and infrared.is_dir() != visible.is_dir():
        raise InputError(
            f"INFRARED and VISIBLE must be two files or two folders, got one of each: "
            f"{infrared} and {visible}."
        )
    if "://" in output:
        raise InputError(f"OUTPUT must be a file or a folder for images, got {output}. Name one.")
    folder = Path(output)
    if infrared.is_dir():
        if folder.exists() and not folder.is_dir():
            raise InputError(
                f"OUTPUT must be a folder where the inputs are folders, but {output} is a file."
            )
        found = _pairs(infrared, visible, search)
        jobs = plan(
            found.pairs, folder, suffix=suffix, temperatures_folder=temperatures, names=found.names
        )
        return jobs, [_unpaired(file, infrared, visible, search) for file in found.unpaired]
    pair = (infrared,) if visible is None else (infrared, visible)
    if folder.is_dir() or output.endswith((os.sep, "/")):
        (job,) = plan([pair], folder, suffix=suffix)
        return [job._replace(temperatures=temperatures)], []
    if suffix and _kind(Path(output).suffix) != _kind(suffix):
        raise InputError(f"OUTPUT must end in {suffix} with --format, got {output}. Drop one.")
    return [Job(infrared, visible, Path(output), temperatures)], []


def _pairs(infrared: Path, visible: Path | None, search: "Search") -> "Pairs":
    """Return the pairs of folders, and tell how they were found."""
    from clfnet.thermal.folders import pairs_in

    found = pairs_in(infrared, visible, search)
    if all(len(pair) == 1 for pair in found.pairs):
        _expect_pairs_by_themselves(infrared, [file for (file,) in found.pairs])
    if found.note:
        first = ", ".join(file.name for file in found.pairs[0])
        how = found.note if search.by_time else f"by their names {found.note}"
        _tell(f"{_count(found.pairs, 'pair')} {how}, e.g. {first}")
    if found.spare:
        _tell(
            f"{_count(found.spare, 'image')} of another lens left out (--lens), "
            f"e.g. {found.spare[0].name}"
        )
    return found


def _expect_pairs_by_themselves(folder: Path, files: list[Path]) -> None:
    """Refuse a folder whose names tell no pairs and in which no file holds both images."""
    from clfnet.thermal.flir import is_radiometric

    if not any(map(is_radiometric, files)):
        raise PairingError(
            f"{folder} must hold pairs that names tell (IR_1 and VIS_1, DJI_1_T and DJI_1_W) or "
            f"radiometric files of FLIR cameras, but has neither in {_count(files, 'image')}, e.g. "
            f"{files[0].name}. Give the folder of the visible images too, or rename the files."
        )


def _count(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _tell(note: str) -> None:
    click.echo(f"clfnet: note: {note}", err=True)


def _show_plan(jobs: list["Job"], unpaired: list["FusedFile"], *, as_json: bool) -> None:
    """Print what would be done, and what has no partner."""
    if as_json:
        pairs = [{key: v and str(v) for key, v in job._asdict().items()} for job in jobs]
        alone = [str(each.infrared or each.visible) for each in unpaired]
        click.echo(json.dumps({"pairs": pairs, "without_partner": alone}, indent=2))
        return
    for job in jobs:
        sources = " + ".join(str(file) for file in (job.infrared, job.visible) if file)
        click.echo(f"{sources} -> {job.output}")
    for each in unpaired:
        click.echo(f"without a partner: {each.infrared or each.visible}")


def _kind(suffix: str) -> str:
    return {".jpeg": ".jpg", ".tiff": ".tif"}.get(suffix.lower(), suffix.lower())


def _unpaired(file: Path, infrared: Path, visible: Path | None, search: "Search") -> "FusedFile":
    from clfnet.inference.files import FusedFile
    from clfnet.thermal.folders import lonely

    of_infrared = visible is None or infrared in file.parents
    error = PairingError(lonely(file, by_time=search.by_time))
    return FusedFile(
        file if of_infrared else None, None if of_infrared else file, None, error=error
    )


def _with_bar(results: Iterable["FusedFile"], total: int) -> Iterator["FusedFile"]:
    """Pass results on, with a progress bar on a terminal's stderr if they take long."""
    if not _is_terminal():
        yield from results
        return
    start = time.monotonic()
    with ExitStack() as stack:
        bar, task = None, None
        for done, result in enumerate(results, 1):
            yield result
            if bar is None and done < total and time.monotonic() - start > _PATIENCE:
                from rich.console import Console
                from rich.progress import Progress

                bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
                task = bar.add_task("fusing", total=total)
            if bar is not None and task is not None:
                bar.update(task, completed=done)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _report(results: list["FusedFile"], *, as_json: bool) -> None:
    """Print what was written and what failed; leave with 2 if all failed, with 3 if some did."""
    if as_json:
        click.echo(json.dumps([_as_dict(result) for result in results], indent=2))
    errors = [result.error for result in results if result.error]
    _tell_notes(results)
    for result in results:
        if result.error:
            click.echo(f"clfnet: error: {result.error}", err=True)
        elif not as_json:
            click.echo(result.output)
    if errors:
        raise click.exceptions.Exit(3 if len(errors) < len(results) else errors[0].exit_code)


def _tell_notes(results: list["FusedFile"]) -> None:
    """Print what is worth knowing about the images on stderr, each thing once."""
    notes = Counter(note for result in results for note in result.record.get("notes", ()))
    for note, number in notes.items():
        _tell(f"{note} ({number} images)" if number > 1 else note)


def _as_dict(result: "FusedFile") -> dict[str, Any]:
    paths = {key: getattr(result, key) for key in ("infrared", "visible", "output")}
    found: dict[str, Any] = {key: path and str(path) for key, path in paths.items()}
    if result.error:
        return found | {"error": str(result.error)}
    if result.temperatures:
        found["temperatures"] = str(result.temperatures)
    size = {"width": result.width, "height": result.height}
    return found | size | {"seconds": round(result.seconds, 4), "done": result.record}
