"""The plot of a report."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.bench.plot import check_plot, draw, write_plot
from clfnet.bench.report import fits
from clfnet.errors import InputError, MissingExtraError, OutputExistsError
from clfnet.io.image import read_image


@pytest.fixture
def report() -> dict[str, Any]:
    """Two models of which one costs five times the other."""
    rows = [
        {"model": model, "threads": 2, "backend": None, "width": width, "height": 1000}
        | {"network": {"cpu_seconds": {"median": factor * width / 1000}}}
        for model, factor in (("clfnet", 5), ("fast", 1))
        for width in (500, 1000, 4000)
    ]
    return {"machine": {"cpu": "Fast", "cores": 2}, "rows": rows, "fits": fits(rows)}


def test_points_and_lines_of_every_candidate(report: dict[str, Any]) -> None:
    linear, logarithmic = draw(report).axes
    legend = linear.get_legend()
    assert legend is not None
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == [
        "clfnet, 2 threads: 5 s per megapixel, exponent 1.00",
        "fast, 2 threads: 1 s per megapixel, exponent 1.00",
    ]
    points, line = linear.get_lines()[:2]
    assert np.allclose(points.get_xydata(), np.array([[0.5, 2.5], [1, 5], [4, 20]]))
    x, y = line.get_xdata(), np.asarray(line.get_ydata())
    assert np.allclose(y, 5 * np.asarray(x))
    assert logarithmic.get_xscale() == logarithmic.get_yscale() == "log"


def test_the_file(report: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "cost.png"
    write_plot(report, path)
    first = path.read_bytes()
    assert read_image(path).width > 1000
    with pytest.raises(OutputExistsError):
        write_plot(report, path)
    write_plot(report, path, overwrite=True)
    assert path.read_bytes() == first


def test_what_cannot_be_plotted(monkeypatch: pytest.MonkeyPatch) -> None:
    check_plot(Path("a.png"), 2)
    with pytest.raises(InputError, match=r"must end in \.png, got a\.svg"):
        check_plot(Path("a.svg"), 2)
    with pytest.raises(InputError, match="at least 2 sizes, got 1"):
        check_plot(Path("a.png"), 1)
    monkeypatch.setattr("clfnet.bench.plot.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[plots\]"):
        check_plot(Path("a.png"), 2)
