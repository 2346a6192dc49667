"""Run the Dockerfile's steps and its service where there is no container engine.

    python packaging/container_check.py          (root on Linux: make container-check)

A stage is an overlay on this machine's root, with this Python at /usr/local as in the base image,
and without a C compiler. The service runs in it as the image says, closed as compose.yaml closes
it: read-only root, no rights, no network but its own loopback, and as process 1. Writes
docs/results/container.json.

All of it is in memory, mounted in a namespace of this process: the kernel takes it away when the
script ends, however it ends. Not checked: the base image itself, and what an engine does by itself.
"""

import ctypes
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any

import dockerfile
import httpx
import numpy as np
import PIL.Image

import clfnet

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "container.json"
TOKEN = "container-check"  # noqa: S105
SCRATCH = Path("/mnt")
COMPILERS = ("cc", "c++", "gcc", "g++", "clang")
DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
PATIENCE = 600
"""Seconds for what takes a second or two: on a machine that is busy with other work, minutes. What
has died is noticed at once."""
_NEW_MOUNTS, _NEW_NETWORK = 0x20000, 0x40000000  # of <sched.h>


@dataclass
class Image:
    """A stage: its files, and what it says of running them."""

    root: Path
    upper: Path
    env: dict[str, str] = field(
        default_factory=lambda: {
            "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
        }
    )
    user: str = "0:0"
    workdir: str = "/"
    volumes: list[str] = field(default_factory=list)
    stop: str = "SIGTERM"
    health: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def inside(self, command: list[str], **extra: str) -> list[str]:
        """Return a command that runs one inside, as the stage's user."""
        user, _, group = self.user.partition(":")
        env = [f"{name}={value}" for name, value in (self.env | extra).items()]
        closed = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        rights = [f"--reuid={user}", f"--regid={group}", *closed] if user != "0" else []
        return [
            *("chroot", str(self.root), "env", "--ignore-environment", f"--chdir={self.workdir}"),
            *(*env, "setpriv", *rights, "--", *command),
        ]


class Builder:
    """Does what a Dockerfile says, step by step."""

    def __init__(self, folder: Path) -> None:
        self._context = SCRATCH / "context"
        self._stages: dict[str, Image] = {}
        for path in dockerfile.context(folder):
            (self._context / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / path, self._context / path)

    def build(self, text: str) -> Image:
        """Return the last stage."""
        for step in dockerfile.parse(text):
            say(f"{step.word} {step.text}"[:100])
            do = getattr(self, f"_{step.word.lower()}", None)
            if do is None:
                sys.exit(f"{step.word} must be an instruction that this script knows. Add it.")
            do(step)
        return self._image

    def _from(self, step: dockerfile.Step) -> None:
        base, *name = step.text.split(" AS ")
        version = platform.python_version_tuple()
        if base != f"python:{version[0]}.{version[1]}-slim-bookworm":
            sys.exit(f"FROM must be of the Python that runs this script, got {base}. Use that one.")
        folder = SCRATCH / f"stage{len(self._stages)}"
        for part in ("root", "upper", "work"):
            (folder / part).mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={folder / 'upper'},workdir={folder / 'work'}"
        run("mount", "-t", "overlay", "-o", layers, "overlay", folder / "root")
        self._image = Image(folder / "root", folder / "upper")
        self._stages[name[0] if name else ""] = self._image
        furnish(self._image.root)

    def _copy(self, step: dockerfile.Step) -> None:
        *sources, to = step.arguments
        source_root = self._stages[step.flags["from"]].root if step.flags else self._context
        target = self._image.root / os.path.join(self._image.workdir, to).lstrip("/")  # noqa: PTH118
        if to.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        for each in sources:
            source = source_root / each.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(source, target)

    def _run(self, step: dockerfile.Step) -> None:
        proxies = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or "proxy" in k}
        run(*self._image.inside(step.command, **proxies))

    def _workdir(self, step: dockerfile.Step) -> None:
        (self._image.root / step.text.lstrip("/")).mkdir(parents=True, exist_ok=True)
        self._image.workdir = step.text

    def _env(self, step: dockerfile.Step) -> None:
        for pair in step.arguments:
            name, _, value = pair.partition("=")
            self._image.env[name] = Template(value).substitute(self._image.env)

    def _user(self, step: dockerfile.Step) -> None:
        self._image.user = step.text

    def _volume(self, step: dockerfile.Step) -> None:
        self._image.volumes += step.arguments

    def _stopsignal(self, step: dockerfile.Step) -> None:
        self._image.stop = step.text

    def _healthcheck(self, step: dockerfile.Step) -> None:
        self._image.health = step._replace(text=step.text.removeprefix("CMD ")).command

    def _entrypoint(self, step: dockerfile.Step) -> None:
        self._image.entrypoint = step.command

    def _cmd(self, step: dockerfile.Step) -> None:
        self._image.command = step.command

    def _label(self, step: dockerfile.Step) -> None:
        check(all("=" in pair for pair in step.arguments), "labels have values")

    def _expose(self, step: dockerfile.Step) -> None:
        check(step.text == "8000", "the port is the one that CMD names")


