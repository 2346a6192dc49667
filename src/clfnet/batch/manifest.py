"""Pairs from a manifest or from two globs, one by one: never all of them in memory."""

import csv
import glob
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from clfnet.batch.places import file_system, folder_of, is_remote, path_in, reading, resolve
from clfnet.errors import InputError, MissingExtraError, one_line
from clfnet.thermal.folders import Search, lonely, pairs_in

COLUMNS = ("infrared", "visible", "name")
"""What is read of a manifest; further columns are left alone."""

_LONGEST = 200  # bytes of a part of a name: file systems take 255, suffix included
_NAME = re.compile(r"(?![A-Za-z]:)[^\s./\\][^/\\]*(?:/[^\s./\\][^/\\]*)*")
_WILD = re.compile(r"\*\*/|\*|\?|\[!?[^\]]+\]")


@dataclass(frozen=True)
class Entry:
    """One pair of a manifest.

    Attributes:
        row: which one it is, from 1 on.
        name: what its output is called, without suffix: a relative path with "/" between its parts;
            "row N" where there is an `error`.
        infrared: an absolute path or a URL.
        visible: the same; None where the infrared file is a radiometric one that holds both.
        error: why the row cannot be used; empty if it can.
    """

    row: int
    name: str
    infrared: str = ""
    visible: str | None = None
    error: str = ""

    @property
    def pair(self) -> str:
        """What a journal knows the pair by: 16 hexadecimal digits of its name and its files."""
        parts = (self.name, self.infrared, self.visible or "", self.error)
        text = "\0".join(parts).encode("utf-8", "surrogateescape")
        return blake2b(text, digest_size=8).hexdigest()

    def is_of(self, shard: tuple[int, int]) -> bool:
        """Tell whether the pair is of shard (i, n), i from 1 to n; equal names are of one shard."""
        part, parts = shard
        return parts == 1 or crc32(self.name.encode("utf-8", "surrogateescape")) % parts == part - 1


def parse_shard(text: str) -> tuple[int, int]:
    """Return (i, n) of "i/n".

    Raises:
        InputError: it is not of this form, or i is not one of 1 to n.

    Example:
        >>> parse_shard("3/10")
        (3, 10)
    """
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, re.ASCII)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"`shard` must be I/N with I from 1 to N, got {text!r}. For example 3/10.")
    return int(match[1]), int(match[2])


def read_entries(
    source: str, visible: str | None = None, *, lens: str | None = None, by_time: bool = False
) -> Iterator[Entry]:
    r"""Read pairs.

    Args:
        source: a manifest, path or URL: .csv with a header, .jsonl, or .parquet, with the columns
            `infrared`, `visible` and perhaps `name`. Relative paths begin at the manifest. Or a
            glob of infrared files, e.g. "ir/**/*.png". Or a folder of this machine: of infrared
            files, or of both kinds, told apart by their names (see `clfnet.io.names`).
        visible: a glob with the same wildcards. What stands for them in an infrared path is put
            in their place, so `ir/*.png` and `vis/*.jpg` pair ir/a.png with vis/a.jpg. Left out
            with a glob, every file is a radiometric one. Or the folder of visible files.
        lens: of folders, which of several visible images of a pair; see `clfnet.thermal.folders`.
        by_time: pair the files of folders by when they were taken.

    Yields:
        The pairs in order, as they are read. A row that cannot be used has its `error` set.

    Raises:
        InputError: the manifest cannot be read or lacks a column, the globs do not fit, or `lens`
            or `by_time` is given for other than folders.
        MissingExtraError: Parquet or a URL needs the extra `cluster`.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "pairs.csv")
        >>> path.write_text("infrared,visible\nir/a.png,vis/a.jpg\n") > 0
        True
        >>> [entry.name for entry in read_entries(str(path))]
        ['a']
    """
    if not is_remote(source) and Path(source).is_dir():
        return _read_folders(Path(source), visible, Search(True, lens, by_time))
    if lens or by_time:
        raise InputError(
            f"`{'lens' if lens else 'by_time'}` must be given for folders only, but {source} is "
            f"none. Drop it, or give folders."
        )
    if visible is not None or _WILD.search(source):
        return _read_globs(source, visible)
    place = resolve(source)
    kind = path_in(place).suffix.lower()
    if kind not in _READERS:
        raise InputError(
            f"`manifest` must end in .csv, .jsonl or .parquet, or be a glob such as 'ir/*.png', "
            f"got {source}."
        )
    return _entries(_READERS[kind](place), folder_of(place))


