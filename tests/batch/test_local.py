"""Worker processes: real ones, some of which die."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clfnet.batch import local
from clfnet.batch.local import LocalEngine
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Task
from clfnet.errors import ClfnetError


@pytest.fixture
def engine(recipe: Recipe) -> Iterator[LocalEngine]:
    engine = LocalEngine(recipe, 1, 1)
    yield engine
    engine.close()


def test_a_task_a_death_and_another(engine: LocalEngine, task: Task, tmp_path: Path) -> None:
    engine.submit(task)
    ((of, outcome, _),) = engine.wait()
    assert (of, outcome and outcome.state) == (task, "done")
    assert "OMP_NUM_THREADS" not in os.environ or os.environ["OMP_NUM_THREADS"] == "1"

    pid = engine._workers[0].process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # a moment to be killed in
    stuck = replace(task, name="stuck", output=f"{tmp_path}/s.png")
    engine.submit(stuck)
    os.kill(pid, signal.SIGKILL)
    assert engine.wait() == [(stuck, None, "signal 9")]

    engine.submit(replace(task, name="next", output=str(tmp_path / "next.png")))
    ((_, outcome, _),) = engine.wait()
    assert outcome is not None
    assert outcome.state == "done"
    assert engine._workers[0].process.pid != pid


def test_processes_that_never_begin(
    engine: LocalEngine, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_MOST_FAILED_STARTS", 1)
    monkeypatch.setattr(local, "_work", os._exit)  # a pipe is no exit code: it ends with an error
    engine.submit(task)
    with pytest.raises(ClfnetError, match=r"must start, but they end before that"):
        engine.wait()
