"""Worker processes of this machine, each with a model and its share of the cores."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from clfnet.batch.engine import Finished
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Outcome, Task, fuse_task
from clfnet.errors import ClfnetError

_MOST_FAILED_STARTS = 5  # workers in a row that end before their first task
_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_EXIT_SECONDS = 5.0  # seconds
_READY = "ready"


@dataclass
class _Worker:
    process: SpawnProcess
    connection: "Connection[Task, Outcome | str]"
    task: Task | None = None
    is_ready: bool = False


class LocalEngine:
    """Runs each task in one of a fixed number of processes, which are started when needed.

    A process has one task at a time, so that it is known whose fault its death is. Processes end
    with their driver, however that ends.

    Args:
        recipe: what is done to every pair.
        workers: how many processes.
        threads: how many threads the libraries of each may use.
    """

    def __init__(self, recipe: Recipe, workers: int, threads: int) -> None:
        self.capacity = workers
        self._recipe = recipe
        self._threads = threads
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def submit(self, task: Task) -> None:
        """Give a task to a process that has none."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        worker = idle or self._start()
        worker.task = task
        with suppress(OSError):  # it is dead: `wait` finds out
            worker.connection.send(task)

    def wait(self) -> list[Finished]:
        """Return the tasks that have finished, and those whose process died.

        Raises:
            ClfnetError: processes end before they begin.
        """
        finished: list[Finished] = []
        while not finished:
            ready = wait([worker.connection for worker in self._workers])
            for worker in [each for each in self._workers if each.connection in ready]:
                finished += self._heard(worker)
        return finished

    def close(self) -> None:
        """End all processes at once; what they were at is left for the next run."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()
        self._workers.clear()

    def _heard(self, worker: _Worker) -> list[Finished]:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            return self._ended(worker)
        if isinstance(message, str):
            worker.is_ready = True
            self._failed_starts = 0
            return []
        task, worker.task = worker.task, None
        assert task is not None  # noqa: S101  # an outcome answers a task
        return [Finished(task, message)]

    def _ended(self, worker: _Worker) -> list[Finished]:
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(_EXIT_SECONDS)
        worker.process.kill()  # one that lost its pipe, but lives
        worker.process.join()
        if not worker.is_ready:
            return self._ended_before_start(worker)
        death = _cause(worker.process.exitcode)
        return [Finished(worker.task, None, death)] if worker.task else []

    def _ended_before_start(self, worker: _Worker) -> list[Finished]:
        """Start another process for a task that the dead one never saw."""
        self._failed_starts += 1
        if self._failed_starts > _MOST_FAILED_STARTS:
            raise ClfnetError(
                f"worker processes must start, but they end before that "
                f"({_cause(worker.process.exitcode)}). In a script of your own, call "
                f'clfnet.batch.run under: if __name__ == "__main__"'
            )
        if worker.task:
            self.submit(worker.task)
        return []

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._recipe), daemon=True)
        with _limited(self._threads):
            process.start()
        theirs.close()  # so that its death closes the pipe
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker


def _work(connection: "Connection[Outcome | str, Task]", recipe: Recipe) -> None:
    """Fuse what comes, one by one, until the driver goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's
    with suppress(OSError):  # out of memory, the system shall take this process, not the driver
        Path("/proc/self/oom_score_adj").write_text("500")
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            connection.send(fuse_task(recipe, connection.recv()))


def _cause(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        return f"signal {-exitcode}"
    return f"exit code {exitcode}"


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """Let processes that are started here use few threads in numpy, too."""
    before = {name: os.environ.get(name) for name in _LIBRARIES}
    os.environ.update(dict.fromkeys(_LIBRARIES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
