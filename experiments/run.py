"""What all kinds of experiments need while they run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One call of `reproduce`.

    Attributes:
        data: the data folder.
        output: where the result goes, and plots of it.
        work: where images and trained networks go, which are no part of the result.
        budget: share of the full training, where something is trained.
        report: told what is done next, how many are done, of how many.
    """

    data: Path
    output: Path
    work: Path
    budget: float | None = None
    report: Callable[[str, int, int], object] | None = None

    def track(self, tasks: Mapping[str, T]) -> Iterator[T]:
        """Yield the tasks, telling their names."""
        for done, (name, task) in enumerate(tasks.items()):
            if self.report:
                self.report(name, done, len(tasks))
            yield task
        if self.report:
            self.report("done", len(tasks), len(tasks))
