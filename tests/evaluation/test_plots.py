"""Plots: how many axes, lines and legend entries there are, and what they say."""

import sys
from collections.abc import Callable
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from clfnet.errors import MissingExtraError, OutputExistsError
from clfnet.evaluation.plots import (
    plot_curves,
    plot_overview,
    plot_paths,
    plot_ranks,
    write_plots,
)
from clfnet.evaluation.table import Table
from clfnet.metrics import metrics_of

PAPER = ("EN", "MI", "VIF", "SD", "AG", "SF")
WRITTEN = ["curves.png", "ranks.png", "overview.png"]


def _table(methods: list[str], images: int, metrics: tuple[str, ...] = PAPER) -> Table:
    rng = np.random.default_rng(0)
    values = {
        method: {f"{i:02d}": {m: float(rng.normal(5, 1)) for m in metrics} for i in range(images)}
        for method in methods
    }
    return Table("plain", tuple(metrics_of("plain", metrics)), values)


def _many(count: int) -> list[str]:
    return [f"method-{i}" for i in range(count - 2)] + ["clfnet", "clfnet-fast"]


def _known() -> Table:
    """Three methods; MSE is better where it is lower, theirs is undefined in EN."""
    values = {
        "theirs": {"a": {"EN": nan, "MSE": 4.0}, "b": {"EN": 6.0, "MSE": 2.0}},
        "clfnet": {"a": {"EN": 7.0, "MSE": 2.0}, "b": {"EN": 7.5, "MSE": 3.0}},
        "other": {"a": {"EN": 5.0, "MSE": 9.0}, "b": {"EN": 5.5, "MSE": 9.0}},
    }
    return Table("plain", tuple(metrics_of("plain", ["EN", "MSE"])), values)


def test_curves_have_a_subplot_per_metric_and_a_line_per_method() -> None:
    table = _table(["a", "b", "clfnet"], 20)
    figure = plot_curves(table)
    assert len(figure.axes) == len(PAPER)
    for axis, metric in zip(figure.axes, table.metrics, strict=True):
        assert axis.get_title().startswith(metric.name)
        assert axis.get_title().endswith("↑")
        drawn = [np.asarray(line.get_ydata()) for line in axis.lines]
        np.testing.assert_array_equal(
            drawn, [[scores[metric.name] for scores in i.values()] for i in table.methods.values()]
        )
    assert "plain" in figure.get_suptitle()


def test_curves_legend_has_the_means_the_best_first() -> None:
    figure = plot_curves(_known())
    texts = []
    for axis in figure.axes:
        legend = axis.get_legend()
        assert legend is not None
        texts.append([text.get_text() for text in legend.get_texts()])
    assert texts == [
        ["7.2500  clfnet", "5.2500  other", "–  theirs"],
        ["2.5000  clfnet", "3.0000  theirs", "9.0000  other"],
    ]


def test_legend_entries_have_the_look_of_their_lines() -> None:
    axis = plot_curves(_known()).axes[0]
    legend = axis.get_legend()
    assert legend is not None
    lines = dict(zip(("theirs", "clfnet", "other"), axis.lines, strict=True))
    for handle, text in zip(legend.get_lines(), legend.get_texts(), strict=True):
        line = lines[text.get_text().split()[-1]]
        assert handle.get_color() == line.get_color()
        assert handle.get_linestyle() == line.get_linestyle()


def test_names_under_few_images_numbers_under_many() -> None:
    few = plot_curves(_table(["a"], 20)).axes[0]
    assert [t.get_text() for t in few.get_xticklabels()] == [f"{i:02d}" for i in range(20)]
    many = plot_curves(_table(["a"], 100)).axes[0]
    labels = [int(t.get_text()) for t in many.get_xticklabels()]
    shown = dict(zip(labels, many.get_xticks(), strict=True))
    assert {1, 10, 100} <= shown.keys()
    assert all(number == place + 1 for number, place in shown.items())


