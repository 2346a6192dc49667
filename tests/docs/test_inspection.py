"""The figure of docs/inspection.md is what its command draws."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from clfnet.cli import main
from clfnet.example import INFRARED, VISIBLE
from clfnet.io.image import read_image

DOCS = Path(__file__).parents[2] / "docs"


def test_the_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "inspection.md").read_text("utf-8")
    found = re.search(r"clfnet (thermal ir\.png .*?)\n```", text, re.DOTALL)
    assert found is not None
    for name, file in {"ir.png": INFRARED, "vis.png": VISIBLE}.items():
        (tmp_path / name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["clfnet", *shlex.split(found[1].replace("\\\n", " "))])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    drawn, kept = (
        read_image(path).pixels.astype(int)
        for path in (tmp_path / "thermal.png", DOCS / "images" / "thermal.png")
    )
    assert drawn.shape == kept.shape
    assert np.abs(drawn - kept).mean() < 1  # fonts differ a little from version to version
