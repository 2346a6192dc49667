import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from clfnet.errors import ConfigError
from clfnet.io.toml import build, read_toml


@dataclass(frozen=True)
class Row:
    name: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Thing:
    kind: Literal["a", "b"]
    rows: tuple[Row, ...] = ()
    sizes: tuple[int, ...] = ()
    ratio: float = 1.0
    on: bool = False


def test_reads_nested_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('kind = "b"\nratio = 2\nsizes = [1, 2]\n[[rows]]\nname = "x"\nvalues.EN = 7\n')
    assert build(Thing, read_toml(path)) == Thing("b", (Row("x", {"EN": 7.0}),), (1, 2), 2.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "c"}, "`kind` must be one of 'a', 'b', got 'c'"),
        ({"kind": "a", "row": []}, "Unknown key `row`. Did you mean `rows`?"),
        ({"kind": "a", "rows": [{}]}, r"`rows\[0\].name` must be given"),
        ({"kind": "a", "rows": [3]}, r"`rows\[0\]` must be a table, got 3"),
        ({"kind": "a", "rows": {}}, "`rows` must be a list of tables, got {}"),
        (
            {"kind": "a", "rows": [{"name": "x", "values": {"EN": "7"}}]},
            r"values.EN` must be float",
        ),
        ({"kind": "a", "rows": [{"name": "x", "values": 7}]}, r"values` must be a table, got 7"),
        ({"kind": "a", "sizes": [1.5]}, r"`sizes\[0\]` must be int, got 1.5"),
        ({"kind": "a", "on": 1}, "`on` must be bool, got 1"),
        ({"kind": "a", "ratio": True}, "`ratio` must be float, got True"),
        ({}, "`kind` must be given"),
        (5, "must be a table, got 5"),
    ],
)
def test_names_what_is_wrong(values: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build(Thing, values)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml cannot be read: No such file"):
        read_toml(tmp_path / "no.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff = 1")
    with pytest.raises(ConfigError, match=r"bad\.toml is not valid TOML"):
        read_toml(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 20_000, "a = " + "{a = " * 5000, "a = " + "9" * 5000, "a." * 100_000 + "a = 1",
     "# " + "x" * 2**18, "a = 1\xff"],
)  # fmt: skip
def test_bombs_are_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(text.encode("latin-1"))
    begin = time.process_time()
    with pytest.raises(ConfigError) as told:
        read_toml(tmp_path / "a.toml")
    assert len(str(told.value)) < 1000
    assert "\n" not in str(told.value)
    assert time.process_time() - begin < 5
