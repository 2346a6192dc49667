"""Workers of a Dask cluster, started by SSH, Kubernetes, Slurm or by hand."""

import logging
import time
from typing import Any

from clfnet.batch.engine import Finished
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Task, fuse_task
from clfnet.errors import InputError, MissingExtraError, one_line

_PER_THREAD = 2  # one in work, one that waits: the next is there when a thread becomes free
_FRESH = 5.0  # seconds for which the number of threads is taken as known
_FETCHING = 120  # seconds for a result; if its worker died with it, it is made again
_PATIENCE = 10  # seconds until a scheduler counts as not there


class ClusterEngine:
    """Runs each task on a Dask cluster.

    The cluster itself gives a task to another worker if one dies, up to its own number of allowed
    failures; only then the task counts as the cause.

    Args:
        recipe: what is done to every pair.
        address: the scheduler's, e.g. "tcp://10.0.0.1:8786".

    Raises:
        MissingExtraError: Dask is not installed.
        InputError: no scheduler is there.
    """

    def __init__(self, recipe: Recipe, address: str) -> None:
        distributed = _distributed()
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # errors are raised here
        try:
            self._client = distributed.Client(
                address, timeout=_PATIENCE, name="clfnet-batch", set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise InputError(
                f"`scheduler` must be the address of a Dask scheduler, got {address!r} "
                f"({one_line(error)}). For example tcp://10.0.0.1:8786."
            ) from error
        self._address = address
        self._recipe = recipe
        self._killed: type[Exception] = distributed.KilledWorker
        self._completed = distributed.as_completed(loop=self._client.loop)
        self._tasks: dict[str, Task] = {}
        self._counted = -_FRESH
        self._capacity = 1

    @property
    def capacity(self) -> int:
        """Twice the cluster's threads; they may come and go."""
        if time.monotonic() - self._counted > _FRESH:
            try:
                threads = sum(self._client.nthreads().values())
            except Exception as error:
                raise self._lost() from error
            self._capacity = max(1, _PER_THREAD * threads)
            self._counted = time.monotonic()
        return self._capacity

    def submit(self, task: Task) -> None:
        """Send a task to the scheduler."""
        key = f"clfnet-{self._recipe.session}-{task.pair}-{task.attempt}"
        self._tasks[key] = task
        try:
            future = self._client.submit(fuse_task, self._recipe, task, key=key, pure=False)
            self._completed.add(future)
        except Exception as error:
            raise self._lost() from error

    def wait(self) -> list[Finished]:
        """Return the tasks that have finished, and those that killed their workers.

        Raises:
            InputError: the scheduler is gone, or the workers cannot run the task.
        """
        return [self._finished(future) for future in self._completed.next_batch()]

    def close(self) -> None:
        """Cancel what has not begun; a worker finishes what it has."""
        self._completed.clear()
        self._client.close(timeout=_FRESH)

    def _finished(self, future: Any) -> Finished:
        """Fetch a result, by itself: what Dask fetches unasked is lost in silence if that fails."""
        try:
            outcome = future.result(timeout=_FETCHING)
        except self._killed as error:
            return Finished(self._tasks.pop(future.key), None, one_line(error))
        except ImportError as error:
            raise InputError(
                f"workers must have clfnet installed, but: {one_line(error)}. "
                f"Install the same version on all machines."
            ) from error
        except Exception as error:
            raise self._lost() from error
        return Finished(self._tasks.pop(future.key), outcome)

    def _lost(self) -> InputError:
        return InputError(
            f"the scheduler at {self._address} must stay reachable, but is gone. Start it, and run "
            f"the same command again: what is done stays done."
        )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError("distributed", "cluster") from error
    return distributed
