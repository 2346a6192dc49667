"""Let each call that changes a file fail, one after the other: `every_call.py SCENARIO ERROR`.

Runs under LD_PRELOAD (see `failing_calls.c`). For each n, a child does the work while its n-th call
fails, then again without; the error KILL kills it before its n-th call. Between the two nothing may
be half-written under its name; after both all is there.
Ends when a run had fewer calls than n, and prints how many that were.
"""

import contextlib
import ctypes
import errno
import importlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from clfnet.batch.engine import Finished
from clfnet.batch.recipe import Recipe
from clfnet.batch.work import Task, fuse_task
from clfnet.cli import main as command_line
from clfnet.errors import ClfnetError
from clfnet.io.files import write_atomic
from clfnet.io.image import Image, read_image, write_image

MOST = 2000
LIBRARY = ctypes.CDLL(None)


class Scenario(NamedTuple):
    """Work in a folder, and what must hold whenever it ended; `whole` if it is to be complete."""

    work: Callable[[Path], int]
    check: Callable[[Path, bool], None]
    modules: tuple[str, ...] = ()


def sources(folder: Path, shape: tuple[int, int] = (12, 16)) -> None:
    draw = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        for kind in ("ir", "vi"):
            pixels = draw.integers(0, 256, shape, np.uint8)
            write_image(folder / kind / f"{name}.png", Image(pixels))


def cli(*arguments: object) -> int:
    """Run a command; its exit code, 1 for a traceback."""
    sys.argv = ["clfnet", *map(str, arguments)]
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        try:
            command_line()
        except SystemExit as end:
            return int(end.code or 0)
        except Exception:  # noqa: BLE001  # our bug: the test shows it
            traceback.print_exc(file=sys.__stderr__)
    return 1


def fuse(folder: Path) -> int:
    (folder / "out").mkdir(exist_ok=True)
    options = ["-o", folder / "out" / "fused", "--model", "maximum", "--overwrite"]
    return cli("fuse", folder / "ir", folder / "vi", *options)


class Here:
    """The batch's engine without processes, which would count calls by themselves."""

    capacity = 1

    def __init__(self, recipe: Recipe, workers: int, threads: int) -> None:
        self.recipe, self.tasks = recipe, list[Task]()

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def wait(self) -> list[Finished]:
        task = self.tasks.pop(0)
        return [Finished(task, fuse_task(self.recipe, task))]

    def close(self) -> None:
        pass


def batch(folder: Path) -> int:
    (folder / "out").mkdir(exist_ok=True)
    sys.modules["clfnet.batch.run"].LocalEngine = Here  # type: ignore[attr-defined]
    wild = (f"{folder}/ir/*.png", f"{folder}/vi/*.png")
    return cli("batch", *wild, "-o", folder / "out" / "fused", "--model", "maximum")


FRAMES = 200
"""Eight seconds: a part of the file is written about every second."""


def video(folder: Path) -> int:
    (folder / "out").mkdir(exist_ok=True)
    for kind in ("ir", "vi"):
        for number in range(FRAMES - 3):
            shutil.copy(folder / kind / "a.png", folder / kind / f"a{number}.png")
    options = ["-o", folder / "out" / "fused.mp4", "--model", "maximum", "--overwrite"]
    return cli("fuse", folder / "ir", folder / "vi", *options)


def video_is_whole(folder: Path, whole: bool) -> None:
    """Under its name it has all frames."""
    path = folder / "out" / "fused.mp4"
    assert not whole or path.exists()
    if path.exists():
        with av.open(str(path)) as container:
            assert len([*container.decode(video=0)]) == FRAMES


def pictures(folder: Path, whole: bool) -> None:
    """Every output is whole and right, and no other file is left."""
    place = folder / "out" / "fused"
    found = sorted(each.name for each in place.glob("**/*.png" if whole else "*.png"))
    if whole:
        assert found == ["a.png", "b.png", "c.png"], found
        assert not [*place.rglob(".clfnet-*")], [*place.rglob(".clfnet-*")]
    for name in found:
        pair = (read_image(folder / kind / name).pixels for kind in ("ir", "vi"))
        np.testing.assert_array_equal(read_image(place / name).pixels, np.maximum(*pair))


def checkpoint(folder: Path) -> int:
    (folder / "out").mkdir(exist_ok=True)
    try:
        write_atomic(folder / "out" / "checkpoint.pt", b"new" * 9999, overwrite=True)
    except ValueError:  # InputError
        return 2
    return 0


def checkpoint_is_whole(folder: Path, whole: bool) -> None:
    path = folder / "out" / "checkpoint.pt"
    assert not whole or path.read_bytes() == b"new" * 9999
    assert not path.exists() or path.read_bytes() in (b"old", b"new" * 9999)


