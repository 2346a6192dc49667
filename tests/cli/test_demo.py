"""`clfnet demo`: four images of the built-in pair."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.io.image import read_image

Run = Callable[..., tuple[int, str, str]]
FILES = ["infrared.png", "visible.png", "fused.png", "side-by-side.png"]


def test_demo(run: Run, tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("demo")
    assert (code, err) == (0, "")
    assert out.splitlines() == [str(Path("clfnet-demo") / name) for name in FILES]
    infrared, visible, fused, row = (read_image(Path(line)).pixels for line in out.splitlines())
    height, width = infrared.shape
    assert visible.shape == fused.shape == (height, width, 3)
    assert row.shape == (height + 28, 3 * width, 3)
    assert (row[:28] > 128).any()
    np.testing.assert_array_equal(row[28:, :width], np.dstack([infrared] * 3))
    np.testing.assert_array_equal(row[28:, width:], np.hstack([visible, fused]))


def test_a_further_run_refreshes_its_four_files_only(
    run: Run, tmp_path: Path, manifest: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for name in FILES:
        (tmp_path / name).write_bytes(b"old")
    assert run("demo", "-o", tmp_path)[0] == 0
    assert all(read_image(tmp_path / name).width for name in FILES)
    assert (tmp_path / "notes.txt").read_text() == "mine"
