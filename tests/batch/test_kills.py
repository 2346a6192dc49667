"""Kill anything at any moment: nothing is lost, half-written, or done twice.

Real processes die by SIGKILL at random moments: the driver, its workers, and on a cluster the
scheduler. After each death the files that are there are noted; they must be the very same files in
the end, when every output equals what a plain `Fuser` gives.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clfnet.inference.fuser import Fuser
from clfnet.io.image import read_image

Pairs = Callable[..., Path]
Process = subprocess.Popen[bytes]


def start(*command: str) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    """Return the processes below one, without Python's own helper."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    below = [int(each) for each in found]
    deeper = [each for child in below for each in descendants(child)]
    return [each for each in below + deeper if _is_worker(each)]


def _is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Local:
    """Nothing but a driver and its processes."""

    targets = ("driver", "worker")

    def __init__(self, workers: int = 2) -> None:
        self.options = ("--workers", str(workers))

    def workers(self, driver: Process) -> list[int]:
        return descendants(driver.pid)

    def close(self) -> None:
        pass


class Cluster:
    """A Dask scheduler and two workers, each a process."""

    targets = ("driver", "worker", "scheduler")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.options = ("--scheduler", self.address)
        self.start()

    def start(self) -> None:
        own = ("--host", "127.0.0.1", "--no-dashboard")
        self.scheduler = start("distributed.cli.dask_scheduler", *own, "--port", str(self.port))
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() or True)
        more = ("--nworkers", "2", "--nthreads", "1", "--local-directory", str(self.folder))
        self.nanny = start("distributed.cli.dask_worker", self.address, *own, *more)
        wait_for(lambda: len(descendants(self.nanny.pid)) == 2)

    def workers(self, driver: Process) -> list[int]:
        return descendants(self.nanny.pid)

    def close(self) -> None:
        for process in (self.scheduler, self.nanny):
            for pid in [*descendants(process.pid), process.pid]:
                kill(pid)
            process.wait()

    def restart(self) -> None:
        self.close()
        self.start()


def wait_for(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if is_so():
                return
        time.sleep(0.05)
    raise TimeoutError


class Chaos:
    """One manifest, and drivers that are started again until all is done."""

    def __init__(self, manifest: Path, where: Local | Cluster, rng: random.Random) -> None:
        self.manifest = manifest
        self.where = where
        self.rng = rng
        self.round = 0
        self.kills = 0
        self.finished: dict[str, tuple[int, int]] = {}
        self.out = manifest.parent / "out"

    def run(self, moments: int, longest: float) -> None:
        while self.kills < moments:
            self.round += 1
            self.out = self.manifest.parent / f"out{self.round}"
            self.finished = {}
            driver = self.driver()
            while self.kills < moments and self.lives(driver, self.rng.uniform(0.2, longest)):
                target = self.rng.choice(self.where.targets)
                self.strike(target, driver)
                if target != "worker":
                    kill(driver.pid) if target == "driver" else None
                    driver.wait(60)
                    driver = self.driver()
            assert driver.wait(120) == 0
            self.check()

    def driver(self) -> Process:
        files = (str(self.manifest), "-o", str(self.out), "--model", "maximum")
        return start("clfnet", "batch", *files, *self.where.options)

    def lives(self, driver: Process, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            driver.wait(seconds)
        return driver.returncode is None

    def strike(self, target: str, driver: Process) -> None:
        if target == "driver":
            kill(driver.pid)
        elif target == "worker":
            if not (workers := self.where.workers(driver)):
                return
            kill(self.rng.choice(workers))
        elif isinstance(self.where, Cluster):
            self.where.restart()
        self.kills += 1
        for path in self.out.glob("*.png"):
            stat = path.stat()
            known = self.finished.setdefault(path.name, (stat.st_ino, stat.st_mtime_ns))
            assert known == (stat.st_ino, stat.st_mtime_ns), f"{path} was done twice"

    def check(self) -> None:
        base = self.manifest.parent
        names = [path.name for path in sorted((base / "ir").iterdir())]
        assert sorted(path.name for path in self.out.iterdir()) == [
            *names,
            "journal.jsonl",
            "results.csv",
        ]
        fuser = Fuser("maximum", threads=1)
        for name in names:
            expected = fuser(base / "ir" / name, base / "vi" / name)
            assert (read_image(self.out / name).pixels == expected).all()
        for name, known in self.finished.items():
            stat = (self.out / name).stat()
            assert known == (stat.st_ino, stat.st_mtime_ns), f"{name} was done twice"
        lines = (self.out / "journal.jsonl").read_text().splitlines()[1:]
        journalled = [(entry["name"], entry["state"]) for entry in map(json.loads, lines)]
        assert sorted(journalled) == [(name.removesuffix(".png"), "done") for name in names]
        table = (self.out / "results.csv").read_text().splitlines()
        assert len(table) == len(names) + 1


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "dask")
    yield cluster
    cluster.close()


def test_a_driver_and_a_worker_die(pairs: Pairs) -> None:
    chaos = Chaos(pairs(16, 200, 300), Local(1), random.Random(4))
    driver = chaos.driver()
    wait_for(lambda: len(list(chaos.out.glob("*.png"))) > 1)
    chaos.strike("worker", driver)
    wait_for(lambda: len(list(chaos.out.glob("*.png"))) > 4)
    chaos.strike("driver", driver)
    driver.wait(10)
    assert chaos.driver().wait(60) == 0
    chaos.check()
    assert chaos.kills == 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0])
def test_twenty_moments_on_this_machine(pairs: Pairs, seed: int) -> None:
    chaos = Chaos(pairs(80, 480, 640), Local(), random.Random(seed))
    chaos.run(20, 3.0)
    assert chaos.kills == 20


@pytest.mark.slow
def test_twenty_moments_on_a_cluster(pairs: Pairs, cluster: Cluster) -> None:
    chaos = Chaos(pairs(80, 480, 640), cluster, random.Random(1))
    chaos.run(20, 4.0)
    assert chaos.kills == 20
