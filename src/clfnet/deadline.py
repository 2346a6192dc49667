"""A limit on the time that work on a pair may take, kept by whatever takes long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from clfnet.errors import InputError

_ends: ContextVar[tuple[float, float] | None] = ContextVar("ends", default=None)


class TimeLimitError(InputError):
    """The time is over that a pair may take."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let no work in this block, and in this thread, go on for longer.

    The work ends between two tiles, two nodes of a graph, two metrics or two steps of an alignment:
    what has begun is finished.

    Raises:
        TimeLimitError: the time is over.

    Example:
        >>> with time_limit(60):
        ...     time_left() > 59
        True
    """
    before = _ends.set((time.monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _ends.reset(before)


def time_left() -> float | None:
    """Return how many seconds are left; None where there is no limit.

    Raises:
        TimeLimitError: none.
    """
    limit = _ends.get()
    if limit is None:
        return None
    left = limit[0] - time.monotonic()
    if left <= 0:
        raise TimeLimitError(
            f"the work on a pair must end within {limit[1]:g} seconds, but takes longer. "
            f"Use smaller images, or a quicker model."
        )
    return left


def check_time() -> None:
    """Raise a `TimeLimitError` if no time is left."""
    time_left()
