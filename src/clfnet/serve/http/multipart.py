"""Multipart bodies to private files, while they arrive.

Each file is written as it comes, so that memory does not grow with a body.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import anyio
from anyio import to_thread
from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from clfnet.errors import one_line
from clfnet.io.toml import known
from clfnet.serve.http.errors import GoneError, RefusedError
from clfnet.serve.http.gate import Gate
from clfnet.serve.http.sniffing import check_pixels, sniff
from clfnet.serve.http.uploads import Accepts, Stored, Upload, safe_name

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_GRACE, _SLOWEST = 60.0, 200_000  # seconds for a body, and one more for so many bytes allowed
_LEAST_RATE = 10_000  # bytes per second of a body, after its grace
_MOST_EMPTY = 64  # parts without anything, as browsers send for empty fields
_MOST_FIELDS = 64
_MOST_FIELD_BYTES = 4096


@asynccontextmanager
async def receiving(
    request: Request,
    parent: Path,
    accepts: Mapping[str, Accepts],
    gate: Gate,
    *,
    max_bytes: int,
    max_pixels: int,
) -> AsyncIterator[Upload]:
    """Receive a form into a folder that lasts as long as the block; see `receive`."""
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        with gate.arrival():
            upload = await receive(
                request, folder, accepts, max_bytes=max_bytes, max_pixels=max_pixels
            )
        yield upload
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def receive(
    request: Request,
    folder: Path,
    accepts: Mapping[str, Accepts],
    *,
    max_bytes: int,
    max_pixels: int,
) -> Upload:
    """Receive a multipart form.

    Args:
        request: its body has not been read.
        folder: where files go.
        accepts: by name, which files the form takes.
        max_bytes: of the body; counted while it comes, whatever its Content-Length says.
        max_pixels: of each image, by its header.

    Raises:
        RefusedError: the body is malformed, too large, late, or holds what it must not.
        ConfigError: a file has an unknown name.
        GoneError: the client has left.
    """
    _refuse_query(request)
    _check_length(request.headers.get("content-length", "0"), max_bytes)
    receiver = _Receiver(folder, accepts, max_pixels)
    parser = MultipartParser(_boundary(request), receiver.callbacks())
    count, begin = 0, anyio.current_time()
    last = begin + _GRACE + max_bytes / _SLOWEST
    try:
        with anyio.fail_after(_GRACE) as patience:
            async for chunk in request.stream():
                count += len(chunk)
                _check_length(str(count), max_bytes)
                parser.write(chunk)
                patience.deadline = min(begin + _GRACE + count / _LEAST_RATE, last)
    except FormParserError as error:
        raise _malformed(f"it is damaged ({one_line(error)})") from error
    except ClientDisconnect:
        raise GoneError("the client has left.") from None
    except TimeoutError:
        raise RefusedError(
            408,
            "Timeout",
            f"The body must arrive at {_LEAST_RATE // 1000} kB/s at least and within "
            f"{last - begin:.0f} seconds. Send less, or use a faster connection.",
        ) from None
    finally:
        receiver.close()
    if not receiver.ended:
        raise _malformed("it ends early")
    await to_thread.run_sync(receiver.check_pictures)
    return receiver.upload


class _Receiver:
    """Takes a form apart as its bytes come."""

    def __init__(self, folder: Path, accepts: Mapping[str, Accepts], max_pixels: int) -> None:
        self.upload = Upload()
        self.ended = False
        self._folder = folder
        self._accepts = accepts
        self._max_pixels = max_pixels
        self._count = self._parts = 0
        self._header = (b"", b"")
        self._name = self._filename = ""
        self._text = b""
        self._disposition = b""
        self._file: BinaryIO | None = None

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def close(self) -> None:
        if self._file:
            self._file.close()

    def check_pictures(self) -> None:
        """Look into headers, in a thread: they are of any length.

        Raises:
            RefusedError: an image has too many pixels.
        """
        for name, files in self.upload.files.items():
            for stored in files if self._accepts[name].suffixes else ():
                check_pixels(stored.path, stored.name, self._max_pixels)

    def _begin(self) -> None:
        self._parts += 1
        most = _MOST_FIELDS + _MOST_EMPTY + sum(each.most for each in self._accepts.values())
        if self._parts > most:
            raise _malformed(f"it has more than {most} parts")
        self._disposition, self._text, self._header = b"", b"", (b"", b"")

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], b"")

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = (b"", b"")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise _malformed("a part has no name")
        self._name = _decoded(options[b"name"])
        if b"filename" in options:
            self._open(_decoded(options[b"filename"]))
        else:
            self._check_field()

    def _open(self, filename: str) -> None:
        self._filename = filename
        name = known(self._name, list(self._accepts), "file")
        given, most = len(self.upload.files.get(name, ())), self._accepts[name].most
        if given >= most:
            times = "once" if most == 1 else f"at most {most} times"
            raise RefusedError(400, "BadRequest", f"`{name}` must be given {times}. Send fewer.")
        self._count += 1
        self._file = (self._folder / f"{self._count}.part").open("xb")

    def _check_field(self) -> None:
        if self._name in self._accepts:
            raise RefusedError(
                400,
                "BadRequest",
                f"`{self._name}` must be a file, got text; URLs and paths are never opened. "
                f"Send the file itself: -F {self._name}=@FILE.",
            )
        if self._name in self.upload.fields:
            raise RefusedError(
                400, "BadRequest", f"`{self._name:.60}` must be given once. Send one."
            )
        if len(self.upload.fields) >= _MOST_FIELDS:
            raise _malformed(f"it has more than {_MOST_FIELDS} fields")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file:  # at most 64 kB at a time, into the system's cache: no thread is worth it
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _MOST_FIELD_BYTES:
            raise _malformed(f"`{self._name:.60}` has more than {_MOST_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if self._file is None:
            self.upload.fields[self._name] = _decoded(self._text).strip()
            return
        path, size = Path(self._file.name), self._file.tell()
        self._file.close()
        self._file = None
        if not size and not self._filename:  # a browser's field without a file
            path.unlink()
            return
        self._store(path)

    def _store(self, path: Path) -> None:
        """Give a complete file its suffix."""
        name, accepted = safe_name(self._filename), self._accepts[self._name]
        stored = Stored(path.with_suffix(".bin"), name)
        if accepted.suffixes:
            stored = Stored(path.with_suffix(sniff(path, accepted.suffixes, name)), name)
        path.rename(stored.path)
        self.upload.files.setdefault(self._name, []).append(stored)

    def _all(self) -> None:
        self.ended = True


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 200:
        raise RefusedError(
            400,
            "BadRequest",
            "The body must be multipart/form-data with a boundary. With curl: -F infrared=@FILE.",
        )
    return boundary


def _check_length(length: str, max_bytes: int) -> None:
    if not length.isdecimal() or int(length) > max_bytes:
        raise RefusedError(
            413,
            "TooLarge",
            f"The body must have at most {max_bytes} bytes, got {length:.20} or more. Send less.",
        )


def _refuse_query(request: Request) -> None:
    names = list(request.query_params)
    if names:
        raise RefusedError(
            400,
            "BadRequest",
            f"Options must be fields of the form, got `{names[0]:.60}` in the query. "
            f"With curl: -F NAME=VALUE.",
        )


def _malformed(why: str) -> RefusedError:
    return RefusedError(
        400, "BadRequest", f"The body must be a whole form, but {why}. Send it again."
    )
