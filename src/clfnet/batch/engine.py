"""The interface between the driver and what runs its tasks: local processes or a cluster."""

from typing import NamedTuple, Protocol

from clfnet.batch.work import Outcome, Task


class Finished(NamedTuple):
    """A task that is no longer in work.

    Attributes:
        task: which.
        outcome: what became of it; None if its worker died.
        death: how the worker died.
    """

    task: Task
    outcome: Outcome | None
    death: str = ""


class Engine(Protocol):
    """Runs `clfnet.batch.work.fuse_task` somewhere else."""

    @property
    def capacity(self) -> int:
        """How many tasks to have in work now: enough that no worker waits."""

    def submit(self, task: Task) -> None:
        """Begin with a task."""

    def wait(self) -> list[Finished]:
        """Return what has finished, as soon as something has; some task must be in work.

        Raises:
            ClfnetError: nothing will ever finish.
        """

    def close(self) -> None:
        """Leave what is in work, and let go of the workers."""
