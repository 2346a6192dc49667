"""A table as images: curves as in Figs. 7, 12, 17 and 18, ranks, and an overview of the means."""

from collections.abc import Mapping
from io import BytesIO
from itertools import count
from math import ceil, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.errors import MissingExtraError
from clfnet.evaluation.table import Table, mean_ranks
from clfnet.io.files import refuse_existing, write_atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_DPI = 150
_PALETTE = 128  # colours
_ARROWS = {"higher": "↑", "lower": "↓"}
_HIGHLIGHT = "clfnet"  # methods of this prefix are drawn bold, on top
_BOLD_COLOURS = (
    "#D55E00",
    "#000000",
)  # kept for them; both lists: Okabe and Ito, colour-blind-safe
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8C8C8C")
_DASHES = ("-", "--", "-.", ":")
_MARKERS = "osD^v<>Phd8"  # eleven: coprime to the colours, so that few pairs repeat
_MOST_NAMES = 30  # images whose names fit under an axis; more are numbered


def plot_curves(table: Table) -> "Figure":
    """Draw the value of every image, as in Figs. 7, 12, 17 and 18: one subplot per metric.

    Each subplot has one line per method, and a legend of the means, the best first. Methods whose
    name starts with "clfnet" are bold.

    Args:
        table: what to draw; undefined values are gaps.

    Returns:
        The figure; it belongs to no window.

    Raises:
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> methods = {"ours": {"a": {"EN": 7.0}}, "theirs": {"a": {"EN": 6.0}}}
        >>> figure = plot_curves(Table("paper", tuple(metrics_of("paper", ["EN"])), methods))
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['7.0000  ours', '6.0000  theirs']
    """
    columns = min(len(table.metrics), 2 if len(table.metrics) <= 6 else 3)
    rows = ceil(len(table.metrics) / columns)
    names = list(next(iter(table.methods.values())))
    height = max(2.6, 0.9 + 0.145 * len(table.methods)) + 0.075 * _name_length(names)
    figure = _figure(6.2 * columns, height * rows + 0.5)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, metric in zip(axes, table.metrics, strict=False):
        values = table.values(metric.name)  # (M, I)
        lines = _lines(axis, table, values, markersize=3)
        axis.set_title(_heading(table, metric.name, unit=True))
        _name_images(axis, names)
        axis.grid(alpha=0.25)
        means = {method: scores[metric.name] for method, scores in table.means().items()}
        _legend(axis, lines, _sorted(means, descending=metric.better == "higher"), digits=4)
    for axis in axes[len(table.metrics) :]:
        axis.set_axis_off()
    figure.suptitle(f"Values of every image, mean in the legend; {_subject(table)}")
    return figure


