"""Pairs of files to fused files, one by one; a bad pair does not stop the rest."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from clfnet.errors import ClfnetError, ConfigError, InputError
from clfnet.inference.fuser import Fuser
from clfnet.inference.tiling import Tiles
from clfnet.io.files import check_outputs, sweep
from clfnet.io.image import SUFFIXES, check_depth, check_suffix, write_image
from clfnet.thermal import temperatures
from clfnet.thermal.measuring import why_not

_AT_ONCE = 3  # pairs in work: their images are in memory


class Job(NamedTuple):
    """One pair to fuse, and the files that are to be.

    Attributes:
        infrared: the infrared file.
        visible: the visible file; None where `infrared` is a radiometric file that holds both.
        output: where the fused image goes.
        temperatures: where the infrared image's temperatures go; None for nowhere.
    """

    infrared: Path
    visible: Path | None
    output: Path
    temperatures: Path | None = None


@dataclass(frozen=True)
class FusedFile:
    """What became of one pair.

    Attributes:
        infrared: the infrared file; None where a visible file has no partner.
        visible: the visible file; None where an infrared file has no partner, or needs none.
        output: the fused file; not written if there is an `error`.
        width: columns of the result; 0 if there is none.
        height: rows of the result; 0 if there is none.
        seconds: time taken, reading and writing included.
        temperatures: the file of temperatures, if one was written.
        record: what was done; see `clfnet.inference.fuser.Fused`.
        error: why there is no result.
        bytes: how large the fused file is.
    """

    infrared: Path | None
    visible: Path | None
    output: Path | None
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    temperatures: Path | None = None
    record: dict[str, Any] = field(default_factory=dict)
    error: ClfnetError | None = None
    bytes: int = 0


def plan(
    pairs: Iterable[tuple[Path, ...]],
    folder: Path,
    *,
    suffix: str | None = None,
    temperatures_folder: Path | None = None,
    names: Iterable[str] | None = None,
) -> list[Job]:
    """Give each pair its place in an output folder.

    Args:
        pairs: infrared, visible; or infrared alone where it holds both.
        folder: where the results go, each under its last file's stem.
        suffix: the results' format, e.g. ".png"; that of the last file by default.
        temperatures_folder: where temperatures go; they are not written by default.
        names: what each result is called, without suffix, perhaps in sub-folders; the stem of the
            last file by default.

    Example:
        >>> plan([(Path("a/x.png"), Path("b/x.jpg"))], Path("c"))[0].output.as_posix()
        'c/x.jpg'
    """
    jobs = []
    pairs = list(pairs)
    stems = [files[-1].stem for files in pairs] if names is None else names
    for (infrared, *visible), stem in zip(pairs, stems, strict=True):
        named = visible[0] if visible else infrared
        celsius = temperatures_folder / f"{stem}.tiff" if temperatures_folder else None
        kept = named.suffix if named.suffix.lower() in SUFFIXES else ".png"
        output = folder / f"{stem}{suffix or kept}"
        jobs.append(Job(infrared, visible[0] if visible else None, output, celsius))
    return jobs


def fuse_file(fuser: Fuser, job: Job, *, overwrite: bool = False) -> FusedFile:
    """Fuse one pair of files into a file of the format that its output ends in.

    Temperatures are written as the camera has them, on its own grid, whatever becomes of the
    image.

    Raises:
        ImageError: a file cannot be read, or the output cannot be written in its format.
        SizeMismatchError: the two differ in size and are not aligned.
        AlignmentError: the two cannot be registered well enough.
        ConfigError: temperatures are asked for, and there are none; or 16 bits of a format of 8.
        OutputExistsError: an output is there and `overwrite` is not set.
        InputError: an output is one of the inputs, or the system refuses to write.
    """
    start = time.perf_counter()
    _check_outputs(fuser, job, overwrite=overwrite)
    pair = fuser.read(job.infrared, job.visible)
    if job.temperatures and pair.thermal.celsius is None:
        raise ConfigError(
            f"{job.infrared} must measure temperatures, to write them, but {why_not(pair.thermal)}"
        )
    names = (str(job.infrared), str(job.visible or job.infrared))
    fused, record, _ = fuser.fuse_pair(pair, names)
    celsius = pair.thermal.celsius if job.temperatures else None
    del pair  # large images: encoding takes memory of its own
    compression = fuser.options.compression
    write_image(job.output, fused, overwrite=overwrite, compression=compression)
    if job.temperatures and celsius is not None:
        temperatures.write_temperatures(job.temperatures, celsius, overwrite=overwrite)
    seconds = time.perf_counter() - start
    size = fused.width, fused.height
    return FusedFile(
        job.infrared,
        job.visible,
        job.output,
        *size,
        seconds,
        job.temperatures,
        record,
        bytes=_size(job.output),
    )


def as_it_is_now(result: FusedFile) -> FusedFile:
    """Return a result, with an error if its file is no longer what was written.

    A folder may be emptied while others are written to it, and a disk may go away.
    """
    if result.error or result.output is None or (now := _size(result.output)) == result.bytes:
        return result
    gone = "is gone" if now < 0 else f"has {now} bytes, not {result.bytes}"
    error = InputError(
        f"{result.output} must still be there when the run ends, but {gone}. Fuse it again."
    )
    return FusedFile(result.infrared, result.visible, result.output, error=error)


def _size(file: Path) -> int:
    """Return a file's bytes; -1 if it is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return -1


