"""Objects that each process makes anew after a fork: thread pools, and what holds some."""

import ctypes
import os
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class PerProcess(Generic[T]):
    """Something that is made once in each process that uses it.

    Threads do not survive a `fork`: whoever waits for them in the child waits for ever. What holds
    threads is therefore made anew there, and also where this arrives pickled.

    Args:
        make: makes it; must be picklable for this to be.

    Example:
        >>> made = PerProcess(list)
        >>> made() is made()
        True
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = make()
        _all.add(self)  # type: ignore[arg-type]  # of any kind

    def __call__(self) -> T:
        """Return it."""
        made = self._made
        if made is None:  # several threads may come here at once; each takes what works
            self._made = made = self._make()
        return made

    def renew(self) -> T:
        """Return it for the last time: from now on there is another."""
        before, self._made = self(), self._make()
        return before

    def __reduce__(self) -> tuple[type["PerProcess[T]"], tuple[Callable[[], T]]]:
        return type(self), (self._make,)

    def forget(self) -> None:
        """Let go of the parent's in a child, but never end it: that would wait for threads, too."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._made))
        self._made = None


_all: "WeakSet[PerProcess[object]]" = WeakSet()


def _after_fork() -> None:
    for each in list(_all):
        each.forget()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)
