"""The journal: what is in it survives; what was being written is cut off."""

import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clfnet.batch.journal import Journal
from clfnet.errors import ConfigError, InputError

RUN = {"model": "fast", "depth": None}
entries = st.lists(
    st.fixed_dictionaries(
        {
            "pair": st.integers(0, 2**64 - 1).map("{:016x}".format),
            "state": st.sampled_from(["done", "failed"]),
            "name": st.text(max_size=8),
        }
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(entries, st.data())
def test_any_cut_leaves_the_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with mock.patch("os.fsync"):
        _check_any_cut(path, told, data)


def _check_any_cut(path: Path, told: list[dict[str, str]], data: st.DataObject) -> None:
    with Journal(path, RUN) as journal:
        journal.append(told)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    left = [json.loads(line) for line in whole[:cut].split(b"\n")[1:-1]]
    with Journal(path, RUN) as journal:
        assert journal.is_new == (b"\n" not in whole[:cut])
        assert list(journal.entries()) == left
        done = {entry["pair"] for entry in left if entry["state"] == "done"}
        for entry in told:
            states = {other["state"] for other in left if other["pair"] == entry["pair"]}
            expected = "done" if entry["pair"] in done else "failed" if states else None
            assert journal.state(entry["pair"]) == expected
        journal.append(told)
        assert list(journal.entries()) == left + told


def test_the_run_s_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal.jsonl"
    with Journal(path, RUN) as first:
        assert first.is_new
    with Journal(path, RUN) as second:
        assert (second.is_new, second.run) == (False, first.run)
    with Journal(tmp_path / "other.jsonl", RUN) as other:
        assert other.run != first.run


def test_a_long_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, RUN) as journal:
        journal.append([{"pair": "00", "state": "done", "name": "a"}])
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\0" * 200_000)
    with Journal(path, RUN) as journal:
        assert journal.state("00") == "done"
    assert path.stat().st_size == size


def test_other_options_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, RUN):
        pass
    with pytest.raises(ConfigError, match=r"model was 'fast' and is 'clfnet'. Use those"):
        Journal(path, RUN | {"model": "clfnet"})
    with pytest.raises(ConfigError, match=r"palette was None and is 'lava'"):
        Journal(path, RUN | {"palette": "lava"})


@pytest.mark.parametrize("text", ["", "x", "infrared,visible\na,b", '{"journal": 1'])
def test_other_files_stay_as_they_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    if '{"journal": '.startswith(text[:12]):
        with Journal(path, RUN) as journal:
            assert journal.is_new
        return
    with pytest.raises(InputError, match="must be a journal"):
        Journal(path, RUN)
    assert path.read_text() == text


def test_damage_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, RUN):
        pass
    with path.open("a") as file:
        file.write('{"pair": "00", "sta\n{"pair": "01", "state": "done"}\n')
    with pytest.raises(InputError, match="line 2 is damaged"):
        Journal(path, RUN)


def test_one_driver_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    script = (
        "import sys, pathlib\nfrom clfnet.batch.journal import Journal\n"
        f"with Journal(pathlib.Path({str(path)!r}), {RUN!r}):\n"
        "    print('open', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(InputError, match="one driver at a time"):
            Journal(path, RUN)
        other.kill()
        other.wait()
    with Journal(path, RUN) as journal:
        assert not journal.is_new


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        Journal(tmp_path / "file" / "journal.jsonl", RUN)