def training(folder: Path) -> int:
    """Two steps with a checkpoint after each; a run that has one goes on from it."""
    from clfnet.training import parse, resume, train

    folders = {"infrared": str(folder / "ir"), "visible": str(folder / "vi")}
    tables = {
        "data": {**folders, "held_out": ["c"], "crop": 16, "stride": 16},
        "model": {"width": 2, "hidden": 8, "embedding": 4},
        "loss": {"samples": 4},
        "run": {"batch": 2, "steps": 2, "threads": 1, "validate_every": 2, "checkpoint_every": 1},
    }
    run = folder / "out" / "run"
    try:
        if (run / "checkpoint.pt").exists():
            resume(run)
        else:
            train(parse(tables), run)
    except ClfnetError:
        return 2
    return 0


def training_is_whole(folder: Path, whole: bool) -> None:
    """Its checkpoint can be read, and its weights are those of a run that nothing stopped."""
    from clfnet.training.checkpoint import load_checkpoint

    run = folder / "out" / "run"
    if whole or (run / "checkpoint.pt").exists():
        assert load_checkpoint(run / "checkpoint.pt")["step"] in ((2,) if whole else (1, 2))
    if whole:
        untouched = folder.parent / "untouched"
        if not untouched.exists():
            shutil.copytree(folder, untouched / "in", ignore=shutil.ignore_patterns("out"))
            assert training(untouched / "in") == 0
        weights = [at / "out" / "run" / "last.safetensors" for at in (folder, untouched / "in")]
        assert weights[0].read_bytes() == weights[1].read_bytes()
        assert not [*run.rglob("*.tmp")]


def service(folder: Path) -> int:
    """A job of three pairs; the service itself tries again."""
    from fastapi.testclient import TestClient

    from clfnet.errors import InputError
    from clfnet.serve.app import create_app
    from clfnet.serve.jobs import worker
    from clfnet.serve.settings import Settings

    worker._PAUSE = 0.01
    files = [
        (name, (f"{n}.png", (folder / kind / f"{n}.png").read_bytes()))
        for n in "abc"
        for name, kind in (("infrared", "ir"), ("visible", "vi"))
    ]
    try:
        app = create_app(Settings(data=folder / "out", model="maximum"))
        with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
            jobs = client.get("/v1/jobs").json()["jobs"]
            if not jobs:
                answer = client.post("/v1/jobs", files=files)
                if answer.status_code != 202:
                    assert "Traceback" not in answer.text
                    return 2
                jobs = [answer.json()]
            for _ in range(1000):
                job = client.get(jobs[0]["links"]["self"]).json()
                if job["state"] not in ("queued", "running"):
                    break
                time.sleep(0.01)
            assert (job["state"], job["done"], job["failed"]) == ("done", 3, []), job
    except InputError:
        return 2
    return 0


def job_is_whole(folder: Path, whole: bool) -> None:
    found = [*(folder / "out").glob("jobs/*/fused/*.png")]
    assert not whole or len(found) == 3, found
    for path in found:
        name = f"{'abc'[int(path.stem) - 1]}.png"
        pair = (read_image(folder / kind / name).pixels for kind in ("ir", "vi"))
        np.testing.assert_array_equal(read_image(path).pixels, np.maximum(*pair))


SCENARIOS = {
    "fuse": Scenario(fuse, pictures),
    "batch": Scenario(batch, pictures),
    "video": Scenario(video, video_is_whole, ("clfnet.video.pipeline",)),
    "checkpoint": Scenario(checkpoint, checkpoint_is_whole),
    "training": Scenario(training, training_is_whole, ("clfnet.training",)),
    "service": Scenario(service, job_is_whole, ("fastapi.testclient", "clfnet.serve.app")),
}


def in_child(scenario: Scenario, folder: Path, n: int, number: int) -> tuple[int, int]:
    """Do the work in a child; return its exit code, and how many calls it made."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            LIBRARY.failing_calls_arm(n, number, str(folder / "out").encode())
            code = scenario.work(folder)
            LIBRARY.failing_calls_counted.restype = ctypes.c_long
            os.write(theirs, str(LIBRARY.failing_calls_counted()).encode())
        except BaseException:  # noqa: BLE001  # our bug, told by the exit code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(told or 0)


def main(name: str, error: str) -> None:
    for module in SCENARIOS[name].modules:  # once for all children
        importlib.import_module(module)
    scenario, number = SCENARIOS[name], 0 if error == "KILL" else getattr(errno, error)
    with tempfile.TemporaryDirectory() as parent:
        for n in range(1, MOST):
            folder = Path(parent) / str(n)
            sources(folder, (48, 48) if name == "training" else (12, 16))
            if name == "checkpoint":
                (folder / "out").mkdir()
                (folder / "out" / "checkpoint.pt").write_bytes(b"old")
            code, calls = in_child(scenario, folder, n, number)
            # 3: of two pairs one failed
            assert code in (0, 2, 3, -signal.SIGKILL), f"call {n} of {calls}: ended with {code}"
            scenario.check(folder, code == 0)
            if calls < n and code == 0:
                print(calls)
                return
            code, _ = in_child(scenario, folder, 0, 0)
            assert code == 0, f"call {n} of {calls}: the next run ends with {code}"
            scenario.check(folder, True)
            shutil.rmtree(folder)
    raise AssertionError("no run was without a failing call")


if __name__ == "__main__":
    main(*sys.argv[1:])
