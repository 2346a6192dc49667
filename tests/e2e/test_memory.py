"""Working memory stays within the budget: measured in processes of their own."""

import subprocess
import sys

import pytest

_SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from clfnet.inference.fuser import Fuser

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

memory, height, width = sys.argv[1], *map(int, sys.argv[2:])
fuser = Fuser(memory=memory, threads=2)
pair = np.random.default_rng(0).integers(0, 256, (2, height, width), np.uint8)
fuser(pair[0, :40, :40], pair[1, :40, :40])
before = peak()
fuser(*pair)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("memory", "size"), [(40, (330, 470)), (100, (400, 500)), (100, (200, 1100))]
)
def test_the_model_takes_no_more_than_its_budget(memory: int, size: tuple[int, int]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, f"{memory}MiB", *map(str, size)],
        capture_output=True,
        text=True,
        check=True,
    )
    taken = float(done.stdout)
    assert 0.4 * memory < taken < memory + 4
