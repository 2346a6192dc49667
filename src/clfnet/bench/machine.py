"""The machine that figures were measured on: CPU, cores, memory, versions, load."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clfnet.version import __version__

_TELLING = ("avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile")
_TELLING_ARM = ("asimd", "asimddp", "i8mm", "bf16", "sve")


def describe() -> dict[str, Any]:
    """Return what the machine is, and how busy: plain values, ready for JSON.

    `load_average` is the number of processes that ran or wanted to in the last minute; what matters
    is how far it is above zero. What a system does not tell is None or empty.

    Example:
        >>> describe()["clfnet"] == __version__
        True
    """
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "instructions": instructions(),
        "memory_gib": _memory(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "onnxruntime": version("onnxruntime"),
        "clfnet": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def cpu_name() -> str:
    """Return the processor's name."""
    return _cpuinfo().get("model name") or platform.processor() or platform.machine()


def instructions() -> list[str]:
    """Return which of the instruction sets that networks profit from the processor has."""
    known = _cpuinfo()
    flags = f"{known.get('flags', '')} {known.get('Features', '')}".split()
    return [name for name in _TELLING + _TELLING_ARM if name in flags]


def _cpuinfo() -> dict[str, str]:
    """The first processor's entry, on Linux."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text("utf-8").partition("\n\n")[0]
    fields = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def _memory() -> float | None:
    if not hasattr(os, "sysconf"):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