def check_name(name: str) -> None:
    """Raise an `InputError` unless a name stays within the folder that it is put into."""
    if (
        not _NAME.fullmatch(name)
        or not name.isprintable()
        or max(len(part.encode()) for part in name.split("/")) > _LONGEST
    ):
        raise InputError(
            f"`name` must be a relative path of plain names, none of them hidden, got {name!r}. "
            f"Rename it."
        )


def _entries(rows: Iterable[Any], folder: str) -> Iterator[Entry]:
    for number, row in enumerate(rows, 1):
        try:
            yield _entry(number, row, folder)
        except InputError as error:
            yield Entry(number, f"row {number}", error=str(error))


def _entry(number: int, row: Any, folder: str) -> Entry:
    if isinstance(row, InputError):
        raise row
    for column in COLUMNS:
        value = row.get(column)
        if not isinstance(value, str | None) or (column == "infrared" and not value):
            raise InputError(f"`{column}` must be a text, got {value!r}. Correct the manifest.")
    infrared, visible, name = (row.get(column) or "" for column in COLUMNS)
    name = name or path_in(visible or infrared).stem
    check_name(name)
    resolved = resolve(visible, folder) if visible else None
    return Entry(number, name, resolve(infrared, folder), resolved)


def _read_csv(place: str) -> Iterator[Any]:
    with reading(place) as file:
        rows = csv.DictReader(file)
        try:
            _check_columns(rows.fieldnames or (), place)
            for row in rows:
                yield (
                    row
                    if None not in row
                    else InputError(
                        "a row must have a value for each column, got more. Quote commas."
                    )
                )
        except csv.Error as error:
            raise InputError(
                f"{place} must be CSV, but line {rows.line_num} is not ({one_line(error)})."
            ) from error


def _read_jsonl(place: str) -> Iterator[Any]:
    with reading(place) as file:
        for line in file:
            if line.strip():
                yield _parsed(line)


def _parsed(line: str) -> Any:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if isinstance(row, Mapping):
        return row
    return InputError(f"a line must be a JSON object, got {line.strip()[:80]!r}. Correct the line.")


def _read_parquet(place: str) -> Iterator[Any]:
    try:
        from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtraError("pyarrow", "cluster") from error
    with reading(place, binary=True) as file:
        try:
            table = parquet.ParquetFile(file)
            _check_columns(table.schema_arrow.names, place)
            columns = [name for name in COLUMNS if name in table.schema_arrow.names]
            for batch in table.iter_batches(batch_size=1024, columns=columns):
                yield from _rows_of(batch)
        except (ArrowException, UnicodeDecodeError) as error:  # the latter of names in its header
            raise InputError(
                f"{place} must be Parquet, but cannot be read as such ({one_line(error)})."
            ) from error


def _rows_of(batch: Any) -> Iterator[Any]:
    """Yield the rows of a part of a table; of one whose texts are not UTF-8, why it is none."""
    with suppress(UnicodeDecodeError):
        yield from batch.to_pylist()
        return
    for number in range(batch.num_rows):
        try:
            yield from batch.slice(number, 1).to_pylist()
        except UnicodeDecodeError:
            yield InputError("a row must hold UTF-8 text, but does not. Write the file anew.")