def plot_ranks(table: Table) -> "Figure":
    """Draw the mean rank of each method for each metric as a table of shades, the best on top.

    Args:
        table: what to draw; rank 1 is the best, undefined values come last.

    Returns:
        The figure; the best of each column is bold, as are methods called "clfnet...".

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    overall = mean_ranks(table)
    methods = sorted(overall, key=overall.__getitem__)
    names = [metric.name for metric in table.metrics]
    ranks = table.ranks()
    cells = np.array([[overall[m], *(ranks[m][name] for name in names)] for m in methods])
    figure = _figure(max(4.8, 2.4 + 0.62 * cells.shape[1]), 1.3 + 0.28 * len(methods))
    axis = figure.subplots()
    lightest = 1.15 * max(len(methods), 2)  # beyond the last rank, so that none is white
    axis.imshow(cells, cmap="YlGnBu_r", vmin=1, vmax=lightest, aspect="auto")
    for (row, column), rank in np.ndenumerate(cells):
        axis.text(
            column,
            row,
            f"{rank:.1f}",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if rank - 1 < 0.4 * (lightest - 1) else "black",
            weight="bold" if rank == cells[:, column].min() else "normal",
        )
    axis.set_xticks(range(cells.shape[1]), ["all", *(_heading(table, name) for name in names)])
    axis.set_yticks(range(len(methods)), [_plain(method) for method in methods])
    for label, method in zip(axis.get_yticklabels(), methods, strict=True):
        label.set_fontweight("bold" if method.startswith(_HIGHLIGHT) else "normal")
    axis.axvline(0.5, color="white", linewidth=4)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_xlabel(f"Mean rank over the images, 1 is best; {_subject(table)}", fontsize=8)
    return figure


def plot_overview(table: Table) -> "Figure":
    """Draw the means in parallel coordinates: an axis per metric, on which up is better.

    Each axis goes from the worst to the best mean, which stand at its ends.

    Args:
        table: what to draw; undefined and infinite means are gaps.

    Returns:
        The figure; its legend has the mean rank of each method, the best first.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    means = table.means()
    columns = [
        np.array([scores[metric.name] for scores in means.values()]) for metric in table.metrics
    ]
    signs = [1 if metric.better == "higher" else -1 for metric in table.metrics]
    heights = np.column_stack([_heights(s * c) for s, c in zip(signs, columns, strict=True)])
    figure = _figure(max(6.5, 3 + 0.95 * len(columns)), max(4.0, 1.2 + 0.18 * len(means)))
    axis = figure.subplots()
    lines = _lines(axis, table, heights, markersize=4)
    for place, (column, sign) in enumerate(zip(columns, signs, strict=True)):
        axis.axvline(place, color="0.8", linewidth=1, zorder=0)
        finite = sorted(column[np.isfinite(column)], reverse=sign < 0)
        for y, value in zip((-0.06, 1.06), (finite[0], finite[-1]) if finite else (), strict=False):
            axis.text(place, y, f"{value:.4g}", ha="center", va="center", fontsize=8)
    axis.set_xticks(range(len(columns)), [_heading(table, m.name) for m in table.metrics])
    axis.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.12, 1.12), yticks=[])
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    _legend(axis, lines, _sorted(mean_ranks(table), descending=False), digits=1, title="mean rank")
    axis.set_title(f"Means, from the worst to the best; {_subject(table)}", fontsize=10)
    return figure


def plot_paths(folder: Path) -> list[Path]:
    """Return what `write_plots` writes there: curves.png, ranks.png and overview.png."""
    return [folder / f"{name}.png" for name in ("curves", "ranks", "overview")]


def write_plots(table: Table, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write curves.png, ranks.png and overview.png; the same table gives the same bytes.

    Args:
        table: what to draw.
        folder: where the files go; made if it is not there.
        overwrite: replace files that are there already.

    Returns:
        The paths.

    Raises:
        OutputExistsError: a file is there and `overwrite` is not set; none is written then.
        InputError: the system refuses to write.
        MissingExtraError: matplotlib is not installed.
    """
    paths = plot_paths(folder)
    if not overwrite:
        for path in paths:
            refuse_existing(path)
    for path, plot in zip(paths, (plot_curves, plot_ranks, plot_overview), strict=True):
        write_atomic(path, _png(plot(table)), overwrite=overwrite)
    return paths


def _figure(width: float, height: float) -> "Figure":
    """An empty figure, of inches."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots") from error
    return Figure(figsize=(width, height), layout="constrained")


