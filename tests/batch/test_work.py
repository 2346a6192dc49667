"""One pair: fused into its place, known again, and set aside if it is bad."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.batch import work
from clfnet.batch.driver import entry
from clfnet.batch.evidence import UNKNOWN
from clfnet.batch.mark import Mark, read_mark
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Outcome, Task, fuse_task
from clfnet.example import night_street
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, read_image, write_image
from clfnet.thermal import read_thermal


def test_the_result_is_the_fuser_s(recipe: Recipe, task: Task, tmp_path: Path) -> None:
    outcome = fuse_task(recipe, task)
    assert (outcome.state, outcome.width, outcome.height, outcome.error) == ("done", 12, 8, "")
    assert outcome.seconds is not None
    expected = Fuser("maximum")(task.infrared, task.visible)
    assert (read_image(Path(task.output)).pixels == expected).all()
    marked = read_mark(Path(task.output))
    assert marked is not None
    assert marked.mark == Mark("run", task.pair, 1)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_compression(recipe: Recipe, task: Task, tmp_path: Path) -> None:
    scene = night_street()
    write_image(Path(task.infrared), Image(scene.infrared), overwrite=True)
    write_image(Path(str(task.visible)), Image(scene.visible), overwrite=True)
    sizes = {}
    for compression in ("fast", "small"):
        output = str(tmp_path / f"{compression}.png")
        options = {**recipe.options, "compression": compression}
        fuse_task(replace(recipe, options=options), replace(task, output=output))
        sizes[compression] = Path(output).stat().st_size
    assert sizes["small"] < sizes["fast"]


def test_an_output_of_the_same_pair_and_run_is_kept(recipe: Recipe, task: Task) -> None:
    fuse_task(recipe, task)
    before = Path(task.output).stat()
    Path(task.infrared).unlink()  # nothing is read again
    for again in (recipe, replace(recipe, overwrite=True)):
        found = fuse_task(again, task)
        assert replace(found, evidence=UNKNOWN) == Outcome("done", None, 12, 8)
    assert os.path.samestat(before, Path(task.output).stat())


def test_an_output_of_another_pair_is_named(recipe: Recipe, task: Task) -> None:
    fuse_task(recipe, task)
    other = replace(task, row=5, pair="00000000000000bb")
    for again in (recipe, replace(recipe, overwrite=True)):
        outcome = fuse_task(again, other)
        assert outcome.state == "failed"
        assert "rows 1 and 5 are both called 000" in outcome.error


def test_a_foreign_output_is_replaced_only_if_asked(recipe: Recipe, task: Task) -> None:
    write_image(Path(task.output), Image(np.zeros((2, 2), np.uint8)))
    outcome = fuse_task(recipe, task)
    assert (outcome.state, "must not exist yet" in outcome.error) == ("failed", True)
    assert read_image(Path(task.output)).width == 2
    assert fuse_task(replace(recipe, overwrite=True), task).state == "done"
    assert read_image(Path(task.output)).width == 12


def test_inputs_are_never_replaced(recipe: Recipe, task: Task, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "vi")
    before = Path(str(task.visible)).read_bytes()
    for output in (str(task.visible), str(tmp_path / "link" / "000.png")):
        outcome = fuse_task(replace(recipe, overwrite=True), replace(task, output=output))
        assert (outcome.state, "one of the inputs" in outcome.error) == ("failed", True)
    assert Path(str(task.visible)).read_bytes() == before


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_other_formats(recipe: Recipe, task: Task, tmp_path: Path, suffix: str) -> None:
    own = replace(recipe, suffix=suffix)
    there = replace(task, output=str(tmp_path / f"out/a{suffix}"))
    assert fuse_task(own, there).state == "done"
    assert fuse_task(own, there).seconds is None


def test_urls(recipe: Recipe, task: Task, elsewhere: Any) -> None:
    elsewhere.pipe_file("/work/ir.png", Path(task.infrared).read_bytes())
    elsewhere.pipe_file("/work/vi.png", Path(str(task.visible)).read_bytes())
    ir, vi, out = (f"memory://work/{name}.png" for name in ("ir", "vi", "out"))
    remote = Task(1, "out", ir, vi, out, task.pair)
    own = replace(recipe, scratch=None)
    assert fuse_task(own, remote).state == "done"
    assert fuse_task(own, remote).seconds is None
    Path(task.output).parent.mkdir()
    Path(task.output).write_bytes(elsewhere.cat_file("/work/out.png"))
    expected = Fuser("maximum")(task.infrared, task.visible)
    assert (read_image(Path(task.output)).pixels == expected).all()
    elsewhere.pipe_file("/work/vi.png", b"damaged")
    outcome = fuse_task(own, replace(remote, output="memory://work/other.png"))
    assert outcome.state == "failed"
    assert outcome.error.startswith("memory://work/vi.png must be")


def test_bad_pairs_are_set_aside(recipe: Recipe, task: Task) -> None:
    gone = replace(task, infrared=f"{task.infrared}.not")
    assert fuse_task(recipe, gone).error == (
        f"{gone.infrared} must be an image file, but is not there."
    )
    write_image(Path(task.infrared), Image(np.zeros((3, 3), np.uint8)), overwrite=True)
    outcome = fuse_task(recipe, task)
    assert (outcome.state, "must be of equal size" in outcome.error) == ("failed", True)
    assert not Path(task.output).exists()


def test_our_own_bug_sets_aside_one_pair(
    recipe: Recipe, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(Fuser, "fuse_pair", broken)
    outcome = fuse_task(replace(recipe, session="fresh"), task)
    assert outcome.error == "000 cannot be fused (internal error, KeyError: 'odd'). Report it."
    monkeypatch.setattr(Fuser, "fuse_pair", lambda *_: (_ for _ in ()).throw(MemoryError))
    assert "must fit into memory" in fuse_task(recipe, task).error


def test_what_no_pair_can_help_stops_the_run(
    recipe: Recipe, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(recipe, options={"model": "clfnot"}, session="broken")
    assert fuse_task(broken, task).state == "stop"

    def full(*_: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for step in ("write_image", "send"):
        with monkeypatch.context() as patch:
            patch.setattr(work, step, full)
            outcome = fuse_task(recipe, task)
        assert outcome.state == "stop"
        assert outcome.error.startswith(f"{task.output} cannot be written: no space left on device")
    apart = replace(recipe, scratch=str(tmp_path / "not shared"))
    outcome = fuse_task(apart, task)
    assert (outcome.state, "that all workers share" in outcome.error) == ("stop", True)
    assert not Path(task.output).exists()
    assert fuse_task(recipe, task).state == "done"


def test_a_name_that_is_a_folder_elsewhere(recipe: Recipe, task: Task) -> None:
    fuse_task(recipe, task)
    outcome = fuse_task(recipe, replace(task, output=f"{task.output}/b.png"))
    assert (outcome.state, "a part of its path is taken" in outcome.error) == ("failed", True)


def test_temperatures_come_along_and_back(
    recipe: Recipe, task: Task, flir: Path, tmp_path: Path
) -> None:
    warm = replace(task, infrared=str(flir), visible=None)
    done = fuse_task(recipe, warm)
    assert done.state == "done"
    celsius = read_thermal(flir).celsius
    assert celsius is not None
    expected = {"min": celsius.min(), "mean": celsius.mean(), "max": celsius.max()}
    assert done.celsius == pytest.approx({k: float(v) for k, v in expected.items()}, abs=0.01)
    assert entry(warm, done)["celsius_max"] == done.celsius["max"]
    again = fuse_task(recipe, warm)  # after a crash, it is told by the output alone
    assert (again.seconds, again.celsius) == (None, done.celsius)
    cold = replace(task, output=f"{tmp_path}/out/other.png")
    assert fuse_task(recipe, cold).celsius == {}
    assert "celsius_max" not in entry(cold, fuse_task(recipe, cold))
