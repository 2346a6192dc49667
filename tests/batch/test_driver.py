"""The driver, with an engine that does as it is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clfnet.batch.driver import ATTEMPTS, Driver
from clfnet.batch.engine import Finished
from clfnet.batch.journal import Journal
from clfnet.batch.work import Outcome, Task
from clfnet.errors import InputError


class Fake:
    """Finishes the oldest task at each wait; some tasks kill their worker, or a neighbour's."""

    def __init__(self, capacity: int = 3, poison: tuple[str, ...] = ()) -> None:
        self.capacity = capacity
        self.poison = poison
        self.in_work: list[Task] = []
        self.seen: list[tuple[str, frozenset[str]]] = []
        self.most = 0

    def submit(self, task: Task) -> None:
        self.in_work.append(task)
        self.most = max(self.most, len(self.in_work))
        names = [each.name for each in self.in_work]
        assert len(set(names)) == len(names)

    def wait(self) -> list[Finished]:
        company = frozenset(each.name for each in self.in_work)
        task = self.in_work.pop(0)
        self.seen.append((task.name, company))
        if company & set(self.poison):  # whoever is at work dies with it, as of too little memory
            return [Finished(task, None, "signal 9")]
        if task.name == "full":
            return [Finished(task, Outcome("stop", error="no space"))]
        state = "failed" if task.name.startswith("bad") else "done"
        return [Finished(task, Outcome(state, 0.1))]

    def close(self) -> None:
        pass


def tasks(*names: str) -> Iterator[Task]:
    for number, name in enumerate(names, 1):
        yield Task(number, name, "a", "b", name, f"{number:016x}")


def run(engine: Fake, path: Path, *names: str) -> list[tuple[str, str]]:
    with Journal(path / "journal.jsonl", {}) as journal:
        outcomes: list[Outcome] = []
        Driver(engine, journal, outcomes.append).run(tasks(*names))
        entries = list(journal.entries())
        assert [entry["state"] for entry in entries] == [each.state for each in outcomes]
        return [(entry["name"], entry["state"]) for entry in entries]


def test_each_task_ends_once(tmp_path: Path) -> None:
    names = [f"{n}" for n in range(20)]
    engine = Fake()
    assert run(engine, tmp_path, *names) == [(name, "done") for name in names]
    assert engine.most == 3


def test_no_more_is_read_than_is_needed(tmp_path: Path) -> None:
    read = 0

    def endless() -> Iterator[Task]:
        nonlocal read
        for task in tasks(*(f"{n}" for n in range(100))):
            read += 1
            yield task

    class Stopping(Fake):
        def wait(self) -> list[Finished]:
            raise KeyboardInterrupt

    with Journal(tmp_path / "j", {}) as journal, pytest.raises(KeyboardInterrupt):
        Driver(Stopping(), journal, print).run(endless())
    assert read == 4  # what fits, and one


def test_two_of_one_name_follow_each_other(tmp_path: Path) -> None:
    assert len(run(Fake(), tmp_path, "a", "b", "a", "a", "c")) == 5  # Fake asserts it


def test_poison_is_found_alone_and_the_innocent_live(tmp_path: Path) -> None:
    engine = Fake(poison=("p",))
    names = ["a", "b", "p", "c", "d", "e"]
    found = dict(run(engine, tmp_path, *names))
    assert found == {name: "failed" if name == "p" else "done" for name in names}
    tries = [company for name, company in engine.seen if name == "p"]
    assert len(tries) == ATTEMPTS
    assert all(company == {"p"} for company in tries[1:])


def test_bad_pairs_are_written_down(tmp_path: Path) -> None:
    assert run(Fake(), tmp_path, "bad", "a") == [("bad", "failed"), ("a", "done")]


def test_a_stop_ends_the_run_and_is_not_written_down(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no space"):
        run(Fake(1), tmp_path, "a", "full", "b")
    with Journal(tmp_path / "journal.jsonl", {}) as journal:
        assert [entry["name"] for entry in journal.entries()] == ["a"]


def test_nothing_to_do(tmp_path: Path) -> None:
    assert run(Fake(), tmp_path) == []