def fuse_files(
    fuser: Fuser, jobs: Iterable[Job], *, overwrite: bool = False
) -> Generator[FusedFile, None, None]:
    """Fuse pairs of files, in order.

    With a model that fuses in tiles, up to three pairs are in work at once: one is read, one fused,
    one written. Their tiles share the model's threads, which so do not wait for the disk.

    Args:
        fuser: what fuses.
        jobs: e.g. from `plan`.
        overwrite: replace files that are there already.

    Yields:
        One result per pair, as soon as it is done; a failed pair has its `error` set.
    """
    jobs = list(jobs)
    for folder in {job.output.parent for job in jobs}:
        sweep(folder)
    fuse = partial(_fuse_or_tell, fuser, overwrite=overwrite)
    if fuser.tiles is None or fuser.alignment.automatic or len(jobs) == 1:
        yield from map(fuse, jobs)  # one pair takes all cores
    else:
        yield from _overlapped(fuse, jobs, fuser.tiles)


def _overlapped(
    fuse: Callable[[Job], FusedFile], jobs: list[Job], tiles: Tiles
) -> Iterator[FusedFile]:
    with ThreadPoolExecutor(_AT_ONCE, "clfnet-file") as pool:
        begun: deque[Future[FusedFile]] = deque()
        try:
            for job in jobs:
                begun.append(pool.submit(fuse, job))
                if len(begun) == _AT_ONCE:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        except BaseException:  # Ctrl-C, our bug, or nobody wants the rest
            pool.shutdown(wait=False, cancel_futures=True)
            tiles.stop()
            raise


def _fuse_or_tell(fuser: Fuser, job: Job, *, overwrite: bool) -> FusedFile:
    try:
        return fuse_file(fuser, job, overwrite=overwrite)
    except ClfnetError as error:
        return FusedFile(job.infrared, job.visible, job.output, error=error)
    except MemoryError:
        too_large = InputError(f"{job.output} must fit into memory. Use smaller images.")
        return FusedFile(job.infrared, job.visible, job.output, error=too_large)


def _check_outputs(fuser: Fuser, job: Job, *, overwrite: bool) -> None:
    """Find out before the work whether its results may be written."""
    check_suffix(job.output)
    check_depth(fuser.options.depth, job.output.suffix, str(job.output))
    if job.temperatures:
        temperatures.check_suffix(job.temperatures)
    inputs = [file for file in (job.infrared, job.visible) if file]
    check_outputs((job.output, job.temperatures), inputs, overwrite=overwrite)
