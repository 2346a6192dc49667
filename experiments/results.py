"""The rows of an experiment, kept in a JSON file as soon as each is done."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clfnet.errors import InputError
from clfnet.io.files import write_atomic

Row = dict[str, Any]


class Results:
    """What an experiment has found so far.

    Args:
        path: the JSON file; made with the first row.
        head: what holds for all rows, e.g. the command and the budget. Rows of another head are not
            comparable, so they must not be there.
        fresh: leave out the rows that are there, and make all anew.

    Raises:
        InputError: the file is damaged, or holds rows of another head.
    """

    def __init__(self, path: Path, head: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.path, self.head = path, dict(head)
        kept = {} if fresh else _read(path)
        self.rows: dict[str, Row] = kept.get("rows", {})
        differing = [key for key in self.head if self.rows and kept.get(key) != self.head[key]]
        if differing:
            key = differing[0]
            raise InputError(
                f"{path} must be of the {key} {self.head[key]!r}, but is of {kept.get(key)!r}. "
                "Choose another output folder (-o), or make all rows anew (--fresh)."
            )

    def row(self, name: str, fingerprint: str, make: Callable[[], Row]) -> Row:
        """Return a row that is there, or make and keep it.

        Args:
            name: of the row.
            fingerprint: of everything that it depends on; a kept row with another is made anew.
            make: measures it.
        """
        kept = self.rows.get(name)
        if kept is None or kept["fingerprint"] != fingerprint:
            self.rows[name] = {"fingerprint": fingerprint} | make()
            self._write()
        return self.rows[name]

    def keep_only(self, names: list[str]) -> None:
        """Put the rows into this order and drop all others."""
        self.rows = {name: self.rows[name] for name in names if name in self.rows}
        self._write()

    def _write(self) -> None:
        text = json.dumps({**self.head, "rows": self.rows}, indent=1, allow_nan=False) + "\n"
        write_atomic(self.path, text.encode(), overwrite=True)


def fingerprint(*parts: object) -> str:
    """Return a short hash of what a row depends on.

    Example:
        >>> fingerprint("clfnet", 1) == fingerprint("clfnet", 1) != fingerprint("clfnet", 2)
        True
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text("utf-8"))
        if all("fingerprint" in row for row in kept["rows"].values()):
            return dict(kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InputError(f"{path} must hold an experiment's results, but does not. Move it away.")
