"""The settings of a service, and their checks."""

import os
import socket
import sys
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from clfnet.errors import ConfigError
from clfnet.inference.tiling import cores
from clfnet.serve.live import LiveSource

_MIB = 2**20
_LOCAL = ("localhost", "127.0.0.1", "::1")
_COUNTS = (
    *("max_bytes", "max_pixels", "workers", "results", "result_bytes", "result_seconds"),
    *("jobs", "job_bytes", "job_pairs"),
)


def default_data() -> Path:
    """Return the user's folder for state, where the service keeps results and jobs."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "clfnet"


@dataclass(frozen=True)
class Settings:
    """What a service is told when it starts.

    Attributes:
        data: folder of results and jobs; made if it is missing.
        host: the address to bind.
        token: what callers of /v1 must bear; None lets everybody in.
        hosts: names by which the service may be called beside its own, e.g. behind a proxy.
        model: what fuses unless a request says otherwise.
        max_bytes: of one request's body, but for jobs.
        max_pixels: of one image, read from its header.
        workers: how many requests are worked on at once.
        queue: how many more may wait.
        results: how many results are kept.
        result_bytes: how much they may take on disk.
        result_seconds: how long they are kept.
        jobs: how many jobs are kept, finished ones included.
        job_bytes: of one job's uploads; all jobs together may take four times as much.
        job_pairs: pairs of one job.
        pair_seconds: after which the work on one pair, or for one request, is ended.
        live: pairs of live sources that may be watched.

    Raises:
        ConfigError: a value is out of range.

    Example:
        >>> Settings(workers=2).is_local
        True
    """

    data: Path = field(default_factory=default_data)
    host: str = "127.0.0.1"
    token: str | None = None
    hosts: tuple[str, ...] = ()
    model: str = "clfnet"
    max_bytes: int = 64 * _MIB
    max_pixels: int = 25_000_000
    workers: int = field(default_factory=cores)
    queue: int = 32
    results: int = 100
    result_bytes: int = 1024 * _MIB
    result_seconds: int = 3600
    jobs: int = 50
    job_bytes: int = 1024 * _MIB
    job_pairs: int = 2000
    pair_seconds: float = 300.0
    live: tuple[LiveSource, ...] = ()

    def __post_init__(self) -> None:
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise ConfigError(f"`{name}` must be at least 1, got {getattr(self, name)}.")
        if not self.pair_seconds > 0:
            raise ConfigError(f"`pair_seconds` must be above 0, got {self.pair_seconds}.")
        names = [source.name for source in self.live]
        if len({*names}) < len(names):
            raise ConfigError(f"`live` must have a name each, got {', '.join(names)}. Rename one.")
        if self.queue < 0:
            raise ConfigError(f"`queue` must be at least 0, got {self.queue}.")
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise ConfigError("`token` must be printable ASCII text. Choose another one.")
        if self.token is not None and not self.token.strip():
            raise ConfigError("`token` must not be empty. Give one, or leave it out.")

    def may_be_called(self, name: str) -> bool:
        """Tell whether a request may name the service so.

        A page may point a name of its own at this machine ("DNS rebinding"), but no address: names
        are those that are known, addresses are any where others are let in.

        Example:
            >>> public = Settings(host="0.0.0.0", hosts=("fuse.example",))
            >>> [public.may_be_called(name) for name in ("fuse.example", "10.0.0.7", "evil.org")]
            [True, True, False]
        """
        if name in (*_LOCAL, *map(str.lower, self.hosts)):
            return True
        if self.is_local:
            return False
        return _is_address(name) or name in (self.host.lower(), socket.gethostname().lower())

    @property
    def is_local(self) -> bool:
        """Only this machine reaches the service."""
        if self.host == "localhost":
            return True
        return _is_address(self.host) and ip_address(self.host).is_loopback


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
