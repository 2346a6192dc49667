"""Score folders of fused images against the folders of their sources."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import NamedTuple, Unpack

from clfnet.errors import ClfnetError, ImageError, InputError
from clfnet.evaluation.matching import match
from clfnet.evaluation.sources import Files, Reading
from clfnet.evaluation.spans import span_note, stretch_levels
from clfnet.evaluation.table import Table
from clfnet.metrics import DEFAULT, metrics_of, score, to_grey
from clfnet.options import FuseArguments, FuseOptions

Folder = str | PathLike[str]

Progress = Callable[[int, int], object]
"""Called after each image: how many are done, of how many."""


def evaluate(
    infrared: Folder,
    visible: Folder,
    fused: Folder | Iterable[Folder] | Mapping[str, Folder],
    *,
    mapping: Folder | None = None,
    dialect: str = DEFAULT,
    metrics: Iterable[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    **options: Unpack[FuseArguments],
) -> Table:
    """Score the fused images of one or many methods.

    Files of the same stem belong together; fused images may also be called `NAME_METHOD`, or have
    other names that a mapping translates (see `clfnet.evaluation.matching`). Colour and 16-bit
    images become grey levels 0..255 as `clfnet.metrics.to_grey` says.

    Args:
        infrared: the folder of infrared images.
        visible: the folder of visible images.
        fused: the folders of fused images, one per method, which takes the folder's name; or the
            name that is given, as "NAME=DIR" or by a mapping.
        mapping: a CSV file with the columns `file` and `name`, for renumbered fused images.
        dialect: "plain", "paper" or "cddfuse"; values of two dialects cannot be compared.
        metrics: the names of the wanted ones; those of `metrics_of` if not given.
        jobs: how many images are scored at a time, in threads; each takes some 130 bytes of memory
            per pixel.
        progress: called after each image.
        **options: with which the images were fused, those of `clfnet.options.READ_AS`, e.g.
            `thermal_range="-10C,40C"`, and `align="rig.json"` for sources that are not aligned;
            and `stretch=True` to stretch every fused image to 0..255 before, as many published
            tables do.

    Returns:
        The score of every image; `means()` has the means over the images. A note tells where the
        methods' images span different numbers of levels, on which most metrics depend.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name; an option says nothing
            about sources.
        PairingError: a folder has no images, or a file no partner in another one.
        InputError: no fused folder, two of the same name, fewer than one job; or several images
            cannot be scored, which are all named.
        ImageError: a file is no image, or too small for a metric.
        SizeMismatchError: the images of a pair differ in size.
        MissingExtraError: scipy is not installed, and one of the metrics needs it.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, write_image
        >>> root = Path(tempfile.mkdtemp())
        >>> for kind in ("ir", "vi", "ours"):
        ...     write_image(root / kind / "1.png", Image(np.eye(8, dtype=np.uint8)))
        >>> evaluate(root / "ir", root / "vi", root / "ours", metrics=["MSE"]).means()
        {'ours': {'MSE': 0.0}}
    """
    wanted = metrics_of(dialect, metrics)
    if jobs < 1:
        raise InputError(f"`jobs` must be at least 1, got {jobs}.")
    chosen = FuseOptions(**options)
    reading, stretch = Reading.of(chosen), chosen.stretch
    methods = match(
        Path(infrared),
        Path(visible),
        _folders(fused),
        None if mapping is None else Path(mapping),
    )
    tasks = [(method, name) for method, images in methods.items() for name in images]
    names = [metric.name for metric in wanted]

    def attempt(task: tuple[str, str]) -> _Scored | ClfnetError:
        try:
            return _score(methods[task[0]][task[1]], reading, dialect, names, stretch)
        except InputError as error:
            return error

    found: dict[str, dict[str, dict[str, float]]] = {method: {} for method in methods}
    spans: dict[str, list[int]] = {method: [] for method in methods}
    errors: list[ClfnetError] = []
    with ThreadPoolExecutor(jobs) as pool:
        for done, (result, (method, name)) in enumerate(
            zip(pool.map(attempt, tasks), tasks, strict=True), start=1
        ):
            if isinstance(result, ClfnetError):
                errors.append(result)
            else:
                found[method][name] = result.values
                spans[method].append(result.span)
            if progress:
                progress(done, len(tasks))
    _raise(errors)
    note = "" if stretch else span_note(spans)
    return Table(
        dialect.casefold(), tuple(wanted), found, methods, reading, stretch, (note,) if note else ()
    )


def _folders(fused: Folder | Iterable[Folder] | Mapping[str, Folder]) -> list[Folder]:
    if isinstance(fused, Mapping):
        return [f"{name}={folder}" for name, folder in fused.items()]
    return [fused] if isinstance(fused, str | PathLike) else list(fused)


def _raise(errors: list[ClfnetError], most: int = 8) -> None:
    """Raise a single error as it is; several as one, since a mean needs the same images of all."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        rest = f" And {len(errors) - most} more." if len(errors) > most else ""
        raise InputError(
            f"{len(errors)} images cannot be scored. {' '.join(map(str, errors[:most]))}{rest}"
        )


class _Scored(NamedTuple):
    """The values of one image, and how many levels its darkest and brightest pixels are apart."""

    values: dict[str, float]
    span: int


def _score(
    files: Files, reading: Reading, dialect: str, metrics: list[str], stretch: bool
) -> _Scored:
    """Read and score one image; messages name the file."""
    infrared, *others = reading(files)
    visible, fused = map(to_grey, others)
    span = int(fused.max()) - int(fused.min())
    fused = stretch_levels(fused) if stretch else fused
    try:
        values = score(fused, infrared, visible, dialect=dialect, metrics=metrics)
    except ImageError as error:
        raise ImageError(f"{files[-1]}: {error}") from error
    return _Scored(values, span)
