"""Peak memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from clfnet.bench import memory
from clfnet.bench.candidate import Candidate
from clfnet.bench.memory import peak_memory
from clfnet.bench.size import SIZES, Size
from clfnet.errors import InputError


def test_memory_of_a_larger_method_is_larger() -> None:
    small = peak_memory(Candidate("maximum"), SIZES["vga"])
    assert 1 <= small < 20  # its result alone is 1.2 MiB
    assert peak_memory(Candidate("clfnet"), SIZES["vga"]) > small + 50


def test_a_process_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system does when memory is short."""
    monkeypatch.setattr(memory, "_CHILD", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(InputError, match=r"maximum must fit into memory for 9x9 .* ended with -9"):
        peak_memory(Candidate("maximum"), Size(9, 9))


def test_an_error_comes_from_the_other_process(tmp_path: Path) -> None:
    path = tmp_path / "no.onnx"
    with pytest.raises(InputError, match=r"no\.onnx must be a model file"):
        peak_memory(Candidate(str(path)), Size(9, 9))


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    """The new process does not import the caller's own script."""
    script = tmp_path / "script.py"
    script.write_text(
        "from clfnet.bench import Candidate, Size, peak_memory\n"
        "print(peak_memory(Candidate('maximum'), Size(9, 9)))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) >= 0
