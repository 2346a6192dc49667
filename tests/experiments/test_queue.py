"""The queue trains what is missing, most important first, and goes on where it was stopped."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError, InputError
from clfnet.io.image import Image, write_image
from clfnet.io.toml import build, read_toml
from clfnet.training.checkpoint import load_checkpoint
from clfnet.training.config import DataConfig
from clfnet.training.networks import load_any
from clfnet.training.trainer import CHECKPOINT, LAST
from experiments import queue as tool
from experiments.queue import Job, Jobs, curves, install, main, pack, summarise, trainings, unpack

ROOT = Path(__file__).parents[2]
TINY = ("run.steps=4", "run.epochs=0", "run.checkpoint_every=2", "data.crop=16")


@pytest.fixture
def recipe(tmp_path: Path, experiments: Path) -> Path:
    """The tables' recipe, whose folders are in what recipes call the data folder."""
    path = tmp_path / "recipe.toml"
    text = path.read_text()
    for name in ("infrared", "visible"):
        text = text.replace(f'{name} = "nowhere"', f'{name} = "{tool.DATA}/{name[:2]}"')
    path.write_text(text)
    return path


def jobs_of(recipe: Path) -> Jobs:
    return Jobs(
        TINY,
        (
            Job("first", str(recipe), ("loss.lambda1=0.5",)),
            Job("seeds", str(recipe), (), (0, 3)),
            Job("again", str(recipe), ("run.seed=3",)),
        ),
    )


def jobs_file(recipe: Path, steps: int) -> Path:
    path = recipe.with_name("jobs.toml")
    path.write_text(
        f"""
        set = ["data.crop=16", "run.epochs=0", "run.steps={steps}", "run.checkpoint_every=2"]
        [[jobs]]
        name = "a"
        recipe = "{recipe}"
        set = ["data.held_out=['1']", "run.validate_every=2"]
        [[jobs]]
        name = "b"
        recipe = "{recipe}"
        """
    )
    return path


def command(tmp_path: Path, jobs: Path, minutes: float) -> list[str]:
    return [
        "--jobs", str(jobs), "--minutes", str(minutes), "--parallel", "2", "--device", "cpu",
        "--data", str(tmp_path / "data"), "-o", str(tmp_path / "out"),
        "--archive", str(tmp_path / "archive"), "--experiments", str(tmp_path / "experiments"),
    ]  # fmt: skip


