"""What `clfnet batch` costs beside a plain loop. Writes docs/results/batch.json.

    python benchmarks/batch.py [--pairs 60]

Images are the built-in scene at 640x480 with noise of their own, a grey PNG and a colour JPEG,
fused by `fast` into PNG on one thread a worker. What a pair costs beside its fusing shows on
images of 16x16 and the maximum rule, which take next to no time. Rates are from the first result
to the last, so the start of processes is not in them; it is measured by itself, with manifests of a
thousand lines and a million. Dask is a scheduler and two workers of one thread on this machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from clfnet.batch import Progress, run
from clfnet.batch.manifest import read_entries
from clfnet.bench.machine import describe
from clfnet.example import night_street
from clfnet.inference.files import Job, fuse_file
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "batch.json"
TINY = 300  # pairs of 16x16
MILLION = 1_000_000
ASSUMED = {  # what the plan on paper takes for granted; prices in dollars, of 2026, roughly
    "core_hour": 0.02,  # interruptible machines
    "per_million_reads": 0.40,
    "per_million_writes": 5.0,
    "gb_month": 0.023,
    "cores": 1000,
    "cores_per_machine": 16,
    "interruptions_per_machine_hour": 0.05,
    "bad_pairs": 1e-4,
    "shards": 1000,
}
START = """
import sys, time
from pathlib import Path
from clfnet.batch import run

class Enough(Exception):
    pass

def tell(progress):
    first.append(time.perf_counter())
    if progress.done == int(sys.argv[3]):
        raise Enough

