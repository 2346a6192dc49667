"""The full model at 640x480 against the plain PyTorch network. Writes docs/results/full-model.json.

    python benchmarks/full_model.py [--rounds 9]

CPU time and peak memory of one inference, each run in a process of its own, the contenders taking
turns, so that what else the machine does hits all of them alike. A process fuses three times; its
CPU time is the lesser of the last two. Its memory is the kernel's VmHWM: whole, and beyond what it
was when everything was imported and loaded. Of the rounds, the median is kept.
"""

import argparse
import json
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from clfnet.bench import describe

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "full-model.json"
HEIGHT, WIDTH = 480, 640
PRELUDE = f"""
import json, sys, time
from pathlib import Path
import numpy as np
threads = int(sys.argv[1])
weights = Path({str(ROOT / "src" / "clfnet" / "weights")!r})
pair = np.random.default_rng(0).random((2, {HEIGHT}, {WIDTH}), np.float32)
"""
CONTENDERS = {
    "torch": """
import torch
from clfnet.training.network_file import load_network
torch.set_num_threads(threads)
network = load_network(weights / "clfnet.safetensors").eval()
def fuse():
    with torch.inference_mode():
        infrared, visible = (torch.from_numpy(image)[None, None] * 2 - 1 for image in pair)
        return (network(infrared, visible)[0, 0].numpy() + 1) / 2
""",
    "clfnet": """
from clfnet.inference.find import find_method
method = find_method(weights / "clfnet.onnx", threads=threads)
def fuse():
    return method(*pair)
""",
    "clfnet, openvino": """
import openvino
from clfnet.inference.find import find_method
method = find_method(weights / "clfnet.onnx", threads=threads, backend="openvino")
def fuse():
    return method(*pair)
""",
    "onnxruntime, whole": """
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(weights / "clfnet.onnx", options)
def fuse():
    return session.run(None, dict(zip(("infrared", "visible"), pair[:, None, None])))[0][0, 0]
""",
}
MEASURE = """
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
loaded, seconds = peak(), []
for _ in range(3):
    start = time.process_time()
    fused = fuse()
    seconds.append(time.process_time() - start)
print(json.dumps({
    "cpu_seconds": min(seconds[1:]), "peak_mib": peak(), "beyond_loaded_mib": peak() - loaded,
    "mean": float(fused.mean()),
}))
"""


def once(contender: str, threads: int) -> dict[str, float]:
    """Measure in a process of its own."""
    script = PRELUDE + CONTENDERS[contender] + MEASURE
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script, str(threads)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def compare(threads: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return the medians of all contenders, and their ratios to torch's."""
    names = [name for name in CONTENDERS if "openvino" not in name or find_spec("openvino")]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            runs[name].append(once(name, threads))
    medians = {
        name: {key: statistics.median(run[key] for run in of) for key in of[0]}
        for name, of in runs.items()
    }
    keys = ("cpu_seconds", "peak_mib", "beyond_loaded_mib")
    return {
        name: of | {f"{key}_ratio": of[key] / medians["torch"][key] for key in keys}
        for name, of in medians.items()
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    result: dict[str, Any] = {
        "command": f"python benchmarks/full_model.py --rounds {rounds}",
        "machine": describe(),
        "size": [WIDTH, HEIGHT],
        "threads": {str(threads): compare(threads, rounds) for threads in (1, 2)},
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
