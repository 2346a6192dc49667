"""The pairs of folders: by what their files are called, or by when they were taken."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from clfnet.io.formats import THERMAL_SUFFIXES
from clfnet.io.names import split_kinds
from clfnet.io.pairing import Pairs, images_by_stem, match_folder, match_folders
from clfnet.io.taken import MOST_APART, match_by_time
from clfnet.thermal.read import is_radiometric


class Search(NamedTuple):
    """How pairs are looked for.

    Attributes:
        recursive: files in sub-folders count.
        lens: which of several visible images of a pair, a key of `clfnet.io.names.LENSES`; the
            wide one if not given.
        by_time: pair by when images were taken, not by name.
    """

    recursive: bool = False
    lens: str | None = None
    by_time: bool = False


def pairs_in(infrared: Path, visible: Path | None = None, search: Search | None = None) -> Pairs:
    """Return the pairs of two folders, or of one that holds both kinds or files that do.

    Args:
        infrared: a folder of infrared files, or of both kinds.
        visible: the folder of visible files.
        search: how to look for them; by name, without sub-folders, if not given.

    Returns:
        The pairs; of one file each where a folder's names tell of no pairs: radiometric files hold
        both images.

    Raises:
        PairingError: see `clfnet.io.pairing.match_folders`.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "IRX_0001.JPG").touch(); (folder / "MAX_0001.JPG").touch()
        >>> [file.name for file in pairs_in(folder).pairs[0]]
        ['IRX_0001.JPG', 'MAX_0001.JPG']
    """
    recursive, lens, by_time = search or Search()
    suffixes = THERMAL_SUFFIXES
    if by_time:
        files = images_by_stem(infrared, suffixes, recursive=recursive)
        others = images_by_stem(visible, recursive=recursive) if visible else {}
        return pairs_by_time(files, others)
    if visible is not None:
        return match_folders(infrared, visible, suffixes=suffixes, recursive=recursive, lens=lens)
    found = match_folder(infrared, suffixes=suffixes, recursive=recursive, lens=lens)
    if found is None:
        files = images_by_stem(infrared, suffixes, recursive=recursive)
        return Pairs([(file,) for file in files.values()], [*files], [])
    return found


def pairs_by_time(infrared: Mapping[str, Path], visible: Mapping[str, Path]) -> Pairs:
    """Match files by when they were taken; see `clfnet.io.taken.match_by_time`.

    Args:
        infrared: files by name; of both kinds if `visible` is empty. Then the words of their names
            tell which are infrared, or else that a camera stored counts in them.
        visible: files by name.

    Raises:
        PairingError: no two belong together.
    """
    if visible:
        return match_by_time(infrared, visible)
    heat, light, others = split_kinds(infrared)
    if not (heat and light):
        heat = [name for name, file in infrared.items() if is_radiometric(file)]
        light = [name for name in infrared if name not in heat]
        others = []
    found = match_by_time(*({name: infrared[name] for name in names} for names in (heat, light)))
    unpaired = sorted([*found.unpaired, *(infrared[name] for name in others)])
    return found._replace(unpaired=unpaired)


def lonely(file: str | Path, *, by_time: bool) -> str:
    """Return what to say of a file without a partner.

    Args:
        file: its name.
        by_time: partners were looked for by time.
    """
    how = f"taken within {MOST_APART:g} s of it" if by_time else "of matching name"
    return f"{file} must have a partner {how}, but has none. Add it."
