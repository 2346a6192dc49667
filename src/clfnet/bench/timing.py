"""Timing of several functions by turns, so that slow spells of the machine meet all alike."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, process_time
from typing import Any, NamedTuple, TypeVar

import numpy as np

Key = TypeVar("Key")

_LEAST = 2
"""Turns that are taken whatever they cost: one has no spread."""


class Sample(NamedTuple):
    """One call: seconds on the clock, and CPU seconds of all threads of this process."""

    wall: float
    cpu: float


def timed(call: Callable[[], object]) -> Sample:
    """Time one call."""
    wall, cpu = perf_counter(), process_time()
    call()
    return Sample(perf_counter() - wall, process_time() - cpu)


def in_turns(
    calls: Mapping[Key, Callable[[], object]],
    *,
    repeats: int,
    patience: float = float("inf"),
    seed: int = 0,
) -> dict[Key, list[Sample]]:
    """Time calls in turns, so that what else the machine does falls on all alike.

    Each turn takes every call once, in an order of its own. Nothing is warmed up here.

    Args:
        calls: what is timed.
        repeats: how many turns.
        patience: after so many seconds no further turn begins, once there were two.
        seed: of the orders.

    Returns:
        The samples of each call, one per turn.

    Example:
        >>> {key: len(samples) for key, samples in in_turns({"a": dict}, repeats=3).items()}
        {'a': 3}
    """
    rng = np.random.default_rng(seed)
    samples: dict[Key, list[Sample]] = {key: [] for key in calls}
    keys = list(calls)
    begin = perf_counter()
    for turn in range(repeats):
        if turn >= _LEAST and perf_counter() - begin > patience:
            break
        for index in rng.permutation(len(keys)):
            samples[keys[index]].append(timed(calls[keys[index]]))
    return samples


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return median and spread of samples, and how many images a second the median makes.

    Example:
        >>> summary([Sample(0.5, 1.0), Sample(0.25, 0.5)])["seconds"]["median"]
        0.375
    """
    wall = spread([sample.wall for sample in samples])
    return {
        "repeats": len(samples),
        "seconds": wall,
        "cpu_seconds": spread([sample.cpu for sample in samples]),
        "images_per_second": float(f"{1 / wall['median']:.4g}"),
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the least value, the quartiles, the greatest, to microseconds."""
    names = ("min", "lower", "median", "upper", "max")
    return {
        name: round(float(value), 6)
        for name, value in zip(names, np.quantile(values, (0, 0.25, 0.5, 0.75, 1)), strict=True)
    }
