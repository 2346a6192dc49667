"""Trainings in a row, several at once, within a time: what a borrowed GPU does first.

::

    python -m experiments.queue --minutes 12 --device cuda --data ../shared/data -o runs/queue

A list of jobs (`experiments/queue.toml`, most important first) and the rows of the paper's tables
at full length. What is finished is left alone and what was begun goes on from its checkpoint, so
that the same call, again and again, ends with everything done. When the time is up, trainings are
asked to stop, and write a checkpoint.

Each job has a folder of its recipe, log, weights, checkpoint and `result.json`: how far it is, how
long it took, the curves of the infrared share, SCD and both halves of VIF on the validation pairs.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import PIL.Image

from clfnet.errors import ClfnetError, ConfigError, InputError
from clfnet.io.files import write_atomic
from clfnet.io.markdown import grid
from clfnet.io.toml import build, read_toml
from clfnet.training import Recipe, parse_any
from clfnet.training.config import as_tables, as_toml, read_tables
from clfnet.training.interrupt import stop_requests
from clfnet.training.log import read_log
from clfnet.training.trainer import CHECKPOINT, LAST, PREVIOUS
from experiments.markdown import number
from experiments.results import fingerprint
from experiments.spec import Sweep, load_spec
from experiments.sweep import recipe as row_recipe

DATA = "../shared/data"
"""What recipes call the data folder."""

CURVES = ("infrared share", "SCD", "VIF infrared", "VIF visible", "score")
"""What is drawn over the steps."""

PART = 15 * 2**20
"""Bytes of a part of the archive."""

_STOPPING = 40.0  # seconds that a training may take to stop
_WORTH_STARTING = 20.0  # seconds that must be left to start another


@dataclass(frozen=True)
class Job:
    """One recipe of the list, or several that differ in the seed alone.

    Attributes:
        name: of its folder.
        recipe: the TOML file.
        set: overrides, as `clfnet train --set` takes them.
        seeds: of as many runs, NAME-seed-SEED; empty is one run of the recipe's own seed.
    """

    name: str
    recipe: str
    set: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Jobs:
    """The list.

    Attributes:
        set: overrides of every job, before its own; not of tables.
        jobs: most important first.
        tables: experiments whose rows are trained after all jobs, at full length.
    """

    set: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass
class Training:
    """A training of the queue, done, begun or to come.

    Attributes:
        folder: its own.
        config: what is trained.
    """

    folder: Path
    config: Recipe
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    failed: str = ""

    @property
    def name(self) -> str:
        """The folder's."""
        return self.folder.name

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return (self.folder / LAST).exists()


def trainings(jobs: Jobs, out: Path, data: Path, experiments: Path) -> list[Training]:
    """Return every training of the list, in its order; equal recipes once.

    Args:
        jobs: the list.
        out: gets a folder for each.
        data: the data folder.
        experiments: where the tables are.

    Raises:
        ConfigError: a recipe is not valid, or a table does not train.
    """
    named = dict(_listed(jobs, data))
    for table in jobs.tables:
        spec = load_spec(experiments / table / "experiment.toml")
        if not isinstance(spec, Sweep):
            raise ConfigError(f"`tables` must name experiments that train, got {table!r}.")
        for row in spec.rows:
            named[_file_name(f"{table} {row.name}")] = row_recipe(spec, row, data, 1.0)
    unique: dict[str, Training] = {}
    for name, config in named.items():
        unique.setdefault(fingerprint(as_tables(config)), Training(out / name, config))
    return list(unique.values())


def _listed(jobs: Jobs, data: Path) -> Iterator[tuple[str, Recipe]]:
    for job in jobs.jobs:
        tables = read_tables(Path(job.recipe), [*jobs.set, *job.set])
        tables["data"] = {key: _moved(value, data) for key, value in tables["data"].items()}
        for seed in job.seeds or (None,):
            if seed is None:
                yield job.name, parse_any(tables)
            else:
                run = {**tables.get("run", {}), "seed": seed}
                yield f"{job.name}-seed-{seed}", parse_any({**tables, "run": run})


def _moved(value: Any, data: Path) -> Any:
    """A folder of a recipe in the data folder that is really there."""
    if isinstance(value, list):
        return [_moved(each, data) for each in value]
    if isinstance(value, str) and value.startswith(DATA):
        return str(data) + value.removeprefix(DATA)
    return value


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def run(
    queue: Sequence[Training],
    *,
    seconds: float,
    parallel: int,
    device: str,
    report: Callable[[str], None],
    keep: Callable[[], None],
) -> None:
    """Train what is missing until all is done or the time is up.

    Args:
        queue: most important first.
        seconds: how long; within it trainings are asked to stop and wait for.
        parallel: how many at once.
        device: "cpu" or "cuda".
        report: told in a line what begins and ends.
        keep: called after each end and each minute.
    """
    deadline = time.monotonic() + seconds - min(_STOPPING, seconds / 4)
    waiting = [each for each in queue if not each.finished]
    running: list[Training] = []
    kept = time.monotonic()
    with stop_requests() as stop:
        try:
            while (waiting or running) and time.monotonic() < deadline and not stop.signal:
                late = time.monotonic() > deadline - min(_WORTH_STARTING, seconds / 4)
                while waiting and len(running) < parallel and not late:
                    running.append(_start(waiting.pop(0), device, parallel))
                    report(f"{running[-1].name}: started")
                if late and not running:
                    break
                ended = _ended(running, report)
                if ended or time.monotonic() - kept > 60:
                    _summarise_all(running)
                    keep()
                    kept = time.monotonic()
                time.sleep(0.2)
        finally:
            _stop(running, report)
            keep()


