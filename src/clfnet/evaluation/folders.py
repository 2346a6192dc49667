"""Score folders of fused images against the folders of their sources."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path

from clfnet.errors import ClfnetError, ImageError, InputError, SizeMismatchError
from clfnet.evaluation.matching import match
from clfnet.evaluation.sources import read_infrared
from clfnet.evaluation.table import Files, Table
from clfnet.io.image import read_image
from clfnet.metrics import GreyImage, metrics_of, score, to_grey
from clfnet.metrics.image import size_of

Folder = str | PathLike[str]

Progress = Callable[[int, int], object]
"""Called after each image: how many are done, of how many."""


def evaluate(
    infrared: Folder,
    visible: Folder,
    fused: Folder | Iterable[Folder],
    *,
    mapping: Folder | None = None,
    dialect: str = "paper",
    metrics: Iterable[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Table:
    """Score the fused images of one or many methods.

    Files of the same stem belong together; fused images may also be called `NAME_METHOD`, or have
    other names that a mapping translates (see `clfnet.evaluation.matching`). Colour and 16-bit
    images become grey levels 0..255 as `clfnet.metrics.to_grey` says.

    Args:
        infrared: the folder of infrared images.
        visible: the folder of visible images.
        fused: the folders of fused images, one per method, which takes the folder's name.
        mapping: a CSV file with the columns `file` and `name`, for renumbered fused images.
        dialect: "paper", "plain" or "cddfuse"; values of two dialects cannot be compared.
        metrics: the names of the wanted ones; those of `metrics_of` if not given.
        jobs: how many images are scored at a time, in threads; each takes some 130 bytes of memory
            per pixel.
        progress: called after each image.

    Returns:
        The score of every image; `means()` has the means over the images.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name.
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
    folders = [fused] if isinstance(fused, str | PathLike) else list(fused)
    methods = match(
        Path(infrared),
        Path(visible),
        map(Path, folders),
        None if mapping is None else Path(mapping),
    )
    tasks = [(method, name) for method, images in methods.items() for name in images]
    names = [metric.name for metric in wanted]

    def attempt(task: tuple[str, str]) -> dict[str, float] | ClfnetError:
        try:
            return _score(methods[task[0]][task[1]], dialect, names)
        except InputError as error:
            return error

    found: dict[str, dict[str, dict[str, float]]] = {method: {} for method in methods}
    errors: list[ClfnetError] = []
    with ThreadPoolExecutor(jobs) as pool:
        for done, (result, (method, name)) in enumerate(
            zip(pool.map(attempt, tasks), tasks, strict=True), start=1
        ):
            if isinstance(result, ClfnetError):
                errors.append(result)
            else:
                found[method][name] = result
            if progress:
                progress(done, len(tasks))
    _raise(errors)
    return Table(dialect.casefold(), tuple(wanted), found, methods)


def _raise(errors: list[ClfnetError], most: int = 8) -> None:
    """Raise a single error as it is; several as one, since a mean needs the same images of all."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        rest = f" And {len(errors) - most} more." if len(errors) > most else ""
        raise InputError(
            f"{len(errors)} images cannot be scored. {' '.join(map(str, errors[:most]))}{rest}"
        )


def _score(files: Files, dialect: str, metrics: list[str]) -> dict[str, float]:
    """Read and score one image; messages name the file."""
    infrared, (visible, fused) = read_infrared(files[0]), map(_read_grey, files[1:])
    path = files[-1]
    for source, image in zip(files, (infrared, visible), strict=False):
        if image.shape != fused.shape:
            raise SizeMismatchError(
                f"{path} must have the size of {source}, {size_of(image)}, got {size_of(fused)}. "
                "Resize it, or fuse again at full size."
            )
    try:
        return score(fused, infrared, visible, dialect=dialect, metrics=metrics)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def _read_grey(path: Path) -> GreyImage:
    return to_grey(read_image(path).pixels)
