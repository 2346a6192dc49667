"""Files that belong together: of two folders, or of one that holds both kinds."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from clfnet.errors import PairingError
from clfnet.io.formats import IMAGE_SUFFIXES
from clfnet.io.names import Matching, match_names, split_kinds


class Pairs(NamedTuple):
    """Files that belong together, and the others.

    Attributes:
        pairs: one tuple per pair, sorted: its file in each folder.
        names: what each pair is called: its last file below its folder, without suffix.
        unpaired: files that lack a partner in some folder.
        spare: visible files through another lens, whose pair has one already.
        note: how the names were matched, if not by the whole stem; else empty.
    """

    pairs: list[tuple[Path, ...]]
    names: list[str]
    unpaired: list[Path]
    spare: list[Path] = []  # noqa: RUF012 -- a tuple's default, never changed
    note: str = ""


def pair_folders(
    *folders: Path, suffixes: AbstractSet[str] = IMAGE_SUFFIXES
) -> list[tuple[Path, ...]]:
    """Match the images of several folders by name; see `match_folders`.

    Args:
        folders: e.g. infrared, visible.
        suffixes: what counts as an image.

    Returns:
        One tuple per pair, sorted: its file in each folder, in the order of `folders`.

    Raises:
        PairingError: as `match_folders`; or a file has no partner; all of them are named.

    Example:
        >>> import tempfile
        >>> infrared, visible = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        >>> (infrared / "road.png").touch(); (visible / "road.jpg").touch()
        >>> [tuple(file.name for file in pair) for pair in pair_folders(infrared, visible)]
        [('road.png', 'road.jpg')]
    """
    found = match_folders(*folders, suffixes=suffixes)
    if found.unpaired:
        raise PairingError(
            f"every image must have a partner in each folder, but {listed(found.unpaired)} "
            f"{'has' if len(found.unpaired) == 1 else 'have'} none. "
            f"Add the partners or take these files out."
        )
    return found.pairs


def match_folders(
    *folders: Path,
    suffixes: AbstractSet[str] = IMAGE_SUFFIXES,
    recursive: bool = False,
    lens: str | None = None,
) -> Pairs:
    """Match the images of several folders by name and set aside those without a partner.

    Names match by the rules of `clfnet.io.names`: whole stems first, then without a word of the
    kind (ir, vis, T, W ...), then without a prefix and a suffix that a folder's files share.

    Args:
        folders: e.g. infrared, visible.
        suffixes: what counts as an image.
        recursive: files in sub-folders count, and match by their path below the folder.
        lens: which of several visible images of a pair, a key of `clfnet.io.names.LENSES`.

    Raises:
        PairingError: a folder is missing or without images, a stem occurs twice in one folder, two
            of them are one folder, or no file has a partner.

    Example:
        >>> import tempfile
        >>> infrared, visible = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        >>> (infrared / "IR_1.png").touch(); (visible / "VIS_1.jpg").touch()
        >>> match_folders(infrared, visible).note
        "without the words 'ir', 'vis'"
    """
    if not folders:
        return Pairs([], [], [])
    files = [images_by_stem(folder, suffixes, recursive=recursive) for folder in folders]
    _refuse_twins(folders)
    matching = match_names(*files, lens=lens)
    if not matching.shared:
        raise PairingError(
            f"{' and '.join(map(str, folders))} must hold files whose names belong together, but "
            f"no two do (e.g. {', '.join(min(each.values()).name for each in files)}). Give equal "
            f"names to partners, or names that differ in a prefix, a suffix or a word such as ir "
            f"and vis; pair them by when they were taken (--by-time); or list the pairs in a file: "
            f"clfnet batch PAIRS.csv."
        )
    return _sorted_out(matching, files)


def match_folder(
    folder: Path,
    *,
    suffixes: AbstractSet[str] = IMAGE_SUFFIXES,
    recursive: bool = False,
    lens: str | None = None,
) -> Pairs | None:
    """Match the infrared with the visible images of one folder, which words in their names tell.

    Args:
        folder: holds both.
        suffixes: what counts as an image.
        recursive: files in sub-folders count; the names of sub-folders tell a kind too.
        lens: which of several visible images of a pair, a key of `clfnet.io.names.LENSES`.

    Returns:
        The pairs, infrared first; None if the names do not tell of any.

    Raises:
        PairingError: the folder is missing or without images, or a stem occurs twice.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "DJI_0001_T.JPG").touch(); (folder / "DJI_0001_W.JPG").touch()
        >>> [file.name for file in match_folder(folder).pairs[0]]
        ['DJI_0001_T.JPG', 'DJI_0001_W.JPG']
    """
    files = images_by_stem(folder, suffixes, recursive=recursive)
    infrared, visible, other = split_kinds(files)
    matching = match_names(infrared, visible, lens=lens)
    if not matching.shared:
        return None
    found = _sorted_out(matching, [files, files])
    return found._replace(unpaired=sorted([*found.unpaired, *(files[name] for name in other)]))


def _sorted_out(matching: Matching, files: Sequence[Mapping[str, Path]]) -> Pairs:
    """Return the files of matched names."""
    groups, shared = matching.groups, matching.shared
    chosen = sorted(
        (
            tuple(each[group[key]] for group, each in zip(groups, files, strict=True)),
            groups[-1][key],
        )
        for key in shared
    )
    unpaired = sorted(
        each[name]
        for group, each in zip(groups, files, strict=True)
        for key, name in group.items()
        if key not in set(shared)
    )
    spare = sorted(next(each[name] for each in files if name in each) for name in matching.spare)
    pairs, names = [pair for pair, _ in chosen], [name for _, name in chosen]
    return Pairs(pairs, names, unpaired, spare, matching.note)


def _refuse_twins(folders: Sequence[Path]) -> None:
    for number, folder in enumerate(folders):
        if any(folder.samefile(other) for other in folders[:number]):
            raise PairingError(
                f"the folders of a pair must be different ones, got {folder} twice. If it holds "
                f"both kinds, give it once: clfnet fuse {folder} -o OUT."
            )


def images_by_stem(
    folder: Path, suffixes: AbstractSet[str] = IMAGE_SUFFIXES, *, recursive: bool = False
) -> dict[str, Path]:
    """Return by stem the images of a folder, sorted: its files of these suffixes.

    Args:
        folder: where they are.
        suffixes: what counts as an image.
        recursive: files in sub-folders count too, their names being paths without suffix, "/"
            between; hidden folders do not.

    Raises:
        PairingError: the folder is missing, unreadable or without images, or two share a stem.
    """
    if not folder.is_dir():
        raise PairingError(f"{folder} must be a folder, but is {_kind(folder)}. Check the path.")
    try:
        inside = folder.rglob("*") if recursive else folder.iterdir()
        images = sorted(file for file in inside if _is_image(file, suffixes, folder))
    except OSError as error:
        raise PairingError(f"{folder} must be readable, but: {error.strerror}.") from error
    files: dict[str, Path] = {}
    twins: list[Path] = []
    for file in images:
        name = file.relative_to(folder).with_suffix("").as_posix() if recursive else file.stem
        if name in files:
            twins += [files[name], file]
        files[name] = file
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


def _is_image(file: Path, suffixes: AbstractSet[str], folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in suffixes and not file.is_dir()


def _kind(path: Path) -> str:
    return "a file" if path.exists() else "not there"


def listed(paths: Iterable[Path], most: int = 8) -> str:
    """Name the paths on one line; many are counted, not listed."""
    names = [str(path) for path in paths]
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