def test_the_projects_own_list_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it but the tables, whose recipes need the data."""
    monkeypatch.chdir(ROOT)
    listed = build(Jobs, read_toml(ROOT / "experiments" / "queue.toml"))
    assert listed.tables == ("table6", "table1", "table8")
    queue = trainings(Jobs(listed.set, listed.jobs), tmp_path, Path("/data"), ROOT / "experiments")
    assert queue[0].name == "paper-seed-0"
    assert len({each.name for each in queue}) == len(queue) >= 9
    for training in queue:
        config = training.config
        assert isinstance(config.data, DataConfig)
        assert config.data.infrared[0] == "/data/tno/train/ir"
        own = training.name.startswith("clfnet")
        assert config.data.validation_visible == ("" if own else "/data/tno/test/vi")
        assert not training.name.startswith("paper") or config.run.epochs == 20
    for name in ("clfnet", "clfnet-without-contrast"):
        seeds = [each.config.run.seed for each in queue if each.name.startswith(f"{name}-seed-")]
        assert seeds == [0, 1, 2]


def test_the_list_in_its_order_equal_recipes_once(recipe: Path, tmp_path: Path) -> None:
    queue = trainings(jobs_of(recipe), tmp_path / "out", tmp_path / "data", tmp_path)
    assert [each.name for each in queue] == ["first", "seeds-seed-0", "seeds-seed-3"]
    assert [each.config.run.seed for each in queue] == [0, 0, 3]
    assert queue[0].config.data.folders == tuple(str(tmp_path / "data" / n) for n in ("in", "vi"))


def test_rows_of_tables_come_last_at_full_length(
    recipe: Path, experiments: Path, data: Path, tmp_path: Path
) -> None:
    jobs = Jobs((), (Job("one", str(recipe)),), ("table1",))
    queue = trainings(jobs, tmp_path / "out", data, experiments)
    assert [each.name for each in queue] == ["one", "table1-with", "table1-without"]
    assert queue[1].config.run.steps > 1
    assert queue[1].config.data.crop == 32  # not that of smaller budgets
    with pytest.raises(ConfigError, match="must name experiments that train, got 'table2'"):
        trainings(Jobs((), (), ("table2",)), tmp_path, data, experiments)


def test_all_is_trained_and_summed_up(
    recipe: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "in").symlink_to(data / "ir")
    output = io.StringIO()
    main(command(tmp_path, jobs_file(recipe, 4), 5), output)
    for name in ("a", "b"):
        folder = tmp_path / "out" / name
        result = json.loads((folder / "result.json").read_text())
        assert (result["finished"], result["failed"], result["steps"]) == (True, "", 4), name
        assert result["seconds"] > 0
        assert 0 <= result["infrared share"] <= 1
        assert (folder / LAST).exists()
        assert load_any(folder / "recipe.toml").run.steps == 4
    points = json.loads((tmp_path / "out" / "a" / "result.json").read_text())["curves"]
    assert [point["step"] for point in points] == [2, 4]
    assert points[0].keys() == {"step", *tool.CURVES}
    assert output.getvalue().count("| done |") == 2

    def never(*_: object) -> None:
        raise AssertionError("nothing was missing")

    monkeypatch.setattr(tool, "_start", never)
    main(command(tmp_path, jobs_file(recipe, 4), 5), output)

    unpack(tmp_path / "archive", tmp_path / "other")
    names = sorted(path.name for path in (tmp_path / "other" / "a").iterdir())
    assert LAST in names
    assert "log.csv" in names
    assert CHECKPOINT not in names  # it is done
    listed = build(Jobs, read_toml(recipe.with_name("jobs.toml")))
    queue = trainings(listed, tmp_path / "other", data, tmp_path)
    made = install(queue, tmp_path / "work")
    assert len(made) == 2
    assert all((folder / LAST).exists() for folder in made)
    assert install(queue, tmp_path / "work") == []


def queue_until(kept: Callable[[], bool], number: int, arguments: list[str]) -> None:
    """Run the queue as a process, and end it by a signal as soon as something is kept."""
    with subprocess.Popen(
        [sys.executable, "-m", "experiments.queue", *arguments],
        cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            end = time.monotonic() + 180
            while not kept():
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
        finally:
            # the whole group: as where a machine is taken away
            kill = os.kill if number == signal.SIGTERM else os.killpg
            kill(process.pid, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_queue_goes_on(recipe: Path, data: Path, tmp_path: Path, number: int) -> None:
    (data / "in").symlink_to(data / "ir")
    arguments = command(tmp_path, jobs_file(recipe, 3000), 5)
    checkpoint = tmp_path / "out" / "a" / CHECKPOINT
    queue_until(checkpoint.exists, number, arguments)
    step = load_checkpoint(checkpoint)["step"]
    assert 0 < step < 3000
    if number == signal.SIGTERM:
        result = json.loads((tmp_path / "out" / "a" / "result.json").read_text())
        assert (result["finished"], result["failed"], result["steps"]) == (False, "", step)
        unpack(tmp_path / "archive", tmp_path / "other")
        assert load_checkpoint(tmp_path / "other" / "a" / CHECKPOINT)["step"] == step
    written = checkpoint.stat().st_mtime_ns
    queue_until(lambda: checkpoint.stat().st_mtime_ns > written, number, arguments)
    assert load_checkpoint(checkpoint)["step"] > step


@pytest.mark.slow
def test_what_fails_is_said_and_the_rest_is_trained(
    recipe: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "in").symlink_to(data / "ir")
    jobs = jobs_file(recipe, 2)
    text = jobs.read_text().replace("run.validate_every=2", "data.held_out=['9']")
    jobs.write_text(text)
    main(command(tmp_path, jobs, 5), io.StringIO())
    result = json.loads((tmp_path / "out" / "a" / "result.json").read_text())
    assert "`data.held_out` names ['9']" in result["failed"]
    assert "a: clfnet: error: `data.held_out` names" in capsys.readouterr().err
    assert (tmp_path / "out" / "b" / LAST).exists()


def test_without_time_nothing_is_started(recipe: Path, data: Path, tmp_path: Path) -> None:
    main(command(tmp_path, jobs_file(recipe, 4), 0), io.StringIO())
    assert not list((tmp_path / "out").glob("*/train.log"))


def test_a_large_archive_comes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "PART", 1000)
    noise = os.urandom(3500)
    (tmp_path / "out" / "a" / "samples").mkdir(parents=True)
    (tmp_path / "out" / "a" / "weights").write_bytes(noise)
    for step in (1, 2):
        sheet = Image(np.full((10, 12), 7, np.uint8))
        write_image(tmp_path / "out" / "a" / "samples" / f"{step}.png", sheet)
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "queue.tar.gz.09").write_bytes(b"of a larger one")
    pack(tmp_path / "out", archive)
    parts = sorted(archive.iterdir())
    assert len(parts) >= 4
    assert all(part.stat().st_size <= 1000 for part in parts)
    unpack(archive, tmp_path / "other")
    assert (tmp_path / "other" / "a" / "weights").read_bytes() == noise
    assert [p.name for p in (tmp_path / "other" / "a" / "samples").iterdir()] == ["2.jpg"]
    parts[1].unlink()
    with pytest.raises(InputError, match="must hold all parts of a queue"):
        unpack(archive, tmp_path / "third")


def test_the_share_of_a_point_is_the_mean_since_the_one_before() -> None:
    rows = [
        (1, "infrared_share", 0.2),
        (2, "infrared_share", 0.4),
        (2, "validation SCD", 1.5),
        (2, "validation EN", 7.0),
        (3, "infrared_share", 1.0),
        (3, "validation score", 0.25),
    ]
    assert curves(rows) == [
        {"step": 2, "infrared share": 0.3, "SCD": 1.5},
        {"step": 3, "infrared share": 1.0, "score": 0.25},
    ]


def test_seconds_add_up(recipe: Path, tmp_path: Path) -> None:
    (training, *_) = trainings(jobs_of(recipe), tmp_path / "out", tmp_path, tmp_path)
    training.folder.mkdir(parents=True)
    (training.folder / "result.json").write_text('{"seconds": 100.0}')
    training.started = time.monotonic() - 5
    assert summarise(training)["seconds"] == pytest.approx(105, abs=1)
    assert summarise(training)["seconds"] == pytest.approx(105, abs=1)
