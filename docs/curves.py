"""Plot validation curves of training runs: `python docs/curves.py OUT.png NAME=LOG.csv ...`.

Shows what tells a collapse: the share of places won by infrared, SCD, and both halves of VIF.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

from clfnet.training.log import read_log

mpl.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402  (the backend is chosen first)

PANELS = {
    "infrared_share": "share of places won by infrared",
    "validation SCD": "SCD",
    "validation VIF infrared": "VIF with the infrared image (plain)",
    "validation VIF visible": "VIF with the visible image (plain)",
}
SMOOTHING = 50


def smooth(values: list[float]) -> np.ndarray:
    """Running mean over the last steps, for values that are logged at every step."""
    count = min(SMOOTHING, max(1, len(values) // 10))
    sums = np.cumsum([0.0, *values])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - count)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def main() -> None:
    """Draw the four panels with one line per run."""
    output, *runs = sys.argv[1:]
    figure, axes = plt.subplots(1, len(PANELS), figsize=(16, 3.4), layout="constrained")
    for run in runs:
        name, _, path = run.partition("=")
        rows = read_log(Path(path))
        for axis, (key, title) in zip(axes, PANELS.items(), strict=True):
            points = [(step, value) for step, found, value in rows if found == key]
            if points:
                steps, values = zip(*points, strict=True)
                dense = key == "infrared_share"
                axis.plot(steps, smooth(list(values)) if dense else values, label=name)
            axis.set_title(title, fontsize=10)
            axis.set_xlabel("step")
            axis.set_ylim(bottom=0)
            axis.grid(alpha=0.3)
    axes[0].set_ylim(0, 1)
    axes[0].legend()
    figure.savefig(output, dpi=110)


if __name__ == "__main__":
    main()
