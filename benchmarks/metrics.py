"""How long every metric takes: `make bench`. Writes docs/results/metrics-speed.json.

CPU seconds of one process, the least of several runs, on smooth noise of 620×450. What two dialects
compute alike is measured once, in the first of them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
from scipy.ndimage import gaussian_filter

from clfnet.bench import describe
from clfnet.bench.machine import cpu_name
from clfnet.metrics import DIALECTS, GreyImage, score
from clfnet.metrics.image import saturate

WIDTH, HEIGHT = 620, 450
RUNS = 7
PAPER = ("EN", "MI", "VIF", "SD", "AG", "SF")
RESULT = Path(__file__).parents[1] / "docs" / "results" / "metrics-speed.json"


def smooth_noise(seed: int, sigma: float) -> GreyImage:
    """An image with structure at the scale sigma."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)), sigma)
    return saturate(128 + 60 * noise / noise.std())


def seconds(function: Callable[[], object]) -> float:
    """The least CPU time of several runs: the machine may have other work."""
    times = []
    for _ in range(RUNS):
        start = process_time()
        function()
        times.append(process_time() - start)
    return min(times)


def measure() -> dict[str, object]:
    """Seconds per megapixel by dialect and metric, and seconds of the paper's six together."""
    infrared, visible = smooth_noise(1, 2), smooth_noise(2, 1)
    fused = saturate((infrared.astype(np.float64) + visible) / 2)
    images = (fused, infrared, visible)
    known = set()
    speed: dict[str, dict[str, float]] = {}
    for dialect, metrics in DIALECTS.items():
        new = [metric for metric in metrics.values() if id(metric) not in known]
        known |= {id(metric) for metric in new}
        speed[dialect] = {
            metric.name: 1e6 / fused.size * seconds(lambda m=metric: m.compute(*images))  # type: ignore[misc]
            for metric in new
        }
    return {
        "command": "make bench",
        "cpu": cpu_name(),
        "machine": describe(),
        "size": f"{WIDTH}x{HEIGHT}",
        "paper_six_seconds": seconds(lambda: score(*images, dialect="paper", metrics=PAPER)),
        "seconds_per_megapixel": speed,
    }


def main() -> None:
    """Measure, print and write."""
    text = json.dumps(measure(), indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
