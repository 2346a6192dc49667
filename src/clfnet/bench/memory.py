"""Peak memory of fusing, measured in a process of its own."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from clfnet.bench.candidate import Candidate
from clfnet.bench.size import Size
from clfnet.errors import ClfnetError, InputError

_CHILD = "from clfnet.bench.memory import answer; answer()"


def peak_memory(candidate: Candidate, size: Size) -> float:
    """Return by how many MiB fusing one pair, loading included, raises a process's peak.

    A new Python is started for it, so that nothing that ran before counts.

    Raises:
        InputError: the process came to an end, most likely for lack of memory; or the model cannot
            be loaded or does not take this size.
    """
    question = json.dumps([asdict(candidate), size])
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _CHILD], input=question, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing more"])[-1]
        raise InputError(
            f"{candidate.model} must fit into memory for {size} pixels, but its process ended "
            f"with {done.returncode} ({said[:200]}). Use a smaller size."
        )
    found = json.loads(done.stdout)
    if isinstance(found, str):
        raise InputError(found)
    return float(found)


def answer() -> None:
    """In the new process: answer with a number, or with what went wrong."""
    candidate, size = json.load(sys.stdin)
    try:
        found: float | str = _peak_memory(Candidate(**candidate), Size(*size))
    except ClfnetError as error:
        found = str(error)
    sys.stdout.write(json.dumps(found))


def _peak_memory(candidate: Candidate, size: Size) -> float:
    """By how many MiB fusing one pair raises the peak of this process."""
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
    import resource  # which Windows has not

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
