"""The driver: hands pairs out, a few at a time, and writes down what became of them."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from clfnet.batch.engine import Engine, Finished
from clfnet.batch.journal import Journal
from clfnet.batch.work import Outcome, Task
from clfnet.errors import InputError

ATTEMPTS = 3
"""How often a pair may take its worker with it before it is given up."""


class Driver:
    """Runs tasks through an engine and into a journal.

    No more tasks are in work than the engine can use, and no more are read ahead than one. Two of
    one name are never in work at once. A task whose worker died runs again alone, so that its death
    is its own.

    Args:
        engine: what runs tasks.
        journal: where outcomes go.
        told: called with each outcome once it is in the journal.
    """

    def __init__(self, engine: Engine, journal: Journal, told: Callable[[Outcome], None]) -> None:
        self._engine = engine
        self._journal = journal
        self._told = told
        self._in_work: dict[str, Task] = {}
        self._suspects: deque[Task] = deque()

    def run(self, tasks: Iterator[Task]) -> None:
        """Run tasks until there are no more.

        Raises:
            InputError: something is wrong that no other pair would fare better with; or the
                journal cannot be written.
            ClfnetError: the engine has no workers any more.
        """
        waiting = next(tasks, None)
        ended: list[tuple[Task, Outcome]] = []
        while waiting or self._in_work or self._suspects or ended:
            while waiting and self._has_room_for(waiting):
                self._submit(waiting)
                waiting = next(tasks, None)
            if self._suspects and not self._in_work:
                self._submit(self._suspects.popleft())
            self._write_down(ended)  # while workers work, and not they while this writes
            ended = self._sorted_out(self._engine.wait()) if self._in_work else []

    def _has_room_for(self, task: Task) -> bool:
        is_full = len(self._in_work) >= self._engine.capacity
        return not (self._suspects or is_full or task.name in self._in_work)

    def _submit(self, task: Task) -> None:
        self._in_work[task.name] = task
        self._engine.submit(task)

    def _sorted_out(self, finished: list[Finished]) -> list[tuple[Task, Outcome]]:
        """Return the tasks that are settled; those whose worker died are to run again."""
        ended: list[tuple[Task, Outcome]] = []
        for task, outcome, death in finished:
            del self._in_work[task.name]
            if outcome is not None:
                ended.append((task, outcome))
            elif task.attempt < ATTEMPTS:
                self._suspects.append(replace(task, attempt=task.attempt + 1))
            else:
                why = f"{task.name} must not end its worker, but did {ATTEMPTS} times ({death})."
                ended.append((task, Outcome("failed", error=f"{why} Look at its files.")))
        return ended

    def _write_down(self, ended: list[tuple[Task, Outcome]]) -> None:
        known = [(task, outcome) for task, outcome in ended if outcome.state != "stop"]
        self._journal.append([entry(task, outcome) for task, outcome in known])
        for _, outcome in known:
            self._told(outcome)
        for _, outcome in ended:
            if outcome.state == "stop":
                raise InputError(outcome.error)


def entry(task: Task, outcome: Outcome) -> dict[str, Any]:
    """Return what the journal says of a pair."""
    return {
        "pair": task.pair,
        "row": task.row,
        "name": task.name,
        "state": outcome.state,
        "seconds": outcome.seconds and round(outcome.seconds, 4),
        "width": outcome.width,
        "height": outcome.height,
        "error": outcome.error,
        **({"again": True} if task.again else {}),
        **{f"celsius_{name}": value for name, value in outcome.celsius.items()},
        **outcome.evidence._asdict(),
    }