if __name__ == "__main__":
    start, first = time.perf_counter(), []
    try:
        run(sys.argv[1], sys.argv[2], model="maximum", workers=1, progress=tell)
    except Enough:
        pass
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(first[0] - start, peak)
"""


def write_pairs(folder: Path, count: int, side: int | None = None) -> Path:
    """Write pairs and the manifest that names them."""
    scene, rng = night_street(), np.random.default_rng(0)
    lines = ["infrared,visible"]
    for number in range(count):
        heat, light = (
            np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
            for picture in (scene.infrared, scene.visible)
        )
        names = f"ir/{number:06}.png", f"vi/{number:06}.jpg"
        for name, picture in zip(names, (heat, light), strict=True):
            write_image(folder / name, Image(np.ascontiguousarray(picture[:side, :side])))
        lines.append(",".join(names))
    manifest = folder / "pairs.csv"
    manifest.write_text("\n".join(lines) + "\n")
    return manifest


def loop(manifest: Path, out: Path, model: str) -> dict[str, float]:
    """Fuse pair by pair in this process."""
    fuser = Fuser(model, threads=1)
    times, cpu = [], []
    for entry in read_entries(str(manifest)):
        job = Job(Path(entry.infrared), Path(entry.visible or ""), out / f"{entry.name}.png")
        fuse_file(fuser, job)
        times.append(time.perf_counter())
        cpu.append(time.process_time())
    return rated(times) | {"cpu_seconds_per_pair": round((cpu[-1] - cpu[0]) / (len(cpu) - 1), 5)}


def batch(manifest: Path, out: Path, model: str, **options: Any) -> dict[str, float]:
    """Run `clfnet batch`."""
    times: list[float] = []

    def tell(_: Progress) -> None:
        times.append(time.perf_counter())

    start = time.perf_counter()
    summary = run(str(manifest), str(out), model=model, progress=tell, **options)
    if summary.failed:
        raise SystemExit(f"batch.py: {summary.failures}")
    return rated(times) | {"first_result_seconds": round(times[0] - start, 3)}


def rated(times: list[float]) -> dict[str, float]:
    """Return the rate between the first moment and the last."""
    seconds = (times[-1] - times[0]) / (len(times) - 1)
    return {"pairs_per_second": round(1 / seconds, 2), "seconds_per_pair": round(seconds, 5)}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a Dask scheduler and two workers of one thread; give the scheduler's address."""
    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    known = ["--scheduler-file", str(file), "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    workers = ["--nworkers", "2", "--nthreads", "1", "--local-directory", str(folder)]
    processes = [
        subprocess.Popen([*dask, *command], **quiet)  # type: ignore[call-overload]  # noqa: S603
        for command in (
            ["scheduler", "--host", "127.0.0.1", "--port", "0", *known],
            ["worker", *known, *workers],
        )
    ]
    try:
        yield address(file)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def address(file: Path) -> str:
    """Wait for the scheduler and its workers."""
    from distributed import Client

    while not file.exists() or not file.stat().st_size:
        time.sleep(0.1)
    found: str = json.loads(file.read_text())["address"]
    with Client(found) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(2, timeout=60)
    return found


def start(folder: Path, lines: int, pairs: int) -> dict[str, float]:
    """Fuse some pairs of a long manifest: seconds to the first result, the driver's peak memory."""
    manifest = folder / f"{lines}.csv"
    if not manifest.exists():
        with manifest.open("w") as file:
            file.write("infrared,visible,name\n")
            for row in range(lines):
                stem = f"{row % TINY:06}"
                file.write(f"ir/{stem}.png,vi/{stem}.jpg,{row // 1000:03}/{row:06}\n")
    script = folder / "start.py"
    script.write_text(START)
    command = [sys.executable, str(script), str(manifest), str(folder / f"out{lines}"), str(pairs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, peak = map(float, done.stdout.split())
    return {"seconds": round(seconds, 2), "peak_mib": round(peak, 1)}


def settle(folder: Path, lines: int) -> int:
    """Write a journal in which all but the last pair are done; return its bytes a line."""
    journal = folder / f"out{lines}" / "journal.jsonl"
    head, _, _ = journal.read_text().partition("\n")
    with journal.open("w") as file:
        file.write(head + "\n")
        for entry in read_entries(str(folder / f"{lines}.csv")):
            if entry.row == lines:
                break
            told = {"pair": entry.pair, "row": entry.row, "name": entry.name, "state": "done"}
            size = {"seconds": 0.1, "width": 640, "height": 480, "error": ""}
            file.write(json.dumps(told | size) + "\n")
    return journal.stat().st_size // lines


def measure(folder: Path, pairs: int) -> Iterator[tuple[str, Any]]:
    """Yield each part of the result as it is there."""
    manifest = write_pairs(folder / "real", pairs)
    sizes = {
        kind: sum(path.stat().st_size for path in (folder / "real" / kind).iterdir()) // pairs
        for kind in ("ir", "vi")
    }
    runs: dict[str, Callable[[Path, Path, str], dict[str, float]]] = {
        "plain loop": loop,
        "batch, 1 worker": lambda *where: batch(*where, workers=1, threads=1),
        "batch, 2 workers": lambda *where: batch(*where, workers=2, threads=1),
    }
    tiny = write_pairs(folder / "tiny", TINY, 16)
    with cluster(folder) as scheduler:
        runs["Dask, 2 workers"] = lambda *where: batch(*where, scheduler=scheduler)
        for title, source, model in (("real", manifest, "fast"), ("tiny", tiny, "maximum")):
            out = {name: folder / title / name for name in runs}
            yield title, {name: of(source, out[name], model) for name, of in runs.items()}
    fused = list((folder / "real" / "plain loop").glob("*.png"))
    sizes["fused"] = sum(path.stat().st_size for path in fused) // pairs
    yield "bytes", sizes
    where = folder / "tiny"
    yield "start", {str(lines): start(where, lines, 200) for lines in (1000, MILLION)}
    yield "journal_bytes", settle(where, MILLION)
    yield "resume", start(where, MILLION, 1)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    pairs = parser.parse_args().pairs
    os.environ["OMP_NUM_THREADS"] = "1"
    result: dict[str, Any] = {
        "command": "python benchmarks/batch.py",
        "machine": describe(),
        "pairs": pairs,
        "assumed": ASSUMED,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, found in measure(Path(folder), pairs):
            result[name] = found
            print(name, json.dumps(found, indent=2), flush=True)  # noqa: T201
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
