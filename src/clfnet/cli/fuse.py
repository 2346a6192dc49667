"""`clfnet fuse`: files, folders, radiometric files, streams."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clfnet.cli.options import (
    AlignOption,
    BackendOption,
    DepthOption,
    Grid,
    GridOption,
    HotOption,
    KelvinOption,
    MemoryOption,
    Outside,
    OutsideOption,
    PaletteOption,
    RangeOption,
    SpaceOption,
    StrengthOption,
    StretchOption,
)
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
    infrared: Annotated[str, typer.Argument(metavar="INFRARED", help="File, folder or stream.")],
    output: Annotated[str, typer.Option("--output", "-o", help="File or folder to write.")],
    visible: Annotated[
        str | None,
        typer.Argument(
            metavar="[VISIBLE]",
            help="The same; left out for FLIR radiometric files, which hold both.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A shipped model, a classical rule, an .onnx file, or onnx:FILE. "
            "[default: clfnet; fast for video]",
            show_default=False,
        ),
    ] = None,
    stretch: StretchOption = False,
    thermal_range: RangeOption = "auto",
    kelvin_per_count: KelvinOption = None,
    temperatures: Annotated[
        Path | None,
        typer.Option(help="Write °C too, as float32 TIFF: file or folder.", show_default=False),
    ] = None,
    align: AlignOption = "off",
    grid: GridOption = Grid.VISIBLE,
    outside: OutsideOption = Outside.CROP,
    space: SpaceOption = "bt601",
    strength: StrengthOption = None,
    palette: PaletteOption = None,
    hot: HotOption = None,
    depth: DepthOption = None,
    offset: Annotated[
        float | None, typer.Option(help="Video: seconds that the infrared began later.")
    ] = None,
    fps: Annotated[float | None, typer.Option(help="Video: frames per second of folders.")] = None,
    frames: Annotated[int | None, typer.Option(min=1, help="Video: stop after so many.")] = None,
    backend: BackendOption = "onnxruntime",
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
    memory: MemoryOption = None,
) -> None:
    """Fuse INFRARED and VISIBLE into OUTPUT.

    Two files give a file, two folders a folder: files of the same stem are pairs. Two videos,
    cameras or URLs, or two folders with an output that ends in .mp4, .mkv or .webm, give a video.
    The result has the visible image's depth, colour, stem and format, and its size unless the two
    are aligned.
    """
    from clfnet.cli.video import fuse_streams, wants_video
    from clfnet.inference.files import fuse_files
    from clfnet.inference.fuser import Fuser

    timed = {"--offset": offset, "--fps": fps, "--frames": frames}
    of_streams = any(map(_given, timed.values()))
    streams = wants_video(infrared, visible or infrared, output, timed=of_streams)
    fuser = Fuser(
        model or ("fast" if streams else "clfnet"),
        stretch=stretch,
        threads=threads,
        memory=memory,
        backend=backend,
        thermal_range="auto" if streams else thermal_range,
        kelvin_per_count=None if streams else kelvin_per_count,
        align=align,
        grid=grid,
        outside=outside,
        space=space,
        strength=strength,
        palette=palette,
        hot=hot,
        depth=int(depth) if depth else None,
    )
    if streams:
        from clfnet.thermal import parse_range
        from clfnet.video.ranging import ranging_for

        _refuse(
            {
                "--temperatures": temperatures,
                "--format": form,
                "--depth": depth,
                "--stretch": stretch or None,
            },
            "a video",
        )
        if align == "auto":
            raise InputError(
                "--align must be a rig file for a video, got auto. "
                "Make one of a pair of frames: clfnet align IR VIS -o RIG.json"
            )
        fuse_streams(
            fuser,
            infrared,
            _with_visible(visible),
            output,
            ranging=ranging_for(parse_range(thermal_range), kelvin_per_count),
            offset=offset or 0.0,
            fps=fps,
            frames=frames,
            overwrite=overwrite,
            as_json=as_json,
        )
        return
    _refuse(timed, "pictures")
    sources = Path(infrared), None if visible is None else Path(visible)
    jobs, failed = _plan(*sources, output, f".{form}" if form else None, temperatures)
    results = [*failed, *_with_bar(fuse_files(fuser, jobs, overwrite=overwrite), len(jobs))]
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
) -> tuple[list["Job"], list["FusedFile"]]:
    """Return what is to be done, and what cannot be since it has no partner."""
    from clfnet.inference.files import Job, plan

    if visible is not None and infrared.is_dir() != visible.is_dir():
        raise InputError(
            f"INFRARED and VISIBLE must be two files or two folders, got one of each: "
            f"{infrared} and {visible}."
        )
    folder = Path(output)
    if infrared.is_dir():
        if folder.exists() and not folder.is_dir():
            raise InputError(f"OUTPUT must be a folder for folders, but {output} is a file.")
        pairs, lonely = _pairs(infrared, visible)
        return plan(pairs, folder, suffix=suffix, temperatures_folder=temperatures), lonely
    pair = (infrared,) if visible is None else (infrared, visible)
    if folder.is_dir() or output.endswith((os.sep, "/")):
        (job,) = plan([pair], folder, suffix=suffix)
        return [job._replace(temperatures=temperatures)], []
    if suffix and _kind(Path(output).suffix) != _kind(suffix):
        raise InputError(f"OUTPUT must end in {suffix} with --format, got {output}. Drop one.")
    return [Job(infrared, visible, Path(output), temperatures)], []


def _pairs(
    infrared: Path, visible: Path | None
) -> tuple[list[tuple[Path, ...]], list["FusedFile"]]:
    """Return the pairs of two folders, or the files of one that hold pairs; and what is lonely."""
    from clfnet.data.pairing import THERMAL_SUFFIXES, images_by_stem, match_folders

    if visible is None:
        return [(file,) for file in images_by_stem(infrared, THERMAL_SUFFIXES).values()], []
    pairs, unpaired = match_folders(infrared, visible, suffixes=THERMAL_SUFFIXES)
    return pairs, [_lonely(file, infrared) for file in unpaired]


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
    if result.temperatures:
        found["temperatures"] = str(result.temperatures)
    size = {"width": result.width, "height": result.height}
    return found | size | {"seconds": round(result.seconds, 4), "done": result.record}
