"""What the machine says of itself."""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from clfnet.bench import machine


def test_it_is_plain_and_true() -> None:
    found = machine.describe()
    assert json.loads(json.dumps(found)) == found
    assert found["numpy"] == np.__version__
    assert found["onnxruntime"] == onnxruntime.__version__
    assert found["cores"] == os.cpu_count()
    assert found["cpu"]


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="not Linux")
def test_memory_is_the_kernel_s() -> None:
    total = Path("/proc/meminfo").read_text().split()[1]
    assert machine.describe()["memory_gib"] == pytest.approx(int(total) / 2**20, abs=0.1)


def test_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    info = {"model name": "Fast One", "flags": "sse avx avx2 avx512_vnni avx2000"}
    monkeypatch.setattr(machine, "_cpuinfo", lambda: info)
    assert machine.cpu_name() == "Fast One"
    assert machine.instructions() == ["avx2", "avx512_vnni"]
    monkeypatch.setattr(machine, "_cpuinfo", lambda: {"Features": "fp asimd i8mm"})
    assert machine.instructions() == ["asimd", "i8mm"]
    assert machine.cpu_name()