def say(text: str) -> None:
    """Tell how far this is."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def check(holds: bool, what: str, *, quiet: bool = False) -> None:
    """Tell that something holds, or end."""
    if not holds:
        sys.exit(f"FAILED: {what}")
    if not quiet:
        say(f"ok: {what}")


def run(*command: str | Path) -> None:
    """Run a command that must succeed."""
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:  # noqa: S603
        sys.exit(f"FAILED: {' '.join(map(str, command))}")


def furnish(root: Path) -> None:
    """Make a root what an engine makes of the base image: Python, and few devices."""
    run("mount", "--bind", sys.base_prefix, root / "usr/local")
    run("mount", "-o", "remount,bind,ro", root / "usr/local")
    run("chroot", root, "ldconfig")  # libpython is found there, too
    run("mount", "--bind", "/proc", root / "proc")
    for compiler in COMPILERS:
        (root / "usr/bin" / compiler).unlink(missing_ok=True)
    memory(root / "dev", "mode=755")
    (root / "dev/shm").mkdir()
    for name in DEVICES:
        (root / "dev" / name).touch()
        run("mount", "--bind", f"/dev/{name}", root / "dev" / name)
    memory(root / "dev/shm", "mode=1777")
    memory(root / "tmp", "mode=1777")


def memory(path: Path, options: str) -> None:
    """Mount an empty folder in memory."""
    run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path)


def separate(kind: int) -> None:
    """Give this process a namespace of its own."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(kind):
        sys.exit(f"This must be run by root on Linux, but: {os.strerror(ctypes.get_errno())}.")


def close(image: Image) -> None:
    """Make the root read-only, and the volumes empty ones that belong to whom the image says."""
    run("mount", "-o", "remount,ro", image.root)
    for volume in image.volumes:
        path = image.root / volume.lstrip("/")
        known = path.stat()
        memory(path, f"uid={known.st_uid},gid={known.st_gid},mode={known.st_mode & 0o7777:o}")


def succeeds(command: list[str]) -> bool:
    """Tell whether a command ends with 0."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE)  # noqa: S603
    except subprocess.TimeoutExpired:
        sys.exit(f"FAILED: {' '.join(command)} must end within {PATIENCE} seconds")
    return done.returncode == 0


def check_service(image: Image) -> dict[str, Any]:
    """Start the service as the image says, use it, stop it."""
    separate(_NEW_NETWORK)
    run("ip", "link", "set", "lo", "up")
    begin = time.monotonic()
    inside = image.inside(image.entrypoint + image.command, CLFNET_TOKEN=TOKEN)
    outer = ["unshare", "--pid", "--fork", "--", *inside]
    keeper = subprocess.Popen(outer, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        while not succeeds(image.inside(image.health)):
            late = keeper.poll() is not None or time.monotonic() > begin + PATIENCE
            check(not late, "it runs, and is healthy in time", quiet=True)
            time.sleep(0.1)
        report = {"seconds_to_healthy": round(time.monotonic() - begin, 1)}
        say("ok: the health check succeeds")
        (service,) = children(keeper.pid)
        check_rights(image, service)
        check_fusing()
        report["peak_mib_after_a_pair"] = round(int(status(service)["VmHWM"][0]) / 1024)
        check_writes(image)
        begin = time.monotonic()
        os.kill(service, signal.Signals[image.stop])
        check(ended(keeper) == 0, f"{image.stop} ends it with exit code 0")
        return report | {"seconds_to_stop": round(time.monotonic() - begin, 1)}
    finally:
        for process in children(keeper.pid):
            os.kill(process, signal.SIGKILL)
        keeper.kill()


def ended(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of a process that is to end; None if it does not."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return None


def children(process: int) -> list[int]:
    """Return the processes that one has started; none once it has ended."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text("utf-8").split()] if path.exists() else []