def _png(figure: "Figure") -> bytes:
    """PNG with a palette: lines and letters need no more, and take a third of the bytes.

    Without the version of matplotlib, so that its bytes depend on the image alone.
    """
    drawn, packed = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", dpi=_DPI)
    picture = PIL.Image.open(drawn).convert("RGB")
    picture.quantize(_PALETTE, dither=PIL.Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _lines(
    axis: "Axes", table: Table, values: NDArray[np.float64], markersize: float
) -> "dict[str, Line2D]":
    """One line per method over the columns of `values`, (methods, columns)."""
    finite = np.where(np.isfinite(values), values, np.nan)
    return {
        method: axis.plot(row, markersize=markersize, **style)[0]
        for (method, style), row in zip(_styles(table).items(), finite, strict=True)
    }


def _styles(table: Table) -> dict[str, dict[str, Any]]:
    """How each method is drawn, in every plot: colour, dashes and marker tell it."""
    bold, plain = count(), count()
    styles = {}
    for method in table.methods:
        strong = method.startswith(_HIGHLIGHT)
        colours, index = (_BOLD_COLOURS, next(bold)) if strong else (_COLOURS, next(plain))
        styles[method] = {
            "color": colours[index % len(colours)],
            "linestyle": _DASHES[index // len(colours) % len(_DASHES)],
            "marker": _MARKERS[index % len(_MARKERS)],
            "linewidth": 2.2 if strong else 1.0,
            "zorder": 3 if strong else 2,
        }
    return styles


def _legend(
    axis: "Axes",
    lines: "Mapping[str, Line2D]",
    values: Mapping[str, float],
    digits: int,
    **more: Any,
) -> None:
    """List methods and values beside an axis, in the order of `values`."""
    labels = [f"{_number(value, digits)}  {_plain(method)}" for method, value in values.items()]
    legend = axis.legend(
        [lines[method] for method in values], labels, loc="upper left", bbox_to_anchor=(1.0, 1.02),
        fontsize=7.5, frameon=False, labelspacing=0.25, handlelength=2.6, **more,
    )  # fmt: skip
    for text, method in zip(legend.get_texts(), values, strict=True):
        text.set_fontweight("bold" if method.startswith(_HIGHLIGHT) else "normal")


def _name_images(axis: "Axes", names: list[str]) -> None:
    """Write the images' names under an axis, or number them from 1 where they are many."""
    if len(names) <= _MOST_NAMES:
        labels = [_plain(name) for name in names]
        rotation = 90 if _name_length(names) else 0
        axis.set_xticks(range(len(names)), labels, rotation=rotation, fontsize=7)
        axis.set_xlabel("image")
    else:
        ticks = [0, *range(9, len(names), 10 * ceil(len(names) / 100))]
        axis.set_xticks(ticks, [str(tick + 1) for tick in ticks])
        axis.set_xlabel("image number")


def _name_length(names: list[str]) -> int:
    """Letters of the longest name that is written upright, below the axis; 0 if none is."""
    longest = max(map(len, names))
    return longest if longest > 3 and len(names) <= _MOST_NAMES else 0


def _sorted(values: Mapping[str, float], *, descending: bool) -> dict[str, float]:
    """The best first, what is undefined last."""

    def key(item: tuple[str, float]) -> tuple[bool, float]:
        return item[1] != item[1], -item[1] if descending else item[1]

    return dict(sorted(values.items(), key=key))


def _heights(goodness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale finite values to 0..1, where all are equal to a half."""
    finite = np.where(np.isfinite(goodness), goodness, np.nan)
    if np.isnan(finite).all():
        return finite
    lowest, highest = np.nanmin(finite), np.nanmax(finite)
    span = highest - lowest
    heights: NDArray[np.float64] = (finite - lowest) / span if span else finite - lowest + 0.5
    return heights


def _heading(table: Table, name: str, *, unit: bool = False) -> str:
    metric = next(metric for metric in table.metrics if metric.name == name)
    shown = f" ({metric.unit})" if unit and metric.unit else ""
    return f"{_plain(metric.name)}{shown} {_ARROWS[metric.better]}"


def _subject(table: Table) -> str:
    images = len(next(iter(table.methods.values())))
    return f"{images} image{'s' if images > 1 else ''}, dialect {table.dialect}"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if isfinite(value) else ("–" if value != value else str(value))


def _plain(text: str) -> str:
    """Keep matplotlib from reading a name as mathematics."""
    return text.replace("$", r"\$")
