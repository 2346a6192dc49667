"""The table of results: a row for each pair, CSV or Parquet."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from clfnet.batch.places import is_remote, path_in, send
from clfnet.errors import InputError, MissingExtraError
from clfnet.io.cells import harmless
from clfnet.io.files import open_atomic

CELSIUS = ("celsius_min", "celsius_mean", "celsius_max")
"""The temperatures of infrared images that measure."""

COLUMNS = ("row", "name", "state", "seconds", "width", "height", "error", *CELSIUS)
"""What is told of each pair, as the journal has it."""

_AT_ONCE = 10_000  # rows in memory
_KINDS = {
    "row": "int64", "name": "string", "state": "string", "seconds": "float64", "width": "int32",
    "height": "int32", "error": "string", **dict.fromkeys(CELSIUS, "float64"),
}  # fmt: skip

Row = Mapping[str, Any]


def latest(entries: Iterable[Row]) -> Iterator[Row]:
    """Return what has become of each pair in the end, from all that a journal tells in order.

    A failure is forgotten when its name, or its row of the manifest, is done later on. The pairs
    that are done come first, as they ended; failures, which are kept in memory, come last.

    Example:
        >>> told = [("a", "failed"), ("b", "done"), ("a", "failed"), ("a", "done")]
        >>> entries = [{"row": 1 + "ab".index(n), "name": n, "state": s} for n, s in told]
        >>> [(entry["name"], entry["state"]) for entry in latest(entries)]
        [('b', 'done'), ('a', 'done')]
    """
    failed: dict[str, Row] = {}
    for entry in entries:
        if entry["state"] == "failed":
            failed[entry["name"]] = entry
            continue
        failed.pop(entry["name"], None)
        failed.pop(f"row {entry['row']}", None)
        yield entry
    yield from failed.values()


def check_place(place: str) -> None:
    """Raise an error unless `write_table` can write there.

    Raises:
        InputError: the suffix is unknown.
        MissingExtraError: Parquet needs the extra `cluster`.
    """
    suffix = path_in(place).suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise InputError(f"`table` must end in .csv or .parquet, got {place}. Rename it.")
    if suffix == ".parquet":
        _pyarrow()


def write_table(place: str, rows: Iterable[Row]) -> None:
    """Write rows, a few at a time; the table appears whole, and replaces an earlier one.

    Args:
        place: a path or URL that ends in .csv or .parquet.
        rows: with `COLUMNS`.

    Raises:
        InputError: the system refuses to write.
    """
    write = _write_csv if path_in(place).suffix.lower() == ".csv" else _write_parquet
    if not is_remote(place):
        with open_atomic(Path(place), overwrite=True) as file:
            write(file, rows)
        return
    with tempfile.TemporaryDirectory(prefix="clfnet-") as folder:
        copy = Path(folder) / "table"
        with copy.open("xb") as file:
            write(file, rows)
        send(copy, place, overwrite=True)


def _write_csv(file: BinaryIO, rows: Iterable[Row]) -> None:
    text = TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    text.detach()


def _write_parquet(file: BinaryIO, rows: Iterable[Row]) -> None:
    pyarrow, parquet = _pyarrow()
    schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in _KINDS.items()])
    left = iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while some := [_as_text(row) for row in islice(left, _AT_ONCE)]:
            writer.write_table(pyarrow.Table.from_pylist(some, schema))


def _as_text(row: Row) -> dict[str, Any]:
    """Return the columns; of a name that is not UTF-8, what can be told of it in Parquet."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in ((name, row.get(name)) for name in COLUMNS)
    }


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", "cluster") from error
    return pyarrow, parquet
