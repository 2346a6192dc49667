"""The cluster's side; what real workers do is in test_kills.py."""

from collections.abc import Iterator
from typing import Any, ClassVar

import distributed
import pytest

from clfnet.batch import cluster
from clfnet.batch.cluster import ClusterEngine
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Outcome, Task
from clfnet.errors import InputError


class Future:
    def __init__(self, key: str, result: Outcome | Exception) -> None:
        self.key = key
        self.answer = result

    def result(self, timeout: float) -> Outcome:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Client:
    """Stands for `distributed.Client`: each task ends with what `result` says."""

    loop = None
    result: Outcome | Exception = Outcome("done", 0.1)
    threads: ClassVar[dict[str, int]] = {"a": 2, "b": 1}

    def __init__(self, address: str, **options: Any) -> None:
        assert options["set_as_default"] is False

    def submit(self, function: Any, recipe: Recipe, task: Task, *, key: str, pure: bool) -> Future:
        return Future(key, self.result)

    def nthreads(self) -> dict[str, int]:
        return self.threads

    def close(self, timeout: float) -> None:
        pass


class Completed:
    def __init__(self, **options: Any) -> None:
        self.futures: list[Future] = []

    def add(self, future: Future) -> None:
        self.futures.append(future)

    def next_batch(self) -> list[Future]:
        batch, self.futures = self.futures, []
        return batch

    def clear(self) -> None:
        self.futures = []


@pytest.fixture
def engine(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClusterEngine]:
    monkeypatch.setattr(distributed, "Client", Client)
    monkeypatch.setattr(distributed, "as_completed", Completed)
    engine = ClusterEngine(recipe, "tcp://somewhere:1")
    yield engine
    engine.close()


def test_enough_is_in_work_that_no_thread_waits(engine: ClusterEngine) -> None:
    assert engine.capacity == 6


def test_without_workers_one_task_waits_for_them(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "threads", {})
    assert engine.capacity == 1


def test_tasks_end(engine: ClusterEngine, task: Task) -> None:
    engine.submit(task)
    assert engine.wait() == [(task, Outcome("done", 0.1), "")]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (distributed.client.FutureCancelledError("key", "scheduler-connection-lost"), "is gone"),
        (RuntimeError("odd"), "is gone"),
        (ModuleNotFoundError("No module named 'clfnet'"), "workers must have clfnet installed"),
    ],
)
def test_what_ends_a_run(
    engine: ClusterEngine,
    task: Task,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    message: str,
) -> None:
    monkeypatch.setattr(Client, "result", error)
    engine.submit(task)
    with pytest.raises(InputError, match=message):
        engine.wait()


def test_a_task_that_kills_its_workers(
    engine: ClusterEngine, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(distributed.KilledWorker):
        def __init__(self) -> None:
            pass

        def __str__(self) -> str:
            return "killed 4 workers"

    monkeypatch.setattr(Client, "result", Killed())
    engine.submit(task)
    assert engine.wait() == [(task, None, "killed 4 workers")]


def test_no_scheduler(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense://1"):
        with pytest.raises(InputError, match="`scheduler` must be the address of a Dask scheduler"):
            ClusterEngine(recipe, address)
