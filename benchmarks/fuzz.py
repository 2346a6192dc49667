"""Read many mutated files of every kind; a failure ends with 1. Writes docs/results/fuzz.json.

    python benchmarks/fuzz.py [--inputs 25000]

Each kind is read in a process of its own, which the system ends if one file takes too long. A file
that raises anything but a `ClfnetError`, takes too long or too much memory is kept in build/fuzz.
"""

import argparse
import json
import logging
import multiprocessing
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzz.kinds import KINDS  # noqa: E402
from tests.fuzz.mutation import read_mutated  # noqa: E402

from clfnet.bench import describe  # noqa: E402

RESULT = ROOT / "docs" / "results" / "fuzz.json"
KEPT = ROOT / "build" / "fuzz"
SECONDS, MIB = 20, 1024  # that one file may take


def read_kind(name: str, count: int, folder: str) -> dict[str, Any]:
    """Read mutated files of a kind; what they cost, and which of them failed."""
    found: dict[str, Any] = {"inputs": 0, "refused": 0, "seconds": 0.0, "mib": 0.0, "failed": []}
    warnings.simplefilter("ignore")
    logging.disable()  # what decoders say beside, which the command line leaves out too
    signal.alarm(2 * SECONDS)
    try:
        for reading in read_mutated(name, count, Path(folder)):
            signal.alarm(2 * SECONDS)
            found["inputs"] += 1
            found["refused"] += bool(reading.told)
            found["seconds"] = max(found["seconds"], round(reading.seconds, 2))
            found["mib"] = max(found["mib"], round(reading.mib, 1))
            if reading.seconds > SECONDS or reading.mib > MIB or "\n" in reading.told:
                found["failed"].append(f"{reading}")
                keep(name, reading.number, folder)
    except Exception:  # noqa: BLE001  # what this looks for
        found["failed"].append(traceback.format_exc())
        keep(name, found["inputs"], folder)
    return found


def keep(name: str, number: int, folder: str) -> None:
    """Keep a file that failed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    suffix = KINDS[name].suffix
    shutil.copy(Path(folder) / f"a{suffix}", KEPT / f"{name.replace(' ', '-')}-{number}{suffix}")


def in_process(name: str, count: int) -> dict[str, Any]:
    """Read a kind in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            try:
                return pool.submit(read_kind, name, count, folder).result()
            except BrokenProcessPool:
                keep(name, -1, folder)
                ended = "the process crashed, or took too long for a file"
                return {"inputs": 0, "refused": 0, "seconds": 0.0, "mib": 0.0, "failed": [ended]}


def main(inputs: int, kinds: list[str]) -> int:
    """Read all kinds; return how many files failed."""
    count, found = -(-inputs // len(KINDS)), {}
    for name in kinds or KINDS:
        found[name] = in_process(name, count)
        print(f"{name}: {json.dumps(found[name])}", file=sys.stderr, flush=True)  # noqa: T201
    failures = sum(len(each["failed"]) for each in found.values())
    if not kinds and not failures:
        total = sum(each["inputs"] for each in found.values())
        command = "python benchmarks/fuzz.py"
        result = {"command": command, "machine": describe(), "inputs": total, "kinds": found}
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return failures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=25_000)
    parser.add_argument("--kind", action="append", default=[], help="this kind; may be repeated")
    given = parser.parse_args()
    sys.exit(bool(main(given.inputs, given.kind)))
