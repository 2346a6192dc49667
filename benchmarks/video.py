"""Flicker, speed and memory of fused video. Writes docs/results/video.json.

    python benchmarks/video.py [--data ../shared/data]

Flicker is measured where nothing moves: the tenth of all pixels that change least in the visible
stream, which no range of the infrared can influence. Two clips: a real one of 20 frames, 8 bits,
people on stairs; and a synthetic one, 16 bits with a sensor's noise, into which something hot comes
after two of six seconds and leaves after four.

Variation is the standard deviation of a pixel over time, the mean over the region; the leap is the
largest change of the region's mean from one frame to the next; both in grey levels of 255. What the
range adds is the variation against that of the infrared stream itself at the same contrast, less 1.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.bench import describe
from clfnet.colour.luma import bt601
from clfnet.inference.fuser import Fuser
from clfnet.thermal.range import limits_of, spread
from clfnet.video.frames import Frame
from clfnet.video.output import open_sink
from clfnet.video.pipeline import fuse_video
from clfnet.video.range import StableRange, full_scale

Array = NDArray[Any]

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "video.json"
RANGES: dict[str, Callable[[], Any]] = {
    "each frame by itself": lambda: lambda values, _: spread(values, *limits_of(values, 1, 99)),
    "stable": StableRange,
    "full scale": lambda: full_scale,
}
LENGTHS = (100, 400, 1600)
SIZE = (240, 320)


class Synthetic:
    """A still scene, seen by a 16-bit thermal camera or by a visible one; see `Source`."""

    height, width = SIZE
    rate, duration, live, damage = Fraction(25), 6.0, False, ()

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Frame]:
        """Yield 150 frames."""
        rows, columns = np.mgrid[0 : self.height, 0 : self.width]
        still = 0.5 + 0.25 * np.sin(rows / 17) + 0.25 * np.sin(columns / 23)
        for index in range(150):
            rng = np.random.default_rng(index)
            entered = 50 <= index < 100
            if self.name == "visible":
                picture = np.rint(60 + 120 * still + rng.normal(0, 1, still.shape))
                picture[60:120, :80] += 30 * entered
                pixels = picture.clip(0, 255).astype(np.uint8)
            else:
                counts = 7800 + 400 * still + rng.normal(0, 3, still.shape)
                counts[60:120, :80] += 4000 * entered  # an engine: a sixteenth of the view
                pixels = np.rint(counts).astype(np.uint16)
            yield Frame(index / 25, pixels)

    def close(self) -> None:
        """Nothing is open."""


class Recorder:
    """A range and a fuser that keep the luma of all they see, in grey levels."""

    def __init__(self, ranging: Any, fuser: Fuser) -> None:
        self._ranging = ranging
        self._fuser = fuser
        self.raw: list[Array] = []
        self.infrared: list[Array] = []
        self.visible: list[Array] = []
        self.fused: list[Array] = []

    def range(self, values: Array, moment: float) -> Array:
        """Range, and keep."""
        self.raw.append(values.astype(np.float32))
        ranged: Array = self._ranging(values, moment)
        return ranged

    def __call__(self, infrared: Array, visible: Array) -> Array:
        """Fuse, and keep."""
        fused = self._fuser(infrared, visible)
        self.infrared.append(255 * infrared)
        self.visible.append(_grey(visible))
        self.fused.append(_grey(fused))
        return fused


def _grey(pixels: Array) -> Array:
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    return 255 * bt601.luma((pixels / 255).astype(np.float32))


def flicker(infrared: Any, visible: Any, *, full: bool) -> dict[str, Any]:
    """Variation and leap of a clip with every range, ranged infrared and fused."""
    found = {}
    for name, make in RANGES.items():
        if name == "full scale" and not full:
            continue  # 16 bits of which a sixteenth is used: black
        recorder = Recorder(make(), Fuser("clfnet"))
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "o.mkv"
            fuse_video(recorder, infrared, visible, output, ranging=recorder.range)
        deviation = np.std(recorder.visible, axis=0)
        region = deviation <= np.percentile(deviation, 10)
        found[name] = {
            "added": _added(recorder.raw, recorder.infrared, region),
            "infrared": _variation(recorder.infrared, region),
            "fused": _variation(recorder.fused, region),
        }
    return found


def _added(raw: list[Array], ranged: list[Array], region: Array) -> float:
    before, after = (np.stack([frame[region] for frame in frames]) for frames in (raw, ranged))
    gain = np.polyfit(before.mean(axis=0), after.mean(axis=0), 1)[0]
    return float(after.std(axis=0).mean() / (gain * before.std(axis=0).mean()) - 1)


def _variation(frames: list[Array], region: Array) -> dict[str, float]:
    values = np.stack([frame[region] for frame in frames])  # (frames, pixels)
    return {
        "variation": float(values.std(axis=0).mean()),
        "leap": float(np.abs(np.diff(values.mean(axis=1))).max()),
    }


def clip(folder: Path, shape: tuple[int, int], count: int) -> Path:
    """A video of moving stripes."""
    path = folder / f"{shape[1]}x{shape[0]}.mp4"
    sink = open_sink(path, rate=Fraction(25))
    stripes = 128 + 100 * np.sin(np.arange(shape[1] + count) / 9)
    for index in range(count):
        row = stripes[index : index + shape[1]].astype(np.uint8)
        sink.write(Frame(index / 25, np.broadcast_to(row[:, None], (*shape, 3)).copy()))
    sink.finish()
    return path


def run(path: Path, frames: int, model: str) -> dict[str, float]:
    """Speed and peak memory of one run; to be called in a process of its own."""
    fuser = Fuser(model)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        report = fuse_video(fuser, path, path, Path(folder) / "o.mp4", frames=frames)
    return {
        "frames": report.frames,
        "fps": report.fps,
        "cpu_seconds_per_frame": (time.process_time() - start) / report.frames,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    """Most memory that this process had; `ru_maxrss` would count the one that started it."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def speed_and_memory() -> dict[str, Any]:
    """Runs of several lengths and models, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool,
    ):
        long, large = clip(Path(folder), SIZE, max(LENGTHS)), clip(Path(folder), (480, 640), 200)
        jobs = {f"maximum, 320x240, {n} frames": (long, n, "maximum") for n in LENGTHS}
        jobs["maximum, 640x480, 200 frames"] = (large, 200, "maximum")
        jobs["clfnet, 640x480, 10 frames"] = (large, 10, "clfnet")
        return {name: pool.submit(run, *job).result() for name, job in jobs.items()}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data / "video"
    result = {
        "command": "python benchmarks/video.py",
        "machine": describe(),
        "clip": flicker(data / "ir", data / "vi", full=True),
        "hot": flicker(Synthetic("infrared"), Synthetic("visible"), full=False),
        "runs": speed_and_memory(),
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
