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
POISON = """
import os, signal
import fsspec
from fsspec.implementations.memory import MemoryFileSystem

class Poison(MemoryFileSystem):
    protocol = "poison"
    def get_file(self, *_, **options):
        os.kill(os.getpid(), signal.SIGKILL)

fsspec.register_implementation("poison", Poison)
"""
LONG = """
import time
from pathlib import Path
from clfnet.batch import run

class Enough(Exception):
    pass

def tell(progress):
    first.append(time.monotonic())
    if progress.done == 100:
        raise Enough

if __name__ == "__main__":
    start, first = time.monotonic(), []
    try:
        run({manifest!r}, {out!r}, model="maximum", workers=2, progress=tell)
    except Enough:
        pass
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(first[0] - start, peak)
"""
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
    below: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            below += [int(each) for each in (thread / "children").read_text().split()]
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


def listens(port: int) -> bool:
    socket.create_connection(("127.0.0.1", port), 1).close()
    return True


class Local:
    """Nothing but a driver and its processes."""

    targets = ("driver", "worker")

    def __init__(self, workers: int = 2) -> None:
        self.options = ("--workers", str(workers))

    def workers(self, driver: Process) -> list[int]:
        return descendants(driver.pid)

    def tend(self) -> None:
        pass

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
        try:
            self.start()
        except TimeoutError:
            self.close()
            raise

    def start(self) -> None:
        own = ("--host", "127.0.0.1", "--no-dashboard")
        self.scheduler = start("dask", "scheduler", *own, "--port", str(self.port))
        wait_for(lambda: listens(self.port))
        self.start_workers()

    def start_workers(self) -> None:
        own = ("--host", "127.0.0.1", "--no-dashboard")
        more = ("--nworkers", "2", "--nthreads", "1", "--local-directory", str(self.folder))
        self.nanny = start("dask", "worker", self.address, *own, *more)
        wait_for(lambda: len(descendants(self.nanny.pid)) == 2)

    def workers(self, driver: Process) -> list[int]:
        return descendants(self.nanny.pid)

    def tend(self) -> None:
        """Start workers anew if their command has ended: Dask's does if one dies as it begins."""
        if self.nanny.poll() is not None:
            self.start_workers()

    def close(self) -> None:
        for process in (self.scheduler, self.nanny):
            for pid in [*descendants(process.pid), process.pid]:
                kill(pid)
            process.wait()

    def restart(self) -> None:
        self.close()
        self.start()


def wait_for(is_so: Callable[[], bool], seconds: float = 90.0) -> None:
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
                self.where.tend()
                target = self.rng.choice(self.where.targets)
                self.strike(target, driver)
                if target != "worker":
                    kill(driver.pid) if target == "driver" else None
                    driver.wait(180)
                    driver = self.driver()
            end = time.monotonic() + 180
            while self.lives(driver, 0.5) and time.monotonic() < end:
                self.where.tend()
            assert driver.returncode == 0
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
def test_twenty_moments_on_this_machine(pairs: Pairs) -> None:
    chaos = Chaos(pairs(80, 300, 400), Local(), random.Random(0))
    chaos.run(20, 3.0)
    assert chaos.kills == 20


@pytest.mark.slow
def test_twenty_moments_on_a_cluster(pairs: Pairs, cluster: Cluster) -> None:
    chaos = Chaos(pairs(80, 300, 400), cluster, random.Random(1))
    chaos.run(20, 4.0)
    assert chaos.kills == 20


@pytest.mark.slow
@pytest.mark.parametrize("where", ["local", "cluster"])
def test_poison_does_not_stop_the_run(
    pairs: Pairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Reading one of the files kills whoever tries."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(POISON)
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    manifest = pairs(8)
    lines = manifest.read_text().splitlines()
    lines.insert(3, "poison://ir/bad.png,vi/bad.png")
    manifest.write_text("\n".join(lines) + "\n")
    workers = Local() if where == "local" else Cluster(tmp_path / "dask")
    try:
        chaos = Chaos(manifest, workers, random.Random(0))
        assert chaos.driver().wait(120) == 3
    finally:
        workers.close()
    rows = (chaos.out / "results.csv").read_text().splitlines()[1:]
    failed = [row for row in rows if ",failed," in row]
    assert len(rows) == 9
    assert len(failed) == 1
    assert failed[0].startswith("3,bad,failed,")
    assert "must not end its worker, but did 3 times" in failed[0]


@pytest.mark.slow
def test_ctrl_c_leaves_the_rest_for_later(pairs: Pairs) -> None:
    chaos = Chaos(pairs(30, 300, 400), Local(), random.Random(0))
    driver = chaos.driver()
    wait_for(lambda: len(list(chaos.out.glob("*.png"))) > 3)
    workers = descendants(driver.pid)
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    assert driver.wait(10) == 130
    wait_for(lambda: not any(_is_worker(pid) for pid in workers), 5)
    left = {path.name for path in chaos.out.iterdir()}
    assert "journal.jsonl" in left
    assert all(name.endswith((".png", ".jsonl")) for name in left)
    assert chaos.driver().wait(60) == 0
    chaos.check()


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1_000, 1_000_000])
def test_a_long_manifest_starts_at_once_and_needs_no_memory(
    pairs: Pairs, tmp_path: Path, lines: int
) -> None:
    pairs(10)
    with (tmp_path / "long.csv").open("w") as file:
        file.write("infrared,visible,name\n")
        for row in range(lines):
            stem = f"{row % 10:03}.png"
            file.write(f"ir/{stem},vi/{stem},{row // 1000:03}/{row:07}\n")
    script = tmp_path / "script.py"
    script.write_text(LONG.format(manifest=str(tmp_path / "long.csv"), out=str(tmp_path / "out")))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    assert seconds < 10
    assert peak < 110  # MiB: Python, numpy, ONNX Runtime; the manifest has 37 MB
