"""Whole runs, of small models and sizes."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from clfnet.bench import report as module
from clfnet.bench.candidate import Candidate
from clfnet.bench.report import fits, run
from clfnet.bench.size import Size
from clfnet.errors import InputError, WeightsError

SMALL, LARGE = Size(32, 24), Size(64, 48)
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No processes of their own for memory: that has its own test."""

    def peak_memory(candidate: Candidate, size: Size) -> float:
        candidate.load()(*np.zeros((2, size.height, size.width), np.float32))
        return 1.5

    monkeypatch.setattr(module, "peak_memory", peak_memory)


def test_a_row_for_every_candidate_and_size(maximum_onnx: Path) -> None:
    told: list[tuple[str, int, int]] = []
    these = [Candidate(str(maximum_onnx), 1), Candidate("clfnet", 1)]
    report = run(these, [SMALL, LARGE], repeats=3, tell=lambda *step: told.append(step))
    assert json.loads(json.dumps(report)) == report
    rows = report["rows"]
    assert [(row["model"], row["width"], row["height"]) for row in rows] == [
        (each.model, *size) for size in (SMALL, LARGE) for each in these
    ]
    for row in rows:
        for kind in ("network", "end_to_end"):
            assert row[kind]["repeats"] == 3
            wall = row[kind]["seconds"]
            assert 0 < wall["min"] <= wall["lower"] <= wall["median"] <= wall["max"]
        assert row["peak_mib"] == 1.5
        assert "error" not in row
    assert [row["multiply_adds"] for row in rows[::2]] == [0, 0]
    assert rows[3]["multiply_adds"] == 4 * rows[1]["multiply_adds"] > 0
    assert (rows[0]["weights"], rows[1]["weights"]) == (0, 190120)
    assert rows[0]["bytes"] == maximum_onnx.stat().st_size
    assert len(report["fits"]) == 4
    assert report["notes"] == []
    assert [done for _, done, _ in told] == list(range(6))
    assert told[2] == ("32x24: time", 2, 6)


def test_one_kind_alone() -> None:
    for kind, other in (("network", "end_to_end"), ("end_to_end", "network")):
        (row,) = run([Candidate("maximum")], [SMALL], kinds=[kind], repeats=1)["rows"]
        assert kind in row
        assert other not in row
        assert (row["weights"], row["multiply_adds"], row["threads"]) == (0, None, None)


def test_end_to_end_reads_and_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once to warm up and once for each repeat, files of the size that is asked for."""
    from clfnet.inference.files import FusedFile, fuse_file

    done: list[FusedFile] = []
    monkeypatch.setattr(
        module, "fuse_file", lambda *given, **how: done.append(fuse_file(*given, **how))
    )
    run([Candidate("maximum")], [LARGE], kinds=["end_to_end"], repeats=2)
    assert [(each.width, each.height) for each in done] == [LARGE] * 3
    assert done[0].output is not None
    assert not done[0].output.parent.exists()


def test_one_that_fails_does_not_stop_the_rest(write: Write) -> None:
    """Of a graph that fails at a size, there is an error and no figures."""
    nodes = [
        helper.make_node("Max", ["infrared", "visible"], ["max"]),
        helper.make_node("Mul", ["max", "w"], ["fused"]),
    ]
    small = Candidate(f"onnx:{write(nodes, {'w': (1, 1, 24, 32)})}", 1)
    report = run([small, Candidate("maximum")], [SMALL, LARGE], repeats=1)
    failed = report["rows"][2]
    assert "could not fuse 64x48 pixels" in failed["error"]
    assert {"network", "end_to_end", "peak_mib"}.isdisjoint(failed)
    assert all("network" in row for row in report["rows"] if row is not failed)
    assert {each["model"] for each in report["fits"]} == {"maximum"}


def test_a_graph_of_a_fixed_size_is_measured_in_pieces(write: Write) -> None:
    node = helper.make_node("Max", ["infrared", "visible"], ["fused"])
    fixed = Candidate(f"onnx:{write([node], {}, shape=(1, 1, 24, 32))}", 1)
    report = run([fixed], [SMALL, LARGE], repeats=1)
    assert all("network" in row for row in report["rows"])
    assert report["rows"][1]["multiply_adds"] is None
    assert "fixed side of 24" in report["notes"][0]


def test_one_that_fails_at_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise InputError("no")

    monkeypatch.setattr(module, "fuse_file", fails)
    (row,) = run([Candidate("maximum")], [SMALL], repeats=1)["rows"]
    assert row["error"] == "no"
    assert "network" not in row


def test_a_model_that_is_not_there_stops_all() -> None:
    with pytest.raises(WeightsError, match=r"no\.onnx must be a"):
        run([Candidate("maximum"), Candidate("no.onnx")], [SMALL])


def test_fits_are_of_one_model_and_number_of_threads() -> None:
    def row(threads: int, width: int, seconds: float) -> dict[str, object]:
        cost = {"cpu_seconds": {"median": seconds}}
        known = {"model": "m", "threads": threads, "backend": None, "network": cost}
        return known | {"width": width, "height": 1000}

    rows = [row(t, w, 0.5 + t * w / 1000) for t in (1, 3) for w in (4000, 1000)]
    found = fits(rows)
    assert [(each["threads"], each["per_megapixel"], each["fixed"]) for each in found] == [
        (1, 1, 0.5),
        (3, 3, 0.5),
    ]
    assert fits(rows[:1]) == []
