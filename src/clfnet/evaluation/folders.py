"""Score folders of fused images against the folders of their sources."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path

from clfnet.data.pairing import pair_folders
from clfnet.errors import ImageError, InputError, SizeMismatchError
from clfnet.evaluation.table import Table
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
    dialect: str = "paper",
    metrics: Iterable[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Table:
    """Score the fused images of one or many methods.

    Files of the same stem belong together. Colour and 16-bit images become grey levels 0..255 as
    `clfnet.metrics.to_grey` says.

    Args:
        infrared: the folder of infrared images.
        visible: the folder of visible images.
        fused: the folders of fused images, one per method, which takes the folder's name.
        dialect: "paper", "plain" or "cddfuse"; values of two dialects cannot be compared.
        metrics: the names of the wanted ones; all of the dialect if not given.
        jobs: how many images are scored at a time, in threads.
        progress: called after each image.

    Returns:
        The score of every image; `means()` has the means over the images.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name.
        PairingError: a folder has no images, or a file no partner in another one.
        InputError: no fused folder, two of the same name, or fewer than one job.
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
    methods = _by_name([fused] if isinstance(fused, str | PathLike) else fused)
    pairs = {
        method: pair_folders(Path(infrared), Path(visible), folder)
        for method, folder in methods.items()
    }
    files = [(method, triple) for method, triples in pairs.items() for triple in triples]
    names = [metric.name for metric in wanted]

    found: dict[str, dict[str, dict[str, float]]] = {method: {} for method in methods}
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda file: _score(file[1], dialect, names), files)
        for done, (scores, (method, triple)) in enumerate(
            zip(results, files, strict=True), start=1
        ):
            found[method][triple[-1].stem] = scores
            if progress:
                progress(done, len(files))
    return Table(dialect.casefold(), tuple(wanted), found)


def _by_name(folders: Iterable[Folder]) -> dict[str, Path]:
    """The folder of each method."""
    methods: dict[str, Path] = {}
    for folder in map(Path, folders):
        name = folder.resolve().name
        if name in methods:
            raise InputError(
                f"`fused` must be folders of different names, got {methods[name]} and {folder}. "
                "The name is the method's: rename one."
            )
        methods[name] = folder
    if not methods:
        raise InputError("`fused` must be at least one folder, got none.")
    return methods


def _score(files: tuple[Path, ...], dialect: str, metrics: list[str]) -> dict[str, float]:
    """Read and score one image; messages name the file."""
    infrared, visible, fused = (_read_grey(path) for path in files)
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
