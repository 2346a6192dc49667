"""Where files are: paths of this machine, or fsspec URLs of object stores and other machines."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from clfnet.errors import (
    ClfnetError,
    ImageError,
    InputError,
    MissingExtraError,
    OutputExistsError,
    one_line,
)
from clfnet.io.files import open_input, publish

_LOCAL = ("file://", "local://")
_WHOLE = {"abfs", "abfss", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a"}
"""Protocols under which a put appears whole or not at all."""


def is_remote(place: str) -> bool:
    """Tell whether a place needs fsspec.

    Example:
        >>> is_remote("s3://bucket/a.png"), is_remote("file:///a.png"), is_remote("a.png")
        (True, False, False)
    """
    return "://" in place and not place.startswith(_LOCAL)


def resolve(place: str, folder: str = "") -> str:
    """Return a URL, or an absolute path; a relative one begins at `folder`, such a place too.

    Example:
        >>> resolve("ir/a.png", "s3://bucket/set"), resolve("/a.png", "s3://bucket/set")
        ('s3://bucket/set/ir/a.png', '/a.png')
    """
    if place.startswith(_LOCAL):
        return unquote(urlsplit(place).path)
    if is_remote(place):
        return place.rstrip("/")
    if place.startswith("/"):
        return place
    return f"{folder.rstrip('/')}/{place}" if folder else str(Path(place).absolute())


def folder_of(place: str) -> str:
    """Return where a file is."""
    return place.rpartition("/")[0] if is_remote(place) else str(Path(place).parent)


def path_in(place: str) -> PurePosixPath:
    """Return the path within a place, to take stem and suffix from; a query is no part of it."""
    if not is_remote(place):
        return PurePosixPath(place)
    inner = place.partition("::")[0]
    return PurePosixPath(urlsplit(inner).path if inner.startswith("http") else inner)


def exists(place: str) -> bool:
    """Tell whether something is there.

    Raises:
        InputError: the place cannot be reached.
    """
    if not is_remote(place):
        return os.path.lexists(place)
    with _reaching(place):
        system, path = file_system(place)
        return bool(system.exists(path))


@contextmanager
def at_hand(place: str) -> Iterator[Path]:
    """Give a file of this machine: the file itself, or a copy that goes when the block ends.

    Raises:
        ImageError: the place has no such file.
        InputError: the place cannot be reached.
    """
    if not is_remote(place):
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="clfnet-") as folder:
        copy = Path(folder) / f"copy{path_in(place).suffix}"
        with _reaching(place):
            system, path = file_system(place)
            try:
                system.get_file(path, str(copy))
            except FileNotFoundError:
                raise ImageError(f"{place} must be an image file, but is not there.") from None
        yield copy


@contextmanager
def reading(place: str, *, binary: bool = False) -> Iterator[IO[Any]]:
    """Open for reading, bit by bit; text is UTF-8, and bytes that are not come through as they are.

    Raises:
        InputError: the file is not there, or the place cannot be reached.
    """
    try:
        with _opened(place) as file:
            yield file if binary else TextIOWrapper(file, "utf-8-sig", "surrogateescape", "")
    except OSError as error:
        reason = (error.strerror or one_line(error)).lower()
        raise InputError(f"{place} must be readable, but: {reason}. Check it.") from error


def send(file: Path, place: str, *, overwrite: bool = False) -> None:
    """Give a complete file of this machine its place, where it appears whole or not at all.

    Object stores put whole; to other remote file systems it goes under a temporary name first.

    Args:
        file: on the file system of `place` if that is a path; its name is lost then.
        place: where it goes; folders are made.
        overwrite: replace what is there.

    Raises:
        OutputExistsError: something is there and `overwrite` is not set.
        OSError: the system refuses.
        InputError: the place cannot be reached.
    """
    if is_remote(place):
        if not overwrite and exists(place):
            raise OutputExistsError(
                f"{place} must not exist yet, but is there. Allow replacing it (--overwrite)."
            )
        with _reaching(place):
            _put(file, *file_system(place))
        return
    target = Path(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    publish(file, target, overwrite=overwrite)
    file.unlink(missing_ok=True)
    _sync_folder(target.parent)


def file_system(place: str) -> tuple[Any, str]:
    """Return fsspec's file system, and the path in it.

    Raises:
        MissingExtraError: fsspec is not installed.
        InputError: the protocol is unknown, or its package is not installed.
    """
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtraError("fsspec", "cluster") from error
    try:
        system, path = url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{place} must begin with a protocol that fsspec knows and whose package is installed, "
            f"but: {one_line(error)}."
        ) from error
    return system, path


def _opened(place: str) -> AbstractContextManager[Any]:
    if not is_remote(place):
        return open_input(Path(place))
    system, path = file_system(place)
    opened: AbstractContextManager[Any] = system.open(path, "rb")
    return opened


def _put(file: Path, system: Any, path: str) -> None:
    protocol = system.protocol if isinstance(system.protocol, str) else system.protocol[0]
    if protocol in _WHOLE:
        system.put_file(str(file), path)
        return
    folder = path.rpartition("/")[0]
    temporary = f"{folder}/.clfnet-{secrets.token_hex(8)}.tmp"
    system.makedirs(folder, exist_ok=True)
    system.put_file(str(file), temporary)
    system.mv(temporary, path)


def _sync_folder(folder: Path) -> None:
    """Make a new name survive a power cut; where folders cannot be synced, the system must."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _reaching(place: str) -> Iterator[None]:
    """Turn whatever goes wrong with a remote place into an error of one line."""
    try:
        yield
    except ClfnetError:
        raise
    except Exception as error:  # every store's client raises its own
        raise InputError(
            f"{place} must be reachable, but: {one_line(error)}. Check access and network."
        ) from error
