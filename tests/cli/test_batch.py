"""`clfnet batch`: what it hands on, what it prints, how it leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clfnet.batch
from clfnet.batch import Progress, Summary
from clfnet.io.image import Image, write_image
from clfnet.options import FuseOptions

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asks the library for."""
    seen: dict[str, Any] = {"summary": Summary(3, 0, [], "out/results.csv", Progress(3, 0, 0, 1.5))}

    def fake(source: str, output: str, **options: Any) -> Any:
        if isinstance(seen["summary"], BaseException):
            raise seen["summary"]
        seen.update(options, source=source, output=output)
        return seen["summary"]

    monkeypatch.setattr(clfnet.batch, "run", fake)
    return seen


def test_one_pair(run: Run, tmp_path: Path) -> None:
    for folder in ("ir", "vi"):
        write_image(tmp_path / folder / "a.png", Image(np.full((4, 6), 90, np.uint8)))
    globs = (f"{tmp_path}/ir/*.png", f"{tmp_path}/vi/*.png")
    command = ("batch", *globs, "-o", tmp_path / "out", "--model", "maximum", "--workers", "1")
    code, out, err = run(*command)
    assert (code, out) == (0, f"{tmp_path}/out/results.csv\n")
    assert err.startswith("clfnet: 1 done, 0 failed; ")
    assert run(*command)[2].startswith("clfnet: 0 done, 0 failed, 1 settled before; ")
    code, _, err = run(*command, "--stretch")
    assert (code, "stretch was False and is True" in err, err.count("\n")) == (2, True, 1)


def test_every_option_of_the_fuser_is_handed_on(run: Run, asked: dict[str, Any]) -> None:
    assert run("batch", "m.csv", "-o", "out")[0] == 0
    defaults = vars(FuseOptions())
    given = {name: value for name, value in asked.items() if name in defaults and name != "threads"}
    assert given == {name: value for name, value in defaults.items() if name != "threads"}


def test_options(run: Run, asked: dict[str, Any]) -> None:
    run(
        *("batch", "ir/*.png", "vi/*.png", "-o", "s3://b/out", "--journal", "j", "--format", "tif"),
        *("--shard", "2/9", "--retry-failed", "--overwrite", "--table", "t.parquet"),
        *("--scheduler", "tcp://a:1", "--range", "agc:3", "--depth", "16", "--memory", "1GiB"),
    )
    expected = {
        "source": "ir/*.png",
        "visible": "vi/*.png",
        "output": "s3://b/out",
        "journal": "j",
        "form": "tif",
        "shard": "2/9",
        "retry_failed": True,
        "overwrite": True,
        "table": "t.parquet",
        "scheduler": "tcp://a:1",
        "thermal_range": "agc:3",
        "depth": 16,
        "memory": "1GiB",
        "workers": None,
    }
    assert {name: asked[name] for name in expected} == expected


def test_failures_are_listed_and_counted(run: Run, asked: dict[str, Any]) -> None:
    asked["summary"] = Summary(5, 3, ["a: gone", "b: bad"], "r.csv", Progress(5, 2, 1, 2.0))
    code, out, err = run("batch", "m.csv", "-o", "out")
    assert (code, out) == (3, "r.csv\n")
    assert err.splitlines() == [
        "clfnet: 5 done, 2 failed, 1 settled before; 3.5 pairs/s",
        "clfnet: error: a: gone",
        "clfnet: error: b: bad",
        "clfnet: and 1 more, see r.csv",
    ]
    code, out, _ = run("batch", "m.csv", "-o", "out", "--json")
    assert code == 3
    assert json.loads(out) == {
        "done": 5,
        "failed": 3,
        "failures": ["a: gone", "b: bad"],
        "table": "r.csv",
        "progress": {"done": 5, "failed": 2, "before": 1, "seconds": 2.0, "again": 0},
    }


def test_ctrl_c(run: Run, asked: dict[str, Any]) -> None:
    asked["summary"] = KeyboardInterrupt()
    code, out, err = run("batch", "m.csv", "-o", "out")
    assert (code, out) == (130, "")
    assert "the same command goes on from here" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.csv",), "must be readable, but: no such file"),
        (("ir/",), "must end in .csv, .jsonl or .parquet"),
        (("ir/*.png", "vi/??.png"), "must have the same wildcards"),
        (("none.csv", "--shard", "0/3"), "`shard` must be I/N"),
        (("none.csv", "--model", "clfnot"), "Did you mean `clfnet`"),
        (("none.csv", "--format", "bmp"), "--format"),
        (("none.csv", "--workers", "0"), "--workers"),
    ],
)
def test_mistakes_are_one_line(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("batch", *arguments, "-o", "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert list(tmp_path.iterdir()) == []
