"""What video costs with the small network, from files and live. Writes docs/results/live.json.

    python benchmarks/live.py [--seconds 20]

640x480 at 25 frames a second, `fast`. From files to a file: the best of several runs, and the
single steps likewise, by CPU time, since machines have other work. Live: two cameras of an
RTSP server (GStreamer's, see rtsp_server.py), fused and sent back to that server; the server runs
on the same machine and takes a part of it.
"""

import argparse
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clfnet.bench import describe
from clfnet.inference.arrays import grey
from clfnet.inference.fuser import Fuser
from clfnet.video.output import open_sink
from clfnet.video.pipeline import fuse_video
from clfnet.video.range import full_scale
from clfnet.video.stream import StreamSource
from video import clip

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "live.json"
SERVER = ["/usr/bin/python3", str(Path(__file__).with_name("rtsp_server.py"))]
SIZE, FRAMES, TURNS = (480, 640), 50, 4


def cpu_ms(work: Callable[[], Any]) -> float:
    """CPU milliseconds of all threads for each frame."""
    start = time.process_time()
    work()
    return (time.process_time() - start) / FRAMES * 1000


def files(folder: Path) -> dict[str, Any]:
    """From files to a file, as a whole and step by step."""
    path, fuser = clip(folder, SIZE, FRAMES), Fuser("fast")
    frames = list(StreamSource(str(path)))
    heat = full_scale(grey(frames[0].pixels), 0.0)

    def encode() -> None:
        sink = open_sink(folder / "e.mp4", rate=Fraction(25), overwrite=True)
        for frame in frames:
            sink.write(frame)
        sink.finish()

    steps: dict[str, Callable[[], Any]] = {
        "decode both": lambda: [list(StreamSource(str(path))) for _ in range(2)],
        "range": lambda: [full_scale(grey(frame.pixels), 0.0) for frame in frames],
        "network": lambda: [fuser.method(heat, heat) for _ in frames],
        "network and colour": lambda: [
            fuser(heat, np.ascontiguousarray(frame.pixels)) for frame in frames
        ],
        "encode": encode,
        "all": lambda: fuse_video(fuser, path, path, folder / "o.mp4", overwrite=True),
    }
    best = {name: min(cpu_ms(work) for _ in range(TURNS)) for name, work in steps.items()}
    report = fuse_video(fuser, path, path, folder / "o.mp4", overwrite=True)
    return {
        "cpu_ms": {name: round(each, 1) for name, each in best.items()},
        "fps": report.fps,
        "dropped": report.late,
        "frames": report.frames,
    }


def live(folder: Path, seconds: float) -> dict[str, Any]:
    """Two RTSP cameras to an RTSP server."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [*SERVER, str(port), str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own
    try:
        assert server.stdout is not None  # noqa: S101 -- for the type checker
        server.stdout.readline()
        url = f"rtsp://127.0.0.1:{port}"
        fuser = Fuser("fast")
        frames = round(25 * seconds)
        start = time.process_time()
        report = fuse_video(fuser, f"{url}/ir", f"{url}/vis", f"{url}/fused", frames=frames)
        cpu = time.process_time() - start
    finally:
        server.kill()
        server.wait()
        if server.stdout:
            server.stdout.close()
    return {
        "cpu_ms": {"all": round(1000 * cpu / report.frames, 1)},
        "fps": report.frames / report.duration,
        "frames": report.frames,
        "dropped": report.late,
        "latency_p50": report.latency_p50,
        "latency_p99": report.latency_p99,
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = {
            "command": "python benchmarks/live.py",
            "machine": describe(),
            "files": files(folder),
            "live": live(folder, seconds),
        }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
