"""Peak memory of `clfnet fuse` on a pair of 100 megapixels. Writes docs/results/memory.json.

    python benchmarks/memory.py [--side 10000]

The pair is synthetic, 8 bits: waves, edges and noise, so that it does not compress to nothing. Each
run is the command in a process of its own; its peak is the kernel's VmHWM of that process, which
counts everything: Python, imports, decoding, fusing and encoding.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.bench import describe
from clfnet.io.image import Image, write_image

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "memory.json"
RUNS = {  # name: model, suffix, colour
    "maximum in tiles, RGB PNG": ("onnx", ".png", True),
    "maximum in tiles, RGB TIFF": ("onnx", ".tif", True),
    "maximum in tiles, grey JPEG": ("onnx", ".jpg", False),
    "clfnet, grey TIFF": ("clfnet", ".tif", False),
}
COMMAND = """
import sys
from pathlib import Path
from clfnet.cli import main
try:
    main()
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(line for line in lines if line.startswith("VmHWM:")), file=sys.stderr)
"""


def picture(side: int, seed: int, *, colour: bool) -> NDArray[np.uint8]:
    """Return (side, side) or (side, side, 3): waves, edges and noise."""
    rng = np.random.default_rng(seed)
    row = 90 + 60 * np.sin(np.arange(side) / (9 + seed))
    pixels = np.empty((side, side, 3) if colour else (side, side), np.uint8)
    for top in range(0, side, 100):
        band = pixels[top : top + 100]
        level = row + 80 * (np.arange(side) // 500 % 2) + rng.normal(0, 4, (len(band), side))
        level = level.clip(0, 255).astype(np.uint8)
        band[:] = np.stack([level, level, 255 - level], axis=2) if colour else level
    return pixels


def graph(path: Path) -> Path:
    """Write a model that takes no time and as much memory per pixel as its metadata says."""
    from onnx import TensorProto, helper

    size: list[str | int | None] = [1, 1, "height", "width"]
    infrared, visible, fused = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
        for name in ("infrared", "visible", "fused")
    )
    node = helper.make_node("Max", ["infrared", "visible"], ["fused"])
    made = helper.make_graph([node], "maximum", [infrared, visible], [fused])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"margin": "8"})
    path.write_bytes(model.SerializeToString())
    return path


def run(folder: Path, side: int, model: str, suffix: str, *, colour: bool) -> dict[str, Any]:
    """Make a pair, fuse it and tell what it took."""
    for seed, name in enumerate(("ir", "vi")):
        pixels = picture(side, seed, colour=colour and name == "vi")
        write_image(folder / (name + suffix), Image(pixels), overwrite=True)
    chosen = str(graph(folder / "maximum.onnx")) if model == "onnx" else model
    files = [str(folder / (name + suffix)) for name in ("ir", "vi", "fused")]
    command = ["fuse", *files[:2], "-o", files[2], "--model", chosen, "--overwrite"]
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", COMMAND, *command], capture_output=True, text=True, check=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system
    return {
        "megapixels": side**2 / 1e6,
        "peak_mib": round(int(done.stderr.split()[-2]) / 1024, 1),
        "cpu_seconds": round(cpu - before.children_user - before.children_system, 1),
        "seconds": round(time.perf_counter() - start, 1),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=10_000)
    side = parser.parse_args().side
    result: dict[str, Any] = {
        "command": "python benchmarks/memory.py",
        "machine": describe(),
        "runs": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (model, suffix, colour) in RUNS.items():
            result["runs"][name] = run(Path(folder), side, model, suffix, colour=colour)
            print(name, result["runs"][name], flush=True)  # noqa: T201
            RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
