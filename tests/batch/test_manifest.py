"""Manifests and globs: read lazily, names that stay within the output, shards that cover."""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import PIL.Image
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from clfnet.batch.manifest import Entry, check_name, parse_shard, read_entries
from clfnet.errors import InputError, MissingExtraError

ROWS: list[dict[str, str | None]] = [
    {"infrared": "ir/a.png", "visible": "vi/a.jpg", "name": None},
    {"infrared": "/ir/b.png", "visible": "s3://bucket/b.jpg", "name": "deep/b"},
    {"infrared": "flir.jpg", "visible": None, "name": None},
]


def written(folder: Path, kind: str, rows: list[dict[str, str | None]]) -> str:
    path = folder / f"pairs.{kind}"
    if kind == "csv":
        lines = [
            ",".join(row[key] or "" for key in ("infrared", "visible", "name")) for row in rows
        ]
        path.write_text("infrared,visible,name\n" + "".join(f"{line}\n" for line in lines))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        parquet.write_table(pa.Table.from_pylist(rows), path)
    return str(path)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_all_kinds_say_the_same(tmp_path: Path, kind: str) -> None:
    base = str(tmp_path)
    assert list(read_entries(written(tmp_path, kind, ROWS))) == [
        Entry(1, "a", f"{base}/ir/a.png", f"{base}/vi/a.jpg"),
        Entry(2, "deep/b", "/ir/b.png", "s3://bucket/b.jpg"),
        Entry(3, "flir", f"{base}/flir.jpg", None),
    ]


def test_a_manifest_elsewhere(elsewhere: Any) -> None:
    elsewhere.pipe_file("/sets/one.csv", b"infrared,visible\nir/a.png,vi/a.png\n")
    (entry,) = read_entries("memory://sets/one.csv")
    assert (entry.infrared, entry.name) == ("memory://sets/ir/a.png", "a")


def test_bad_rows_do_not_stop_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    good = {"infrared": "a.png", "visible": "b.png"}
    bad = [
        '{"visible": "b.png"}',
        "[1]",
        "{",
        '{"infrared": 3}',
        json.dumps(good | {"name": "../x"}),
    ]
    path.write_text("\n".join([*bad, "", json.dumps(good)]) + "\n")
    *failed, last = read_entries(str(path))
    assert [entry.name for entry in failed] == [f"row {n}" for n in range(1, 6)]
    assert "`infrared` must be a text" in failed[0].error
    assert "must be a JSON object" in failed[1].error
    assert "`name` must be a relative path" in failed[4].error
    assert (last.row, last.name, last.error) == (6, "b", "")
    table = tmp_path / "pairs.csv"
    table.write_text("infrared,visible\na,b,c\na.png,b.png\n")
    long, fine = read_entries(str(table))
    assert ("got more" in long.error, fine.error) == (True, "")


def test_a_manifest_is_read_as_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("infrared,visible\n" + "a.png,b.png\n" * 10_000 + '"')
    assert len(list(islice(read_entries(str(path)), 5))) == 5


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("pairs.txt", "", "must end in .csv, .jsonl or .parquet"),
        ("pairs.csv", "", "must have the columns infrared and visible, got none"),
        ("pairs.csv", "ir,vi\n", "got ir, vi"),
        ("pairs.parquet", "no", "must be Parquet"),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        list(read_entries(str(tmp_path / name)))


def test_parquet_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "parquet", ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[cluster\]"):
        list(read_entries(path))


def test_globs_pair_by_what_their_wildcards_stand_for(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "ir" / f"scene {name}").mkdir(parents=True)
        (tmp_path / "ir" / f"scene {name}" / "01.png").touch()
    (entry, _) = sorted(
        read_entries(f"{tmp_path}/ir/**/*.png", f"{tmp_path}/vi/**/*_v.jpg"), key=lambda e: e.name
    )
    assert entry.name == "scene a/01"
    assert entry.infrared == f"{tmp_path}/ir/scene a/01.png"
    assert entry.visible == f"{tmp_path}/vi/scene a/01_v.jpg"
    (only,) = read_entries(f"{tmp_path}/ir/scene a/*.png")
    assert (only.name, only.visible) == ("01", None)


def test_wildcards_in_the_name_of_the_working_folder_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "set [1] of *"
    (here / "ir").mkdir(parents=True)
    (here / "ir" / "a.png").touch()
    monkeypatch.chdir(here)
    (entry,) = read_entries("ir/*.png", f"{tmp_path}/vi/*.jpg")
    assert (entry.name, entry.infrared) == ("a", str(here / "ir" / "a.png"))
    assert entry.visible == f"{tmp_path}/vi/a.jpg"
    (other,) = read_entries(f"{tmp_path}/*/ir/*.png", "vi/*/*.jpg")
    assert other.visible == str(here / "vi" / "set [1] of *" / "a.jpg")


def test_globs_elsewhere(elsewhere: Any) -> None:
    elsewhere.pipe_file("/globs/ir/01.png", b"")
    (entry,) = read_entries("memory://globs/ir/*.png", "memory://globs/vi/*.jpg")
    assert (entry.name, entry.infrared, entry.visible) == (
        "01",
        "memory://globs/ir/01.png",
        "memory://globs/vi/01.jpg",
    )


@pytest.mark.parametrize("globs", [("ir/*.png", "vi/??.png"), ("ir/", "vi/"), ("ir/*", "vi")])
def test_globs_that_do_not_fit(globs: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="must have the same wildcards"):
        read_entries(*globs)


