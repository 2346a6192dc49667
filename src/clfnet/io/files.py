"""Writing files whole or not at all, and checks of outputs."""

import ctypes
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from clfnet.errors import InputError, OutputExistsError

_TROUBLE = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE", "EROFS", "ESTALE")
    if hasattr(errno, name)
}
IRREGULAR = "not a regular file, but a pipe, a device or a socket"


def open_input(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        OSError: it cannot be opened, or is a pipe, a device or a socket, where reading would wait
            for ever or never end.

    Example:
        >>> open_input(Path(os.devnull))
        Traceback (most recent call last):
        OSError: [Errno 22] not a regular file, but a pipe, a device or a socket: '/dev/null'
    """
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115  # the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, IRREGULAR, str(path))
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def write_atomic(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write `data` to `path` so that nobody ever sees half a file.

    The bytes go to a temporary name in the same folder, reach the disk, and are then renamed. A
    file that appears at `path` meanwhile is kept unless `overwrite` is set. Missing parent folders
    are made.

    Args:
        path: where the file goes.
        data: all of its bytes.
        overwrite: replace a file that is there already.

    Raises:
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses, e.g. no permission or no space.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "new" / "a.txt"
        >>> write_atomic(path, b"whole")
        >>> path.read_bytes()
        b'whole'
    """
    with open_atomic(path, overwrite=overwrite) as file:
        file.write(data)


@contextmanager
def open_atomic(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` when the block ends well, and never if it does not.

    As `write_atomic`, for what need not be in memory as a whole.

    Args:
        path: where the file goes.
        overwrite: replace a file that is there already.

    Yields:
        The file: binary, for writing, reading and seeking.

    Raises:
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses, e.g. no permission or no space.
    """
    if not overwrite:
        refuse_existing(path)
    temporary = path.parent / f".clfnet-{secrets.token_hex(8)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("x+b") as file:
                _lock(file)
                yield file
                file.flush()
                os.fsync(file.fileno())
            publish(temporary, path, overwrite=overwrite)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}. Choose another place."
        ) from error


def sync(path: Path) -> None:
    """Wait until what was written to a file is on the disk.

    Raises:
        OSError: it cannot be.
    """
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def publish(temporary: Path, path: Path, *, overwrite: bool = False) -> None:
    """Give a file that is complete its name, in the same folder; the old name may remain.

    Args:
        temporary: the complete file.
        path: its name from now on.
        overwrite: replace a file that is there already.

    Raises:
        OutputExistsError: `path` is there and `overwrite` is not set.
        OSError: the system refuses.
    """
    if overwrite:
        temporary.replace(path)
    else:
        _rename_to_new(temporary, path)


def is_trouble(error: BaseException) -> bool:
    """Tell whether an error comes of the system's state, so that another try may fare better.

    No room, a disk that cannot be read or written for a moment, too many open files: whatever was
    being done is not to blame.

    Example:
        >>> is_trouble(OSError(errno.ENOSPC, "no space")), is_trouble(OSError(errno.ENOENT, "gone"))
        (True, False)
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _TROUBLE:
            return True
        if (sqlite := sys.modules.get("sqlite3")) and isinstance(cause, sqlite.OperationalError):
            return True
        cause = cause.__cause__
    return False


def check_outputs(
    outputs: Iterable[Path | None], inputs: Iterable[Path] = (), *, overwrite: bool = False
) -> None:
    """Find out before the work whether its results may be written.

    Args:
        outputs: files that are to be; None is left out.
        inputs: what is read for them.
        overwrite: files may be there already.

    Raises:
        OutputExistsError: one is there and `overwrite` is not set.
        InputError: one is an input, or another of the outputs, by whatever name.

    Example:
        >>> check_outputs([Path("a.csv"), Path("./a.csv")])
        Traceback (most recent call last):
        clfnet.errors.InputError: a.csv must not be written twice. Choose another output.
    """
    given, taken = [*inputs], set[Path]()
    for path in filter(None, outputs):
        refuse_input(path, given)
        real = path.resolve()
        if real in taken:
            raise InputError(f"{path} must not be written twice. Choose another output.")
        taken.add(real)
        if not overwrite:
            refuse_existing(path)


def refuse_input(output: Path, inputs: Iterable[Path]) -> None:
    """Raise an `InputError` if an output is one of the inputs, by whatever name, there or not."""
    if any(_is_same(output, path) for path in inputs):
        raise InputError(f"{output} must not be one of the inputs. Choose another output.")


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def refuse_existing(path: Path) -> None:
    """Raise an `OutputExistsError` if something is at `path`."""
    if os.path.lexists(path):
        raise _exists_error(path)


def _rename_to_new(temporary: Path, path: Path) -> None:
    """Rename without replacing: a plain rename would, so link, which fails where a file is."""
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # no hard links here (FAT, some shares)
            _rename_without_links(temporary, path)
    except FileExistsError:
        raise _exists_error(path) from None


def _rename_without_links(temporary: Path, path: Path) -> None:
    """Rename without replacing where the system can; else look first. No empty file is left."""
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    rename = getattr(library, "renameat2", None)
    if rename is not None:
        here, names = -100, (os.fsencode(temporary), os.fsencode(path))  # AT_FDCWD
        if rename(here, names[0], here, names[1], 1) == 0:  # RENAME_NOREPLACE
            return
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOSYS, errno.EPERM):  # it is not known here
            raise OSError(number, os.strerror(number))
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    temporary.rename(path)


def bytes_in(folder: Path) -> int:
    """Return what all files in a folder take; files may come and go meanwhile.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> write_atomic(folder / "a" / "b.txt", b"whole")
        >>> bytes_in(folder)
        5
    """
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118
    return total


def sweep(folder: Path, *, recursive: bool = False) -> None:
    """Remove the temporary files of `open_atomic` in a folder whose process has died.

    Args:
        folder: where they lie.
        recursive: look into the folders within it, too.
    """
    for left in folder.glob("**/.clfnet-*.tmp" if recursive else ".clfnet-*.tmp"):
        with suppress(OSError), left.open("rb") as file:
            if _lock(file):  # nobody writes it any more
                left.unlink()


def _lock(file: BinaryIO) -> bool:
    """Lock a file as long as it is open; tell whether that can be known and is so."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _exists_error(path: Path) -> OutputExistsError:
    return OutputExistsError(
        f"{path} must not exist yet, but is there. Allow replacing it (--overwrite)."
    )