_READERS: dict[str, Callable[[str], Iterator[Any]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}


def _check_columns(names: Iterable[str], place: str) -> None:
    found = list(names)
    if not {"infrared", "visible"} <= set(found):
        raise InputError(
            f"{place} must have the columns infrared and visible, got {', '.join(found) or 'none'}."
        )


def _read_folders(infrared: Path, visible: str | None, search: Search) -> Iterator[Entry]:
    """Yield the pairs of two folders, or of one, and as errors the files without a partner."""
    found = pairs_in(infrared, Path(visible) if visible else None, search)
    row = 0
    for row, (files_of_pair, name) in enumerate(zip(found.pairs, found.names, strict=True), 1):
        first, *second = (resolve(str(file)) for file in files_of_pair)
        try:
            check_name(name)
            yield Entry(row, name, first, second[0] if second else None)
        except InputError as error:
            yield Entry(row, f"row {row}", error=f"{files_of_pair[-1]}: {error}")
    for number, file in enumerate(found.unpaired, row + 1):
        yield Entry(number, f"row {number}", error=lonely(file, by_time=search.by_time))


def _read_globs(infrared: str, visible: str | None) -> Iterator[Entry]:
    wild = _WILD.findall(infrared)
    if not wild or (visible is not None and _WILD.findall(visible) != wild):
        raise InputError(
            f"two globs must have the same wildcards, got {infrared} and {visible}. "
            f"For example 'ir/*.png' and 'vis/*.jpg'."
        )
    return _matches(_Glob.of(infrared), None if visible is None else _Glob.of(visible).plain)


class _Glob(NamedTuple):
    """A glob, taken apart.

    Attributes:
        wild: its wildcards.
        plain: what stands before, between and after them; it begins at the root, or with the
            protocol. Wildcards in the name of the working folder, which nobody has typed, are none.
    """

    wild: list[str]
    plain: list[str]

    @classmethod
    def of(cls, text: str) -> "_Glob":
        first, *others = _WILD.split(text)
        return cls(_WILD.findall(text), [resolve(f"{first}x").removesuffix("x"), *others])

    def paths(self) -> Iterator[str]:
        """Yield what is there."""
        if not is_remote(self.plain[0]):
            escaped = self._with(self.wild, glob.escape)
            return glob.iglob(escaped, recursive=True)  # noqa: PTH207  # the pattern is absolute
        pattern = self._with(self.wild, str)
        system, path = file_system(pattern)
        protocol = pattern.removesuffix(path.lstrip("/"))
        return (protocol + found.lstrip("/") for found in system.glob(path))

    def regex(self) -> str:
        """Return a regular expression with a group for each wildcard."""
        forms = {"**/": "((?:[^/]+/)*)", "*": "([^/]*)", "?": "([^/])"}
        wild = [forms.get(each, f"({each.replace('[!', '[^')})") for each in self.wild]
        return self._with(wild, re.escape)

    def _with(self, wild: Iterable[str], plain: Callable[[str], str]) -> str:
        first, *others = map(plain, self.plain)
        return first + "".join(a + b for a, b in zip(wild, others, strict=True))

    def __str__(self) -> str:
        return self._with(self.wild, str)


def _matches(pattern: _Glob, target: list[str] | None) -> Iterator[Entry]:
    """Yield what is there; `target` is what stands between the wildcards of the visible path."""
    shape = re.compile(pattern.regex())
    base = folder_of(pattern.plain[0] + "x")
    row = 0
    for row, path in enumerate(pattern.paths(), 1):
        name = path.removeprefix(base).lstrip("/").removesuffix(path_in(path).suffix)
        try:
            check_name(name)
            yield Entry(row, name, path, _filled(target, path, shape) if target else None)
        except InputError as error:
            yield Entry(row, f"row {row}", error=f"{path}: {error}")
    if not row:
        raise InputError(f"{pattern} must match files, but none is there. Check it.")


def _filled(plain: list[str], path: str, shape: re.Pattern[str]) -> str:
    """Return a visible path: what stands for the wildcards in an infrared one, between `plain`."""
    match = shape.fullmatch(path)
    if match is None:  # the system compares names in another way
        raise InputError(
            "the path must match its glob exactly, including case, but does not. Correct the line."
        )
    return plain[0] + "".join(a + b for a, b in zip(match.groups(), plain[1:], strict=True))