def test_a_glob_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must match files"):
        list(read_entries(f"{tmp_path}/*.png"))


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/a", "a//b", "", "./a", "C:/a", "a\\b", ".a", "a/", "a\nb", "é" * 101],
)
def test_names_that_could_leave_the_output(name: str) -> None:
    with pytest.raises(InputError, match="`name` must be a relative path"):
        check_name(name)


@given(st.text(st.characters(), max_size=30))
def test_whatever_passes_stays_within_the_output(name: str) -> None:
    try:
        check_name(name)
    except InputError:
        return
    root = Path("/out")
    assert (root / f"{name}.png").resolve().is_relative_to(root)
    assert ".." not in (root / name).parts


@given(st.lists(st.text(min_size=1), max_size=30), st.integers(1, 7))
def test_shards_cover_each_pair_once(names: list[str], parts: int) -> None:
    for name in names:
        entry = Entry(1, name, "a", "b")
        homes = [part for part in range(1, parts + 1) if entry.is_of((part, parts))]
        assert len(homes) == 1
        assert Entry(9, name, "c", None).is_of((homes[0], parts))


def test_shards_are_of_similar_size() -> None:
    counts = [sum(Entry(1, f"{n:05}").is_of((i, 4)) for n in range(4000)) for i in range(1, 5)]
    assert sum(counts) == 4000
    assert min(counts) > 900


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3/5"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(InputError, match="`shard` must be I/N"):
        parse_shard(text)


def test_a_pair_is_known_by_its_name_and_files() -> None:
    pairs = [
        Entry(1, "a", "i", "v"),
        Entry(1, "b", "i", "v"),
        Entry(1, "a", "j", "v"),
        Entry(1, "a", "i", None),
    ]
    assert len({entry.pair for entry in pairs}) == 4
    assert Entry(7, "a", "i", "v").pair == pairs[0].pair


def test_folders_are_paired_by_name(tmp_path: Path) -> None:
    for name in ("ir/IR_1.png", "ir/IR_2.png", "vi/day/VIS_1.png", "vi/VIS_1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    first, *rest = read_entries(str(tmp_path / "ir"), str(tmp_path / "vi"))
    assert first == Entry(1, "VIS_1", f"{tmp_path}/ir/IR_1.png", f"{tmp_path}/vi/VIS_1.png")
    assert [entry.error.partition(" must have a partner")[0] for entry in rest] == [
        f"{tmp_path}/ir/IR_2.png",
        f"{tmp_path}/vi/day/VIS_1.png",
    ]


def test_a_folder_of_both_kinds_or_of_radiometric_files(tmp_path: Path) -> None:
    for name in ("dji/DJI_1_T.JPG", "dji/DJI_1_W.JPG", "flir/FLIR1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    base = f"{tmp_path}/dji/DJI_1"
    assert list(read_entries(f"{tmp_path}/dji")) == [
        Entry(1, "DJI_1_W", f"{base}_T.JPG", f"{base}_W.JPG")
    ]
    assert list(read_entries(f"{tmp_path}/flir")) == [
        Entry(1, "FLIR1", f"{tmp_path}/flir/FLIR1.jpg", None)
    ]


def test_a_row_of_parquet_that_is_no_utf_8_is_set_aside(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    names = pyarrow.array([b"a.png", b"gr\xfcn.png", b"c.png"]).view(pyarrow.string())
    table = pyarrow.table({"infrared": names, "visible": pyarrow.array(["1.jpg"] * 3)})
    parquet.write_table(table, tmp_path / "pairs.parquet")
    entries = list(read_entries(str(tmp_path / "pairs.parquet")))
    assert [bool(entry.error) for entry in entries] == [False, True, False]
    assert "must hold UTF-8 text" in entries[1].error


def test_a_parquet_whose_names_are_no_utf_8_is_told_in_one_line(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "pairs.parquet"
    parquet.write_table(pyarrow.table({"infrared": ["a.png"], "visible": ["b.png"]}), path)
    path.write_bytes(path.read_bytes().replace(b"infrared", b"infrar\xe5d"))
    with pytest.raises(InputError, match="must be Parquet"):
        list(read_entries(str(path)))


def test_a_folder_is_paired_by_time(tmp_path: Path) -> None:
    """One series of numbers: names alone would pair nothing."""
    for name, second in (("IR_1", 1), ("DC_2", 2), ("IR_3", 30), ("DC_4", 31), ("DC_5", 50)):
        exif = PIL.Image.Exif()
        exif[306] = f"2026:03:01 12:00:{second:02}"
        PIL.Image.new("L", (4, 4)).save(tmp_path / f"{name}.jpg", exif=exif)
    entries = [*read_entries(str(tmp_path), by_time=True)]
    assert [(Path(each.infrared).name, each.name) for each in entries[:2]] == [
        ("IR_1.jpg", "DC_2"),
        ("IR_3.jpg", "DC_4"),
    ]
    assert "DC_5.jpg must have a partner taken within 2 s of it" in entries[2].error


@pytest.mark.parametrize("how", [{"by_time": True}, {"lens": "zoom"}])
def test_folders_alone_are_searched(how: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"`{next(iter(how))}` must be given for folders only"):
        read_entries("pairs.csv", **how)


def test_the_lens_of_a_folder(tmp_path: Path) -> None:
    for name in ("DJI_1_T", "DJI_1_W", "DJI_1_Z"):
        (tmp_path / f"{name}.jpg").touch()
    (entry,) = read_entries(str(tmp_path), lens="zoom")
    assert entry.name == "DJI_1_Z"