@pytest.mark.parametrize("plot", [plot_curves, plot_overview])
def test_ours_is_bold_and_on_top_and_methods_look_different(
    plot: Callable[[Table], Figure],
) -> None:
    lines = plot(_table(_many(25), 3)).axes[0].lines[:25]
    widths = [line.get_linewidth() for line in lines]
    assert min(widths[-2:]) > max(widths[:-2])
    assert min(line.zorder for line in lines[-2:]) > max(line.zorder for line in lines[:-2])
    looks = {(to_hex(x.get_color()), x.get_linestyle(), x.get_marker()) for x in lines}
    assert len(looks) == 25


def test_ranks_are_sorted_and_printed() -> None:
    table = _known()
    axis = plot_ranks(table).axes[0]
    assert [t.get_text() for t in axis.get_xticklabels()] == ["all", "EN ↑", "MSE ↓"]
    assert [t.get_text() for t in axis.get_yticklabels()] == ["clfnet", "theirs", "other"]
    assert [t.get_fontweight() for t in axis.get_yticklabels()] == ["bold", "normal", "normal"]
    # EN: theirs is undefined for a, so 3 and 2; MSE: 2 and 1 for theirs, 1 and 2 for clfnet
    expected = np.array([[1.25, 1.0, 1.5], [2.0, 2.5, 1.5], [2.75, 2.5, 3.0]])
    assert [t.get_text() for t in axis.texts] == [f"{rank:.1f}" for rank in expected.flat]
    shades = axis.images[0].get_array()
    assert shades is not None
    np.testing.assert_allclose(np.asarray(shades, float), expected)
    bold = [t.get_text() for t in axis.texts if t.get_fontweight() == "bold"]
    assert bold == ["1.2", "1.0", "1.5", "1.5"]
    assert "plain" in axis.get_xlabel()


def test_overview_turns_each_axis_so_that_up_is_better() -> None:
    axis = plot_overview(_known()).axes[0]
    heights = np.array([line.get_ydata() for line in axis.lines[:3]], float)
    np.testing.assert_allclose(heights, np.array([[nan, 1 - 0.5 / 6.5], [1, 1], [0, 0]]))
    ends = [(t.get_position()[0], t.get_text()) for t in axis.texts]
    assert ends == [(0, "5.25"), (0, "7.25"), (1, "9"), (1, "2.5")]
    legend = axis.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == [
        "1.2  clfnet",
        "2.0  theirs",
        "2.8  other",
    ]
    assert "plain" in axis.get_title()


def _undefined() -> Table:
    values = {"a": {"1": {"EN": nan, "SF": inf}}, "b": {"1": {"EN": nan, "SF": 1.0}}}
    return Table("plain", tuple(metrics_of("plain", ["EN", "SF"])), values)


@pytest.mark.parametrize(
    "table",
    [
        _table(["_x"], 1, ("EN",)),
        _table(["a$b$", "$"], 1),
        _table(_many(25), 100, ("EN", "SF")),
        _undefined(),
        _known(),
    ],
    ids=["one", "signs", "many", "undefined", "known"],
)
def test_every_table_is_written(table: Table, tmp_path: Path) -> None:
    paths = write_plots(table, tmp_path / "new")
    assert [path.name for path in paths] == WRITTEN
    assert plot_paths(tmp_path / "new") == paths
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.parent == tmp_path / "new"


def test_names_with_signs_are_in_every_legend() -> None:
    legend = plot_curves(_table(["_x", "a$b$"], 2, ("EN",))).axes[0].get_legend()
    assert legend is not None
    names = [t.get_text().split("  ")[1] for t in legend.get_texts()]
    assert sorted(names) == ["_x", r"a\$b\$"]


def test_same_table_same_bytes_and_no_dates(tmp_path: Path) -> None:
    first, second = (
        [path.read_bytes() for path in write_plots(_known(), tmp_path / name)] for name in "ab"
    )
    assert first == second
    for data in first:
        assert b"tEXt" not in data
        assert b"tIME" not in data


def test_nothing_is_written_where_one_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "overview.png").write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match=r"overview\.png"):
        write_plots(_known(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["overview.png"]
    write_plots(_known(), tmp_path, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(WRITTEN)


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[plots\]"):
        plot_ranks(_known())
