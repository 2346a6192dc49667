"""How much memory fusing takes."""

import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from clfnet.bench.candidate import Candidate
from clfnet.bench.size import Size
from clfnet.errors import InputError


def peak_memory(candidate: Candidate, size: Size) -> float:
    """Return by how many MiB fusing one pair, loading included, raises a process's peak.

    A new process is started for it, so that nothing that ran before counts.

    Raises:
        InputError: the process came to an end, most likely for lack of memory; or the model does
            not take this size.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_peak_memory, candidate, size).result()
        except BrokenProcessPool as error:
            raise InputError(
                f"{candidate.model} must fit into memory for {size} pixels, but its process was "
                f"killed. Use a smaller size."
            ) from error


def _peak_memory(candidate: Candidate, size: Size) -> float:
    """What `peak_memory` does in the new process."""
    pair = np.random.default_rng(0).random((2, size.height, size.width), np.float32)
    before = _peak()
    candidate.load()(*pair)
    return round((_peak() - before) / 2**20, 1)


def _peak() -> int:
    """The process's peak memory in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, getrusage would count what the parent held when it forked
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
