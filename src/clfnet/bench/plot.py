"""CPU seconds over megapixels, with the lines that were fitted."""

from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clfnet.bench.report import candidate_of, points_of
from clfnet.errors import InputError, MissingExtraError
from clfnet.io.files import write_atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 120
_COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
_MARKERS = "osD^v<>P"


def check_plot(path: Path, sizes: int) -> None:
    """Find out before the work whether there can be a plot.

    Raises:
        InputError: not a .png, or fewer than two sizes.
        MissingExtraError: matplotlib is not installed.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"The plot must end in .png, got {path}. Rename it.")
    if sizes < 2:
        raise InputError(
            f"The plot must have at least 2 sizes, got {sizes}. Give --size more than once."
        )
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plots")


def draw(report: Mapping[str, Any]) -> "Figure":
    """Draw a report's fits of the network alone, or of end to end where there is nothing else.

    Args:
        report: what `clfnet.bench.run` returned, of at least two sizes.

    Returns:
        The figure; it belongs to no window. Both panels show the same; where both axes are
        logarithmic, linear growth has the slope of the grey lines.
    """
    from matplotlib.figure import Figure

    kind = "network" if any(each["kind"] == "network" for each in report["fits"]) else "end_to_end"
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    linear, logarithmic = figure.subplots(1, 2)
    for index, fitted in enumerate(each for each in report["fits"] if each["kind"] == kind):
        for axis in (linear, logarithmic):
            _draw_one(axis, report, fitted, index)
    logarithmic.set(xscale="log", yscale="log")
    _grey_lines(logarithmic)
    for axis in (linear, logarithmic):
        axis.set(xlabel="megapixels", ylabel="CPU seconds, median")
        axis.grid(alpha=0.25)
    linear.set(xlim=(0, None), ylim=(0, None))
    linear.legend(fontsize=8, frameon=False, loc="upper left")
    figure.suptitle(
        f"{kind.replace('_', ' ')}: cost against pixels, {report['machine']['cpu']}, "
        f"{report['machine']['cores']} cores",
        fontsize=10,
    )
    return figure


def write_plot(report: Mapping[str, Any], path: Path, *, overwrite: bool = False) -> None:
    """Write `draw` as PNG.

    Raises:
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses to write.
    """
    buffer = BytesIO()
    draw(report).savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    write_atomic(path, buffer.getvalue(), overwrite=overwrite)


def _draw_one(
    axis: "Axes", report: Mapping[str, Any], fitted: Mapping[str, Any], index: int
) -> None:
    """The points of one candidate, and its line."""
    one = candidate_of(fitted)
    rows = [row for row in report["rows"] if candidate_of(row) == one]
    x, y = np.array(points_of(rows, fitted["kind"])).T
    label = (
        f"{one}: {fitted['per_megapixel']:.3g} s per megapixel, exponent {fitted['exponent']:.2f}"
    )
    colour = _COLOURS[index % len(_COLOURS)]
    axis.plot(x, y, _MARKERS[index % len(_MARKERS)], label=label, markersize=5, color=colour)
    at = np.geomspace(x[0], x[-1], 50)
    line = fitted["fixed"] + fitted["per_megapixel"] * at
    axis.plot(at[line > 0], line[line > 0], linewidth=1, color=colour)


def _grey_lines(axis: "Axes") -> None:
    """Lines of slope 1 behind the points, to compare with."""
    limits = axis.get_xlim(), axis.get_ylim()
    for power in range(-6, 7):
        axis.plot(limits[0], [10.0**power * x for x in limits[0]], color="0.88", zorder=0)
    axis.set(xlim=limits[0], ylim=limits[1])
