"""What a pair of 640×480 takes from files to file, with `fast`. Writes docs/results/files.json.

    OMP_NUM_THREADS=1 python benchmarks/files.py [--data ../shared/data] [--rounds 3]

CPU time of one thread per pair: the pairs of MSRS, stored in each way, are fused by `fuse_files`;
the stages are measured one by one on the colour PNG files. Of all rounds the least counts, since
other work on the machine only ever adds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from clfnet.bench import describe
from clfnet.inference.files import fuse_files, plan
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, encode_image, read_image, write_image

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "files.json"
KINDS = {  # name: suffix, channels of the visible image
    "colour PNG": (".png", "colour"),
    "colour PNG, small": (".png", "colour"),
    "colour JPEG": (".jpg", "colour"),
    "grey PNG": (".png", "grey"),
    "grey stored as RGB, PNG": (".png", "equal"),
}


def stored(data: Path, folder: Path, suffix: str, channels: str) -> list[tuple[Path, Path]]:
    """Write the pairs in one way; return their files."""
    pairs = []
    for file in sorted((data / "ir").iterdir()):
        infrared, visible = (read_image(data / kind / file.name).pixels for kind in ("ir", "vi"))
        grey = visible[..., 1]
        light = {"colour": visible, "grey": grey, "equal": np.dstack([grey] * 3)}[channels]
        heat, name = np.atleast_3d(infrared)[..., 0], f"{file.stem}{suffix}"
        write_image(folder / "ir" / name, Image(heat))
        write_image(folder / "vi" / name, Image(light))
        pairs.append((folder / "ir" / name, folder / "vi" / name))
    return pairs


def cpu(work: Callable[[], Any], pairs: int, rounds: int) -> float:
    """Return the least CPU time of the rounds, in ms per pair."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return 1000 * min(found) / pairs


def fused(fuser: Fuser, pairs: list[tuple[Path, Path]], output: Path, suffix: str) -> int:
    """Fuse all pairs; return the bytes of the results."""
    done = [*fuse_files(fuser, plan(pairs, output, suffix=suffix), overwrite=True)]
    return sum(each.bytes for each in done)


def stages(pairs: list[tuple[Path, Path]], rounds: int) -> dict[str, float]:
    """Return what reading, looking whether a pair lies right, fusing and encoding take."""
    fuser = Fuser("fast", threads=1)
    read = [fuser.read(*files) for files in pairs]
    plain = [each._replace(is_of_files=False) for each in read]
    images = [fuser.fuse_pair(each).image for each in plain]
    output = Path("fused.png")
    work: dict[str, Callable[[], Any]] = {
        "read": lambda: [fuser.read(*files) for files in pairs],
        "lies right?": lambda: [
            fuser.alignment.shift(each.thermal.values, each.visible.pixels) for each in read
        ],
        "fuse, colour included": lambda: [fuser.fuse_pair(each) for each in plain],
        "encode": lambda: [encode_image(image, output) for image in images],
    }
    return {name: cpu(stage, len(pairs), rounds) for name, stage in work.items()}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    runs, parts = {}, {}
    for name, (suffix, channels) in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            pairs = stored(arguments.data / "msrs", Path(folder), suffix, channels)
            fuser = Fuser("fast", threads=1, compression="small" if "small" in name else "fast")
            work = partial(fused, fuser, pairs, Path(folder) / "out", suffix)
            size = work()
            spent = cpu(work, len(pairs), arguments.rounds)
            runs[name] = {"cpu_ms": spent, "kilobytes": size / len(pairs) / 1000}
            if name == "colour PNG":
                parts = stages(pairs, arguments.rounds)
    result = {
        "command": "python benchmarks/files.py",
        "machine": describe(),
        "runs": runs,
        "stages": parts,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
