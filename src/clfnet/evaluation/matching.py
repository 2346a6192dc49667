"""Which fused image belongs to which pair: by stem, as `NAME_METHOD`, or by the user's list."""

import csv
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from os import PathLike
from pathlib import Path

from clfnet.errors import InputError, PairingError, one_line
from clfnet.evaluation.sources import Files
from clfnet.io.files import open_input
from clfnet.io.formats import THERMAL_SUFFIXES
from clfnet.io.names import match_names
from clfnet.io.pairing import images_by_stem, listed, pair_folders

Names = Mapping[str, str]
"""By a fused image's stem, the name of its pair."""


def match(
    infrared: Path, visible: Path, fused: Iterable[str | PathLike[str]], mapping: Path | None = None
) -> dict[str, dict[str, Files]]:
    """Find the fused image of every pair, for every method.

    A folder of fused images is one method and has its name, where the stems are those of the pairs.
    Where none of them is, the files must be called `NAME_METHOD`, NAME being a pair's; then one
    folder may hold several methods. A mapping gives the names of renumbered files.

    Args:
        infrared: folder of infrared images.
        visible: folder of visible images; a pair has the stem of its visible file as its name.
        fused: folders of fused images; "NAME=DIR" names the method that a folder holds.
        mapping: a CSV file with the columns `file` (a fused image's file name or stem) and `name`
            (of its pair), and optionally `method` (the folder that the line is for).

    Returns:
        By method and name, the files; names are sorted.

    Raises:
        PairingError: a folder has no images; a pair lacks a fused image or a fused image its pair
            (all of them are named); or the mapping cannot be used.
        InputError: no fused folder, or two methods of one name.

    Example:
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> for file in ("ir/1.png", "vi/1.png", "all/1_GTF.png", "all/1_IFCNN.png"):
        ...     (root / file).parent.mkdir(exist_ok=True); (root / file).touch()
        >>> list(match(root / "ir", root / "vi", [root / "all"]))
        ['GTF', 'IFCNN']
    """
    pairs = {files[1].stem: files for files in _pairs(infrared, visible)}
    rows = _rows(mapping) if mapping else []
    methods: dict[str, dict[str, Path]] = {}
    origins: dict[str, Path] = {}
    for given in fused:
        name, folder = named_folder(given)
        for method, files in _methods_in(folder, pairs, rows, name).items():
            if method in methods:
                raise InputError(
                    f"`fused` must be folders of different names, got {method!r} in "
                    f"{origins[method]} and {folder}. The name is the method's: write NAME=DIR."
                )
            methods[method], origins[method] = files, folder
    if not methods:
        raise InputError("`fused` must be at least one folder, got none.")
    _check_complete(methods, pairs)
    return {
        method: {name: (*pair, files[name]) for name, pair in _two(pairs).items()}
        for method, files in methods.items()
    }


def _pairs(infrared: Path, visible: Path) -> list[tuple[Path, ...]]:
    return pair_folders(infrared, visible, suffixes=THERMAL_SUFFIXES)


def _two(pairs: Mapping[str, tuple[Path, ...]]) -> dict[str, tuple[Path, Path]]:
    return {name: (files[0], files[1]) for name, files in pairs.items()}


def named_folder(text: str | PathLike[str]) -> tuple[str | None, Path]:
    """Read NAME=DIR, or DIR alone; a folder that is there is not taken apart.

    Example:
        >>> named_folder("ours=results/7"), named_folder("results/a=b")
        (('ours', PosixPath('results/7')), (None, PosixPath('results/a=b')))
    """
    name, equals, folder = str(text).partition("=")
    if not equals or not name.strip() or "/" in name or "\\" in name or Path(text).exists():
        return None, Path(text)
    return name.strip(), Path(folder)


def method_names(folders: Iterable[str | PathLike[str]]) -> dict[str, Path]:
    """Return folders by the name of their method: what stands before "=", or the folder's own.

    Raises:
        InputError: two have one name.
    """
    found: dict[str, Path] = {}
    for given in folders:
        name, folder = named_folder(given)
        name = name or folder.resolve().name
        if name in found:
            raise InputError(
                f"folders must have different names, got {name!r} more than once. The name is the "
                f"method's: write NAME=DIR."
            )
        found[name] = folder
    return found


def _methods_in(
    folder: Path, pairs: Mapping[str, object], rows: list[dict[str, str]], name: str | None
) -> dict[str, dict[str, Path]]:
    """By method and pair, the fused images of a folder."""
    files = images_by_stem(folder)
    own = name or folder.resolve().name
    names = _names_for({own, folder.resolve().name}, rows)
    renamed = {names.get(file.name, names.get(stem, stem)): file for stem, file in files.items()}
    if len(renamed) < len(files):
        raise PairingError(f"`mapping` must give each file of {folder} a name of its own.")
    if renamed.keys() & pairs.keys():
        return {own: renamed}
    several = _by_suffix(renamed, pairs) or {own: _by_likeness(renamed, pairs)}
    if name is None:
        return several
    if len(several) > 1:
        raise InputError(
            f"{name}={folder} must be a folder of one method, but it holds "
            f"{', '.join(several)}. Leave the name out."
        )
    (files_of_one,) = several.values()
    return {name: files_of_one}


def _by_likeness(files: Mapping[str, Path], pairs: Mapping[str, object]) -> dict[str, Path]:
    """Match stems as files of two folders are; see `clfnet.io.names`."""
    own, theirs = match_names(files, pairs).groups
    return {theirs.get(key, stem): files[stem] for key, stem in own.items()}


def _by_suffix(
    files: Mapping[str, Path], pairs: Mapping[str, object]
) -> dict[str, dict[str, Path]] | None:
    """Read every stem as NAME_METHOD, the longest NAME there is; None if one cannot be read so."""
    methods: dict[str, dict[str, Path]] = {}
    for stem, file in files.items():
        name = max((n for n in pairs if stem.startswith(f"{n}_")), key=len, default=None)
        method = stem[len(name) + 1 :] if name else ""
        if not name or not method:
            return None
        methods.setdefault(method, {})[name] = file
    return dict(sorted(methods.items()))


def _check_complete(
    methods: Mapping[str, Mapping[str, Path]], pairs: Mapping[str, tuple[Path, ...]]
) -> None:
    """Name every pair without a fused image, and every fused image without a pair."""
    wrong = []
    for method, files in methods.items():
        missing, extra = pairs.keys() - files.keys(), files.keys() - pairs.keys()
        if missing:
            sources = [pairs[name][0] for name in sorted(missing)]
            wrong.append(f"{method} has no fused image of {listed(sources)}")
        if extra:
            wrong.append(f"no pair belongs to {listed(files[name] for name in sorted(extra))}")
    if wrong:
        raise PairingError(
            f"every pair must have one fused image of its name, but {'; '.join(wrong)}. "
            "Rename the files, or name their pairs in a mapping (--mapping)."
        )


def _rows(path: Path) -> list[dict[str, str]]:
    """The lines of a mapping, checked."""
    try:
        with TextIOWrapper(open_input(path), "utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
            columns = set(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PairingError(f"{path} must be a CSV file, but: {one_line(error)}.") from error
    if not {"file", "name"} <= columns:
        got = ", ".join(sorted(columns)) or "none"
        raise PairingError(
            f"{path} must have the columns file and name, got {got}. Add a first line with them."
        )
    return rows


def _names_for(methods: set[str], rows: list[dict[str, str]]) -> Names:
    """What the mapping says of one folder."""
    return {row["file"]: row["name"] for row in rows if row.get("method", "") in {"", *methods}}
