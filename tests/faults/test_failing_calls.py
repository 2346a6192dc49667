"""Every call that changes a file fails, or a kill comes before it: nothing is lost or half-done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LEAST = {"checkpoint": 3, "fuse": 12, "batch": 30, "service": 30, "video": 8, "training": 40}
"""Calls that each scenario makes at least: fewer would mean that they are not seen."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faults") / "failing_calls.so"
    source = str(HERE / "failing_calls.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(made), source, "-ldl"], check=True)
    return made


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("checkpoint", "ENOSPC"),
        ("fuse", "EIO"),
        *[
            pytest.param(scenario, error, marks=pytest.mark.slow)
            for scenario in LEAST
            for error in ("ENOSPC", "EIO", "EDQUOT", "KILL")
        ],
    ],
)
def test_nothing_is_lost_whichever_call_fails(scenario: str, error: str, library: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "every_call.py"), scenario, error],
        env={**os.environ, "LD_PRELOAD": str(library)},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) >= LEAST[scenario]
