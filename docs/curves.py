"""Plot what tells a collapse: `python docs/curves.py [NAME=RUN_DIR ...]`.

Keeps what the plot shows of each run's log in docs/results/curves-NAME.csv and draws all that are
there into docs/images/curves.png: the share of places won by infrared, SCD, both halves of VIF.
"""

import csv
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

from clfnet.training.log import read_log

mpl.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).parent
PANELS = {
    "infrared_share": "share of places won by infrared",
    "validation SCD": "SCD",
    "validation VIF infrared": "VIF with the infrared image (plain)",
    "validation VIF visible": "VIF with the visible image (plain)",
}
EVERY = 25
"""The share is logged at every step; the mean of so many steps is kept."""


def keep(name: str, run: Path) -> None:
    """Write what the plot needs of a run's log."""
    rows = [row for row in read_log(run / "log.csv") if row[1] in PANELS]
    dense = [(step, value) for step, key, value in rows if key == "infrared_share"]
    means = [
        (chunk[-1][0], "infrared_share", round(float(np.mean([value for _, value in chunk])), 4))
        for chunk in (dense[i : i + EVERY] for i in range(0, len(dense), EVERY))
    ]
    sparse = [(step, key, round(value, 4)) for step, key, value in rows if key != "infrared_share"]
    with (DOCS / "results" / f"curves-{name}.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [("step", "name", "value"), *means, *sparse]
        )


def plot() -> None:
    """Draw the four panels with one line per run."""
    figure, axes = plt.subplots(1, len(PANELS), figsize=(16, 3.4), layout="constrained")
    for path in sorted((DOCS / "results").glob("curves-*.csv"), reverse=True):
        rows = read_log(path)
        for axis, (key, title) in zip(axes, PANELS.items(), strict=True):
            points = [(step, value) for step, found, value in rows if found == key]
            axis.plot(*zip(*points, strict=True), label=path.stem.removeprefix("curves-"))
            axis.set_title(title, fontsize=10)
            axis.set_xlabel("step")
            axis.set_xscale("log")
            axis.grid(alpha=0.3)
    for axis in axes:  # once all lines are there, since a limit that is set does not grow
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
    axes[0].set_ylim(0, 1)
    axes[0].legend()
    figure.savefig(DOCS / "images" / "curves.png", dpi=110)


def main() -> None:
    """Keep the runs that are named, then plot all."""
    for argument in sys.argv[1:]:
        name, _, run = argument.partition("=")
        keep(name, Path(run))
    plot()


if __name__ == "__main__":
    main()
