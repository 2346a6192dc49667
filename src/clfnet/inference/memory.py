"""Amounts of memory with a unit, such as 512MiB."""

import re

from clfnet.errors import ConfigError

_UNITS = {"B": 1, **{f"{p}B": 1000**n for n, p in enumerate("kMGT", 1)}}
_UNITS |= {f"{p}iB": 1024**n for n, p in enumerate("KMGT", 1)}
_BY_NAME = {name.lower(): size for name, size in _UNITS.items()}
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?([a-zA-Z]+)", re.ASCII)


def parse_memory(amount: str | int) -> int:
    """Return bytes.

    Args:
        amount: a number and its unit, "512MiB", "1.5GiB", "800MB"; or a number of bytes, above 0.

    Raises:
        ConfigError: it is no such amount.

    Example:
        >>> parse_memory("1GiB"), parse_memory("800 MB")
        (1073741824, 800000000)
    """
    size = _bytes(amount) if isinstance(amount, str) else amount
    if size < 1:
        raise ConfigError(
            f"`memory` must be an amount above 0 with its unit, got {amount!r}. "
            f"For example 512MiB, 1GiB or 800MB."
        )
    return size


def _bytes(text: str) -> int:
    """Return 0 for what is no amount."""
    match = _AMOUNT.fullmatch(text.strip())
    unit = _BY_NAME.get(match[2].lower()) if match else None
    return int(float(match[1]) * unit) if match and unit else 0
