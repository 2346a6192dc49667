"""A ZIP of a job's images, made while it is sent: it takes neither room on the disk nor time."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_CHUNK = 2**18


class _Outlet(io.RawIOBase):
    """What `zipfile` writes to; it is emptied now and then."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._written += memoryview(data)  # type: ignore[arg-type]  # bytes of some kind
        return len(memoryview(data))  # type: ignore[arg-type]

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def zipped(files: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """Yield the bytes of a ZIP; images are packed already.

    Args:
        files: names within it, and where the files are.

    Raises:
        OSError: a file cannot be read any more.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "a"); path.write_bytes(b"whole")
        5
        >>> data = b"".join(zipped([("in/a.txt", path)]))
        >>> zipfile.ZipFile(io.BytesIO(data)).read("in/a.txt")
        b'whole'
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for name, path in files:
            entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            with path.open("rb") as source, archive.open(entry, "w") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield outlet.take()
    yield outlet.take()
