"""Mutated files of a kind, read one after the other; what each of them cost."""

import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tests.fuzz.kinds import KINDS

from clfnet.errors import ClfnetError

_PROCESS = Path("/proc/self")


class Reading(NamedTuple):
    """What came of one file.

    Attributes:
        number: which one it is.
        told: the error; empty if the file was read.
        seconds: how long it took.
        mib: by how much the process grew meanwhile, at most; 0 where the system does not tell.
    """

    number: int
    told: str
    seconds: float
    mib: float


def mutated(data: bytes, draw: np.random.Generator) -> bytes:
    """Change some bytes: flip, clear, cut, repeat, exchange, or put in too large a number."""
    found = bytearray(data)
    for _ in range(int(draw.integers(1, 4))):
        at, length = int(draw.integers(len(found) or 1)), int(draw.integers(1, 9))
        match int(draw.integers(7)):
            case 0:
                found[at : at + 1] = bytes([found[at] ^ 1 << int(draw.integers(8))])
            case 1:
                found[at : at + 4 * length] = bytes(4 * length)
            case 2:
                del found[at:]
            case 3:
                found[at:at] = found[at : at + length] * int(draw.integers(1, 50))
            case 4:
                other = int(draw.integers(len(found)))
                found[at : at + length], found[other : other + length] = (
                    found[other : other + length],
                    found[at : at + length],
                )
            case 5:
                order = ("<I", ">I")[int(draw.integers(2))]
                found[at : at + 4] = struct.pack(order, int(draw.choice([2**32 - 1, 2**31, 65535])))
            case _:
                found[at : at + length] = draw.bytes(length)
        if not found:
            break
    return bytes(found)


def read_mutated(name: str, count: int, folder: Path) -> Iterator[Reading]:
    """Read a whole file of a kind, then mutated ones; every second one is a part packed again.

    Whatever is no `ClfnetError` is raised, and the file that led to it lies in `folder`.
    """
    kind, path = KINDS[name], folder / f"a{KINDS[name].suffix}"
    whole = kind.make()
    part = kind.part() if kind.part else b""
    path.write_bytes(whole)
    kind.read(path)
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    for number in range(count):
        by_part = part and number % 2
        path.write_bytes(kind.pack(mutated(part, draw)) if by_part else mutated(whole, draw))
        before = _forget_peak()
        begin, told = time.monotonic(), ""
        try:
            kind.read(path)
        except ClfnetError as error:
            told = str(error)
        yield Reading(number, told, time.monotonic() - begin, _peak() - before)


def _forget_peak() -> float:
    """Let the kernel measure the peak anew; return the MiB that are in use now."""
    try:
        (_PROCESS / "clear_refs").write_bytes(b"5")
    except OSError:  # not Linux, or not allowed
        return 0.0
    return _peak()


def _peak() -> float:
    try:
        status = (_PROCESS / "status").read_text("utf-8")
    except OSError:
        return 0.0
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
