"""Whole runs: in this process where processes do not matter, since starting them takes time."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.batch import Progress, run
from clfnet.batch.engine import Finished
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Task, fuse_task
from clfnet.errors import ConfigError, InputError, MissingExtraError, OutputExistsError
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, read_image, write_image

Pairs = Callable[..., Path]
LIBRARY = sys.modules["clfnet.batch.run"]


class Here:
    """An engine that has no workers: it fuses in this process."""

    capacity = 2

    def __init__(self, recipe: Recipe, workers: int, threads: int) -> None:
        self.recipe = recipe
        self.tasks: list[Task] = []

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def wait(self) -> list[Finished]:
        task = self.tasks.pop(0)
        return [Finished(task, fuse_task(self.recipe, task))]

    def close(self) -> None:
        pass


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LIBRARY, "LocalEngine", Here)


def rows(table: str) -> dict[str, dict[str, str]]:
    with Path(table).open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def go(manifest: Path, **options: Any) -> Any:
    given: dict[str, Any] = {"model": "maximum", "workers": 1} | options
    return run(str(manifest), str(manifest.parent / "out"), **given)


def test_two_processes(pairs: Pairs, tmp_path: Path) -> None:
    seen: list[Progress] = []
    summary = go(pairs(5), workers=2, progress=seen.append)
    assert (summary.done, summary.failed, summary.failures) == (5, 0, [])
    assert [each.done for each in seen] == [1, 2, 3, 4, 5]
    fuser = Fuser("maximum")
    for number in range(5):
        files = [tmp_path / folder / f"{number:03}.png" for folder in ("ir", "vi", "out")]
        assert (read_image(files[2]).pixels == fuser(*files[:2])).all()
    table = rows(summary.table)
    assert sorted(table) == ["000", "001", "002", "003", "004"]
    assert table["003"]["state"] == "done"
    assert (table["003"]["row"], table["003"]["width"], table["003"]["height"]) == ("4", "12", "8")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"00{n}.png" for n in range(5)} | {"journal.jsonl", "results.csv"}


@pytest.mark.usefixtures("here")
def test_a_second_run_has_nothing_to_do(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    go(manifest)
    times = [path.stat().st_mtime_ns for path in sorted((tmp_path / "out").glob("*.png"))]
    summary = go(manifest)
    assert (summary.done, summary.progress.done, summary.progress.before) == (3, 0, 3)
    assert times == [path.stat().st_mtime_ns for path in sorted((tmp_path / "out").glob("*.png"))]


@pytest.mark.usefixtures("here")
def test_what_the_journal_missed_is_adopted(pairs: Pairs, tmp_path: Path) -> None:
    """The gap between the output and its line in the journal."""
    manifest = pairs(3)
    go(manifest)
    journal = tmp_path / "out" / "journal.jsonl"
    before = (tmp_path / "out" / "002.png").stat()
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    summary = go(manifest)
    assert (summary.done, summary.failed, summary.progress.done) == (3, 0, 1)
    after = (tmp_path / "out" / "002.png").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert rows(summary.table)["002"]["seconds"] == ""


@pytest.mark.usefixtures("here")
def test_bad_pairs_wait_for_retry_failed(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    good, text = (tmp_path / "ir" / "001.png").read_bytes(), manifest.read_text()
    (tmp_path / "ir" / "001.png").write_bytes(b"damaged")
    manifest.write_text(text + ",vi/000.png\n")
    summary = go(manifest)
    assert (summary.done, summary.failed) == (2, 2)
    assert sorted(line.partition(": ")[0] for line in summary.failures) == ["001", "row 4"]
    assert "but is text" in rows(summary.table)["001"]["error"]
    (tmp_path / "ir" / "001.png").write_bytes(good)
    assert go(manifest).failed == 2
    (tmp_path / "vi" / "003.png").write_bytes((tmp_path / "vi" / "000.png").read_bytes())
    manifest.write_text(text + "ir/000.png,vi/003.png\n")
    summary = go(manifest, retry_failed=True)
    assert (summary.done, summary.failures) == (4, [])
    assert rows(summary.table)["001"]["state"] == "done"


@pytest.mark.usefixtures("here")
def test_one_name_twice(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    with manifest.open("a") as file:
        file.write("ir/000.png,vi/000.png\nir/002.png,vi/001.png\n")
    summary = go(manifest)
    assert summary.failures == [
        "001: `name` must differ from pair to pair, but rows 2 and 5 are both called 001. "
        "Name them in a column `name`."
    ]
    assert summary.done == 4  # the same pair twice is one output, and no harm


@pytest.mark.usefixtures("here")
def test_a_manifest_may_grow(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    text = manifest.read_text()
    manifest.write_text("".join(text.splitlines(keepends=True)[:2]))
    assert go(manifest).done == 1
    manifest.write_text(text)
    summary = go(manifest)
    assert (summary.done, summary.progress.done) == (3, 2)


@pytest.mark.usefixtures("here")
def test_shards_share_a_folder(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(6)
    summaries = [go(manifest, shard=f"{part}/3") for part in (1, 2, 3)]
    assert sum(each.done for each in summaries) == 6
    tables = [rows(each.table) for each in summaries]
    assert sorted(name for table in tables for name in table) == [f"00{n}" for n in range(6)]
    assert (tmp_path / "out" / "journal-2-of-3.jsonl").exists()


@pytest.mark.usefixtures("here")
def test_urls(pairs: Pairs, tmp_path: Path, elsewhere: Any) -> None:
    manifest = pairs(2)
    for path in [manifest, *tmp_path.glob("??/*.png")]:
        elsewhere.pipe_file(f"/run/{path.relative_to(tmp_path)}", path.read_bytes())
    options: dict[str, Any] = {"model": "maximum", "workers": 1}
    with pytest.raises(InputError, match="`journal` must be given"):
        run("memory://run/pairs.csv", "memory://run/out", **options)
    options["journal"] = str(tmp_path / "journal.jsonl")
    summary = run("memory://run/pairs.csv", "memory://run/out", **options)
    assert (summary.done, summary.table) == (2, "memory://run/out/results.csv")
    (tmp_path / "copy.png").write_bytes(elsewhere.cat_file("/run/out/001.png"))
    expected = Fuser("maximum")(tmp_path / "ir" / "001.png", tmp_path / "vi" / "001.png")
    assert np.array_equal(read_image(tmp_path / "copy.png").pixels, expected)
    assert run("memory://run/pairs.csv", "memory://run/out", **options).progress.before == 2


@pytest.mark.usefixtures("here")
def test_a_radiometric_file_is_a_pair(flir: Path, tmp_path: Path) -> None:
    summary = run(f"{flir.parent}/*.jpg", f"{tmp_path}/out", model="maximum", workers=1)
    assert (summary.done, summary.failures) == (1, [])
    assert (read_image(tmp_path / "out" / "flir.png").pixels == Fuser("maximum")(flir)).all()


@pytest.mark.usefixtures("here")
def test_a_place_that_cannot_be_written(pairs: Pairs, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    manifest = pairs(1)
    with pytest.raises(InputError, match="cannot be written"):
        go(manifest)
    with pytest.raises(InputError, match=r"out cannot be written"):
        go(manifest, journal=str(tmp_path / "journal.jsonl"))
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.usefixtures("here")
def test_options_of_the_fuser_and_the_format(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(1)
    go(manifest, form="tif", palette="ironbow", depth=16)
    written = read_image(tmp_path / "out" / "000.tif").pixels
    fuser = Fuser("maximum", palette="ironbow", depth=16)
    assert (written == fuser(tmp_path / "ir/000.png", tmp_path / "vi/000.png")).all()
    with pytest.raises(ConfigError, match=r"palette was 'ironbow' and is None, format was '.tif'"):
        go(manifest, depth=16)


@pytest.mark.usefixtures("here")
def test_nothing_of_others_is_replaced(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "000.png").write_bytes(b"mine")
    assert go(manifest).failed == 1
    assert (tmp_path / "out" / "000.png").read_bytes() == b"mine"
    summary = go(manifest, retry_failed=True, overwrite=True)
    assert (summary.done, summary.failed) == (2, 0)
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"mine.csv must not exist yet"):
        run(
            str(manifest),
            str(tmp_path / "new"),
            model="maximum",
            workers=1,
            table=str(tmp_path / "mine.csv"),
        )
    assert not list((tmp_path / "new").glob("*.png"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "`workers` must be at least 1, got 0"),
        ({"threads": 0}, "`threads` must be at least 1, got 0"),
        ({"shard": "3"}, "`shard` must be I/N"),
        ({"form": "bmp"}, "`format` must be one of"),
        ({"table": "a.txt"}, "`table` must end in"),
        ({"scheduler": "tcp://127.0.0.1:1"}, "`workers` must not be given with a scheduler"),
    ],
)
def test_what_cannot_be(pairs: Pairs, options: dict[str, Any], message: str) -> None:
    manifest = pairs(1)
    with pytest.raises(InputError, match=message):
        go(manifest, **options)
    assert not (manifest.parent / "out").exists()


def test_a_scheduler_needs_its_extra(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[cluster\]"):
        go(pairs(1), scheduler="tcp://127.0.0.1:1", workers=None)


def test_local_runs_need_no_extra(pairs: Pairs) -> None:
    import subprocess

    manifest = pairs(1)
    script = (
        "import sys\n"
        "for name in ('fsspec', 'pyarrow', 'distributed', 'dask'):\n    sys.modules[name] = None\n"
        "from clfnet.batch import run\n"
        "if __name__ == '__main__':\n"
        f"    print(run({str(manifest)!r}, {str(manifest.parent / 'o')!r}, model='maximum').done)\n"
    )
    path = manifest.parent / "script.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@pytest.mark.usefixtures("here")
def test_outputs_that_were_lost_are_made_again(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(4)
    go(manifest)
    outputs = sorted((tmp_path / "out").glob("*.png"))
    before = [path.read_bytes() for path in outputs]
    outputs[0].unlink()
    outputs[2].write_bytes(b"")
    summary = go(manifest)
    assert (summary.done, summary.failed) == (4, 0)
    assert (summary.progress.done, summary.progress.before, summary.progress.again) == (2, 2, 2)
    assert [path.read_bytes() for path in outputs] == before
    assert len(Path(summary.table).read_text().splitlines()) == 1 + 4  # a row for each pair
    assert go(manifest).progress.before == 4


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("verify", [False, True])
def test_outputs_that_were_changed_are_kept_and_named(
    pairs: Pairs, tmp_path: Path, verify: bool
) -> None:
    manifest = pairs(3)
    go(manifest)
    output = tmp_path / "out" / "001.png"
    mine = bytearray(output.read_bytes())
    mine = mine[:-1] + bytes([mine[-1] ^ 1]) if verify else mine + b"mine"
    output.write_bytes(mine)
    if verify:
        assert go(manifest).progress.before == 3  # sizes do not tell
    summary = go(manifest, verify=verify)
    assert (summary.done, summary.failed) == (2, 1)
    assert "001.png must be as it was written, but was changed since" in summary.failures[0]
    assert output.read_bytes() == mine
    summary = go(manifest, verify=verify, overwrite=True)
    assert (summary.done, summary.failed, summary.progress.again) == (3, 0, 1)
    assert read_image(output).pixels.shape == (8, 12, 3)
    assert len(Path(summary.table).read_text().splitlines()) == 1 + 3


@pytest.mark.usefixtures("here")
def test_inputs_that_were_changed_are_fused_again(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    go(manifest)
    heat = tmp_path / "ir" / "001.png"
    write_image(heat, Image(np.full((8, 12), 255, np.uint8)), overwrite=True)
    assert go(manifest).progress.again == 1
    assert (read_image(tmp_path / "out" / "001.png").pixels.max(axis=2) == 255).all()
    same_size = bytearray(heat.read_bytes())
    same_size[-13] ^= 1
    heat.write_bytes(same_size)
    assert go(manifest).progress.again == 0
    summary = go(manifest, verify=True)
    assert (summary.progress.again, summary.failed) == (1, 1)  # damaged, as it is noticed now


@pytest.mark.usefixtures("here")
def test_inputs_that_have_gone_did_their_job(pairs: Pairs, tmp_path: Path) -> None:
    manifest = pairs(3)
    go(manifest)
    for file in (tmp_path / "ir").iterdir():
        file.unlink()
    for verify in (False, True):
        summary = go(manifest, verify=verify)
        assert (summary.done, summary.failed, summary.progress.before) == (3, 0, 3)
