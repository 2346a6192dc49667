"""Files that belong together: one per folder, of the same stem."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path

from clfnet.errors import PairingError

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff"})
"""What counts as an image in a folder; anything else there is left alone."""

THERMAL_SUFFIXES = IMAGE_SUFFIXES | {".fff", ".npy"}
"""What counts as one in a folder of thermal pictures."""


def pair_folders(*folders: Path) -> list[tuple[Path, ...]]:
    """Match the images of several folders by stem.

    Hidden files and files without an image suffix are left alone.

    Args:
        folders: e.g. infrared, visible.

    Returns:
        One tuple per stem, sorted by stem: its file in each folder, in the order of `folders`.

    Raises:
        PairingError: a folder is missing or without images, a stem occurs twice in one folder, or
            a file has no partner; all of them are named.

    Example:
        >>> import tempfile
        >>> infrared, visible = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        >>> (infrared / "road.png").touch(); (visible / "road.jpg").touch()
        >>> [tuple(file.name for file in pair) for pair in pair_folders(infrared, visible)]
        [('road.png', 'road.jpg')]
    """
    pairs, unpaired = match_folders(*folders)
    if unpaired:
        raise PairingError(
            f"every image must have a partner of the same stem in each folder, but "
            f"{listed(unpaired)} {'has' if len(unpaired) == 1 else 'have'} none. "
            f"Add the partners or take these files out."
        )
    return pairs


def match_folders(
    *folders: Path, suffixes: AbstractSet[str] = IMAGE_SUFFIXES
) -> tuple[list[tuple[Path, ...]], list[Path]]:
    """Match the images of several folders by stem and set aside those without a partner.

    Args:
        folders: e.g. infrared, visible.
        suffixes: what counts as an image.

    Returns:
        The pairs as `pair_folders` has them, and every file that lacks a partner in some folder.

    Raises:
        PairingError: a folder is missing or without images, a stem occurs twice in one folder, or
            no stem is in every folder.
    """
    by_stem = [images_by_stem(folder, suffixes) for folder in folders]
    if not by_stem:
        return [], []
    shared = sorted(set.intersection(*(set(files) for files in by_stem)))
    if not shared:
        raise PairingError(
            f"{' and '.join(map(str, folders))} must hold files of the same stem, but no stem is "
            f"in {'both' if len(folders) == 2 else 'all of them'} "
            f"(e.g. {', '.join(min(files.values()).name for files in by_stem)}). "
            f"Rename the files so that partners share a stem."
        )
    pairs = [tuple(files[stem] for files in by_stem) for stem in shared]
    unpaired = sorted(
        file for files in by_stem for stem, file in files.items() if stem not in set(shared)
    )
    return pairs, unpaired


def images_by_stem(folder: Path, suffixes: AbstractSet[str] = IMAGE_SUFFIXES) -> dict[str, Path]:
    """Return by stem the images of a folder, sorted: its files of these suffixes.

    Raises:
        PairingError: the folder is missing, unreadable or without images, or two share a stem.
    """
    if not folder.is_dir():
        raise PairingError(f"{folder} must be a folder, but is {_kind(folder)}. Check the path.")
    try:
        images = sorted(file for file in folder.iterdir() if _is_image(file, suffixes))
    except OSError as error:
        raise PairingError(f"{folder} must be readable, but: {error.strerror}.") from error
    files: dict[str, Path] = {}
    twins: list[Path] = []
    for file in images:
        if file.stem in files:
            twins += [files[file.stem], file]
        files[file.stem] = file
    if twins:
        raise PairingError(
            f"a stem must occur once in a folder, but {listed(dict.fromkeys(twins))} share "
            f"theirs. Keep one of each."
        )
    if not files:
        raise PairingError(
            f"{folder} must hold images, but has none. Images end in {', '.join(sorted(suffixes))}."
        )
    return files


def _is_image(file: Path, suffixes: AbstractSet[str]) -> bool:
    hidden = file.name.startswith(".")
    return not hidden and file.suffix.lower() in suffixes and not file.is_dir()


def _kind(path: Path) -> str:
    return "a file" if path.exists() else "not there"


def listed(paths: Iterable[Path], most: int = 8) -> str:
    """Name the paths on one line; many are counted, not listed."""
    names = [str(path) for path in paths]
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