def _start(training: Training, device: str, parallel: int) -> Training:
    folder = training.folder
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "clfnet", "train", "--device", device]
    if any((folder / name).exists() for name in (CHECKPOINT, PREVIOUS)):
        command += ["--resume", str(folder)]
    else:
        recipe = folder / "recipe.toml"
        write_atomic(recipe, as_toml(training.config).encode(), overwrite=True)
        command += [str(recipe), "-o", str(folder)]
    threads = str(max(1, (os.cpu_count() or 1) // parallel))
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "COLUMNS": "80"}
    with (folder / "train.log").open("ab") as log:
        training.process = subprocess.Popen(  # noqa: S603 -- our own command
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
        )
    training.started = time.monotonic()
    return training


def _ended(running: list[Training], report: Callable[[str], None]) -> bool:
    """Take those that ended from the list."""
    ended = [each for each in running if each.process and each.process.poll() is not None]
    for training in ended:
        running.remove(training)
        _close(training, report)
    return bool(ended)


def _close(training: Training, report: Callable[[str], None], *, asked: bool = False) -> None:
    """Sum up a training that ended, by itself or because it was asked to."""
    if not (training.finished or asked):
        training.failed = _last_line(training.folder / "train.log")
    summarise(training)
    state = "done" if training.finished else training.failed or "stopped, to go on"
    report(f"{training.name}: {state}")


def _stop(running: list[Training], report: Callable[[str], None]) -> None:
    """Ask for checkpoints; who does not stop is killed, and goes on from an earlier one."""
    for training in running:
        if training.process:
            training.process.terminate()
    end = time.monotonic() + _STOPPING
    for training in running:
        if training.process:
            try:
                training.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                training.process.kill()
                training.process.wait()
        _close(training, report, asked=True)
    running.clear()


def _summarise_all(running: Sequence[Training]) -> None:
    for training in running:
        summarise(training)


def _last_line(path: Path) -> str:
    lines = path.read_text("utf-8", "replace").strip().splitlines() if path.exists() else []
    return lines[-1][-300:] if lines else "ended without a word"


def summarise(training: Training) -> dict[str, Any]:
    """Write, and return, what is known of a training: `result.json`."""
    path = training.folder / "result.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    spent = before.get("seconds", 0.0)
    if training.started:
        now = time.monotonic()
        spent, training.started = spent + now - training.started, now
    rows = read_log(training.folder / "log.csv")
    shares = [value for _, name, value in rows if name == "infrared_share"][-500:]
    result = {
        "name": training.name,
        "fingerprint": fingerprint(as_tables(training.config)),
        "finished": training.finished,
        "failed": training.failed,
        "steps": max((step for step, name, _ in rows if name == "loss"), default=0),
        "seconds": round(spent, 1),
        "infrared share": round(sum(shares) / len(shares), 4) if shares else None,
        "curves": curves(rows),
        "config": as_tables(training.config),
    }
    write_atomic(path, (json.dumps(result, indent=1) + "\n").encode(), overwrite=True)
    return result


def curves(rows: Sequence[tuple[int, str, float]]) -> list[dict[str, float]]:
    """Return a point for each validation; the infrared share is the mean since the one before."""
    points: dict[int, dict[str, float]] = defaultdict(dict)
    shares: list[float] = []
    for step, name, value in rows:
        if name == "infrared_share":
            shares.append(value)
        known = name.removeprefix("validation ")
        if name.startswith("validation ") and known in CURVES:
            if shares:
                points[step]["infrared share"] = round(sum(shares) / len(shares), 4)
                shares = []
            points[step][known] = round(value, 4)
    return [{"step": step, **point} for step, point in sorted(points.items())]


def table(queue: Sequence[Training]) -> str:
    """Return how far everything is, as Markdown."""
    lines = []
    for training in queue:
        result = training.folder / "result.json"
        known = json.loads(result.read_text("utf-8")) if result.exists() else {}
        last = (known.get("curves") or [{}])[-1]
        state = "done" if training.finished else known.get("failed") or "begun"
        lines.append(
            [
                training.name,
                state if known else "to come",
                str(known.get("steps", 0)),
                number(known.get("seconds", 0.0)),
                *(number(last[name]) if name in last else "" for name in CURVES),
            ]
        )
    return grid(["job", "state", "steps", "seconds", *CURVES], lines)


def pack(out: Path, archive: Path) -> None:
    """Write everything that another machine needs to go on, as parts of one compressed tar.

    Checkpoints are those of trainings that are not finished, sheets of samples are made small.
    Parts of a former archive there are replaced.

    Args:
        out: the queue's folder.
        archive: folder of the parts, `queue.tar.gz.00` and so on, of 15 MiB at most.
    """
    buffer = BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=3, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as tar,
    ):
        for path in sorted(out.glob("*/*")):
            unwanted = path.name == PREVIOUS or path.suffix == ".tmp" or not path.is_file()
            if unwanted or (path.name == CHECKPOINT and (path.parent / LAST).exists()):
                continue
            tar.add(path, f"{path.parent.name}/{path.name}")
        for samples in out.glob("*/samples"):
            last = max(samples.glob("*.png"), default=None)
            if last is not None:
                entry = tarfile.TarInfo(f"{samples.parent.name}/samples/{last.stem}.jpg")
                sheet = _small(last)
                entry.size = len(sheet)
                tar.addfile(entry, BytesIO(sheet))
    data = buffer.getvalue()
    count = -(-len(data) // PART)
    for index in range(count):
        part = data[index * PART : (index + 1) * PART]
        write_atomic(archive / f"queue.tar.gz.{index:02}", part, overwrite=True)
    for path in archive.glob("queue.tar.gz.*"):
        if int(path.suffix[1:]) >= count:
            path.unlink()


def _small(picture: Path) -> bytes:
    """A sheet of samples as a JPEG that can be looked at: the whole is several megabytes."""
    with PIL.Image.open(picture) as image:
        image.thumbnail((1600, 6400))
        buffer = BytesIO()
        image.convert("L").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def unpack(archive: Path, out: Path) -> None:
    """Fill the queue's folder from the parts that `pack` wrote.

    Raises:
        InputError: they are damaged.
    """
    data = b"".join(path.read_bytes() for path in sorted(archive.glob("queue.tar.gz.*")))
    if not data:
        return
    try:
        with tarfile.open(fileobj=BytesIO(gzip.decompress(data))) as tar:
            tar.extractall(out, filter="data")
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise InputError(f"{archive} must hold all parts of a queue ({error}).") from error


def install(queue: Sequence[Training], work: Path) -> list[Path]:
    """Copy finished trainings to where `clfnet reproduce --budget 1` looks for them.

    Args:
        queue: all trainings.
        work: folder of the experiments' work, e.g. runs/experiments.

    Returns:
        The folders made.
    """
    made = []
    for training in queue:
        folder = work / "training" / fingerprint(as_tables(training.config))
        if training.finished and not folder.exists():
            shutil.copytree(training.folder, folder)
            made.append(folder)
    return made


def _archive(out: Path, archive: Path | None) -> None:
    if archive is not None:
        pack(out, archive)


def _short(queue: Sequence[Training], steps: int) -> list[Training]:
    """The same with another length, to try the queue."""
    return [
        replace(
            each,
            config=replace(each.config, run=replace(each.config.run, steps=steps, epochs=0)),
        )
        for each in queue
    ]


def main(arguments: Sequence[str] | None = None, output: IO[str] = sys.stdout) -> None:
    """Run the queue."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(prog="python -m experiments.queue", description=__doc__)
    parser.add_argument("--jobs", type=Path, default=here / "queue.toml", help="the list")
    parser.add_argument("--minutes", type=float, default=10, help="how long at most")
    parser.add_argument("--parallel", type=int, default=3, help="trainings at once")
    parser.add_argument("--device", default="cuda", choices=("cpu", "cuda"))
    parser.add_argument("--data", type=Path, default=Path(DATA), help="the data folder")
    parser.add_argument("--experiments", type=Path, default=here, help="folder of the tables")
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/queue"), help="the results")
    parser.add_argument("--archive", type=Path, help="folder that gets all of it, in parts")
    parser.add_argument("--from", dest="source", type=Path, help="such parts to go on from")
    parser.add_argument("--install", type=Path, help="copy what is done to DIR/training, and end")
    parser.add_argument("--steps", type=int, help="of every training, to try the queue")
    options = parser.parse_args(arguments)
    try:
        queue = trainings(
            build(Jobs, read_toml(options.jobs)), options.out, options.data, options.experiments
        )
        if options.steps:
            queue = _short(queue, options.steps)
        if options.install:
            for folder in install(queue, options.install):
                output.write(f"{folder}\n")
            return
        if options.source:
            unpack(options.source, options.out)
        run(
            queue,
            seconds=60 * options.minutes,
            parallel=options.parallel,
            device=options.device,
            report=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
            keep=lambda: _archive(options.out, options.archive),
        )
    except ClfnetError as error:
        sys.exit(f"error: {error}")
    output.write(table(queue))


if __name__ == "__main__":
    main()
