"""A ZIP that is made while it is sent."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np

from clfnet.serve.jobs.zipped import zipped


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    files = {f"{n}/ü{n}.png": draw.bytes(n * 300_000) for n in range(4)}
    for number, data in enumerate(files.values()):
        (tmp_path / str(number)).write_bytes(data)
    named = [(name, tmp_path / str(number)) for number, name in enumerate(files)]
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(named)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(30_000_000))
    tracemalloc.start()
    try:
        assert sum(map(len, zipped([("a", tmp_path / "a")]))) > 30_000_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
