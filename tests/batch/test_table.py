"""The table: one row for each pair, the last word on it."""

import csv
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet  # type: ignore[import-untyped]

from clfnet.batch.table import COLUMNS, check_place, latest, write_table
from clfnet.errors import InputError


def told(row: int, name: str, state: str, **more: Any) -> dict[str, Any]:
    blank = {"seconds": 0.5, "width": 3, "height": 2, "error": "", "pair": "00"}
    return {"row": row, "name": name, "state": state, **blank, **more}


STORY = [
    told(1, "a", "failed", error='gone, "quite"', seconds=None),
    told(2, "row 2", "failed", error="no infrared"),
    told(3, "c", "done"),
    told(4, "c", "failed", error="called c, too"),
    told(1, "a", "failed", error="gone again", seconds=None),
    told(2, "b", "done"),
]


def test_the_last_word_counts() -> None:
    assert [(e["name"], e["state"], e["error"]) for e in latest(STORY)] == [
        ("c", "done", ""),
        ("b", "done", ""),
        ("a", "failed", "gone again"),
        ("c", "failed", "called c, too"),
    ]


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.csv"
    write_table(str(path), STORY)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["error"] for row in rows] == [entry["error"] for entry in STORY]
    assert (rows[0]["seconds"], rows[2]["seconds"]) == ("", "0.5")
    write_table(str(path), STORY[:1])
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.parametrize("place", ["results.parquet", "memory://table/results.parquet"])
def test_parquet(tmp_path: Path, place: str, elsewhere: Any) -> None:
    if "://" in place:
        write_table(place, STORY)
        with elsewhere.open("/table/results.parquet") as file:
            rows = parquet.read_table(file).to_pylist()
    else:
        write_table(str(tmp_path / place), STORY)
        rows = parquet.read_table(tmp_path / place).to_pylist()
    assert rows == [{name: entry.get(name) for name in COLUMNS} for entry in STORY]


def test_temperatures_where_there_are_some(tmp_path: Path) -> None:
    warm = STORY[0] | {"celsius_min": -1.5, "celsius_mean": 2.25, "celsius_max": 40.0}
    for name in ("a.csv", "a.parquet"):
        write_table(str(tmp_path / name), [warm, STORY[1]])
    with (tmp_path / "a.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert [first[f"celsius_{which}"] for which in ("min", "mean", "max")] == [
        "-1.5",
        "2.25",
        "40.0",
    ]
    assert second["celsius_max"] == ""
    first, second = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert (first["celsius_mean"], second["celsius_mean"]) == (2.25, None)


def test_other_suffixes_are_refused() -> None:
    with pytest.raises(InputError, match=r"`table` must end in .csv or .parquet, got a.xlsx"):
        check_place("a.xlsx")