def status(process: int) -> dict[str, list[str]]:
    """Return what the kernel says of a process."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}


def check_rights(image: Image, process: int) -> None:
    """The service is process 1, no root, and cannot become it."""
    known = status(process)
    user = image.user.partition(":")[0]
    check(known["NSpid"][-1] == "1", "it is process 1")
    check(set(known["Uid"]) == {user} and user.isdigit() and user != "0", f"its user is {user}")
    check(not int(known["CapEff"][0], 16) | int(known["CapBnd"][0], 16), "it has no capabilities")
    check(known["NoNewPrivs"] == ["1"], "it cannot gain any")


def check_fusing() -> None:
    """The built-in pair is fused as the library fuses it, for those who bear the token."""
    with httpx.Client(base_url="http://127.0.0.1:8000", timeout=PATIENCE) as client:
        check(client.get("/v1/models").status_code == 401, "without the token: 401")
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        names = ("infrared", "visible")
        pair = {name: client.get(f"/v1/example/{name}.png").content for name in names}
        answer = client.post("/v1/fuse", files=pair)
        check(answer.status_code == 200, "the example is fused")
    got, *sources = (
        np.asarray(PIL.Image.open(BytesIO(data))) for data in (answer.content, *pair.values())
    )
    difference = np.abs(got.astype(int) - clfnet.fuse(*sources))
    check(difference.max() <= 1, "as the library fuses it")


def check_writes(image: Image) -> None:
    """Nothing but /tmp, /data and shared memory can be written, not even by root."""
    program = "import sys, tempfile; tempfile.TemporaryFile(dir=sys.argv[1])"
    root = replace(image, user="0:0")
    for path in ("/", "/etc", "/home", "/opt/clfnet", "/root", "/usr/local", "/var/tmp"):  # noqa: S108
        command = ["python", "-c", program, path]
        check(not succeeds(root.inside(command)), f"{path} cannot be written, not even by root")
    for path in ("/tmp", *image.volumes):  # noqa: S108
        check(succeeds(image.inside(["python", "-c", program, path])), f"{path} can be written")
    left = [path.name for path in (image.root / "tmp").iterdir()]
    check(not left, f"nothing is left in /tmp {left or ''}".rstrip())


def sizes(image: Image) -> dict[str, Any]:
    """Return what the image adds to its base, in MiB, and its largest packages."""
    packages = next(image.upper.glob("opt/*/lib/python*/site-packages"))
    measured = {path.name: _mib(path) for path in packages.iterdir() if path.is_dir()}
    largest = sorted(measured, key=lambda name: -measured[name])[:8]
    return {
        "added_mib": round(_mib(image.upper)),
        "largest_mib": {name: round(measured[name], 1) for name in largest},
    }


def _mib(folder: Path) -> float:
    files = (path.lstat() for path in folder.rglob("*") if not path.is_dir())
    return sum(each.st_size for each in files) / 2**20


def main() -> None:
    """Build, check, write."""
    separate(_NEW_MOUNTS)
    run("mount", "--make-rprivate", "/")
    memory(SCRATCH, "mode=700")
    image = Builder(ROOT).build((ROOT / "Dockerfile").read_text("utf-8"))
    check(not list(image.root.glob("opt/clfnet/bin/pip*")), "there is no pip")
    report = {"command": "make container-check", **sizes(image)}
    close(image)
    report |= check_service(image)
    RESULT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    say(json.dumps(report))


if __name__ == "__main__":
    main()
