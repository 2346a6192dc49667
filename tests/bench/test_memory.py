"""Peak memory."""

from concurrent.futures.process import BrokenProcessPool
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
    class Pool:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> "Pool":
            return self

        def __exit__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> "Pool":
            return self

        def result(self) -> float:
            raise BrokenProcessPool

    monkeypatch.setattr(memory, "ProcessPoolExecutor", Pool)
    with pytest.raises(InputError, match="maximum must fit into memory for 9x9 pixels"):
        peak_memory(Candidate("maximum"), Size(9, 9))


def test_an_error_comes_from_the_other_process(tmp_path: Path) -> None:
    path = tmp_path / "no.onnx"
    with pytest.raises(Exception, match=r"no\.onnx"):
        peak_memory(Candidate(str(path)), Size(9, 9))
