"""Pairs of files to fused files, one by one; a bad pair does not stop the rest."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from clfnet.errors import ClfnetError, InputError
from clfnet.inference.fuser import Fuser, check_sizes
from clfnet.io.files import refuse_existing
from clfnet.io.image import check_suffix, read_image, write_image


class Job(NamedTuple):
    """One pair to fuse: two files that are there and one that is to be."""

    infrared: Path
    visible: Path
    output: Path


@dataclass(frozen=True)
class FusedFile:
    """What became of one pair.

    Attributes:
        infrared: the infrared file; None where a visible file has no partner.
        visible: the visible file; None where an infrared file has no partner.
        output: the fused file; not written if there is an `error`.
        width: columns of the result; 0 if there is none.
        height: rows of the result; 0 if there is none.
        seconds: time taken, reading and writing included.
        error: why there is no result.
    """

    infrared: Path | None
    visible: Path | None
    output: Path | None
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    error: ClfnetError | None = None


def plan(
    pairs: Iterable[tuple[Path, ...]], folder: Path, *, suffix: str | None = None
) -> list[Job]:
    """Give each pair its place in an output folder.

    Args:
        pairs: infrared, visible.
        folder: where the results go, each under the visible file's stem.
        suffix: the results' format, e.g. ".png"; the visible file's by default.

    Example:
        >>> plan([(Path("a/x.png"), Path("b/x.jpg"))], Path("c"))[0].output.as_posix()
        'c/x.jpg'
    """
    return [
        Job(infrared, visible, folder / (visible.stem + (suffix or visible.suffix)))
        for infrared, visible in pairs
    ]


def fuse_file(
    fuser: Fuser, infrared: Path, visible: Path, output: Path, *, overwrite: bool = False
) -> FusedFile:
    """Fuse one pair of files into a file of the format that `output` ends in.

    Raises:
        ImageError: a file cannot be read, or `output` cannot be written in its format.
        SizeMismatchError: the two differ in size.
        OutputExistsError: `output` is there and `overwrite` is not set.
        InputError: `output` is one of the inputs, or the system refuses to write.
    """
    start = time.perf_counter()
    _check_output(output, (infrared, visible), overwrite=overwrite)
    first, second = read_image(infrared), read_image(visible)
    check_sizes(first.pixels, second.pixels, str(infrared), str(visible))
    fused = fuser.fuse_images(first, second)
    write_image(output, fused, overwrite=overwrite)
    seconds = time.perf_counter() - start
    return FusedFile(infrared, visible, output, fused.width, fused.height, seconds)


def fuse_files(
    fuser: Fuser, jobs: Iterable[Job], *, overwrite: bool = False
) -> Iterator[FusedFile]:
    """Fuse pairs of files, one after the other.

    Args:
        fuser: what fuses.
        jobs: e.g. from `plan`.
        overwrite: replace files that are there already.

    Yields:
        One result per pair, as soon as it is done; a failed pair has its `error` set.
    """
    for job in jobs:
        try:
            yield fuse_file(fuser, *job, overwrite=overwrite)
        except ClfnetError as error:
            yield FusedFile(*job, error=error)
        except MemoryError:
            too_large = InputError(f"{job.visible} must fit into memory. Use a smaller image.")
            yield FusedFile(*job, error=too_large)


def _check_output(output: Path, inputs: tuple[Path, Path], *, overwrite: bool) -> None:
    """Find out before the work whether its result may be written."""
    check_suffix(output)
    if output.exists() and any(file.exists() and output.samefile(file) for file in inputs):
        raise InputError(f"{output} must not be one of the inputs. Choose another output.")
    if not overwrite:
        refuse_existing(output)
