"""Damaged images: refused unless the caller accepts the part that can be decoded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from clfnet.errors import ImageError

_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)


@contextmanager
def damage_allowed(allowed: bool = True) -> Iterator[list[str]]:
    """Read damaged images, too, within this block.

    Args:
        allowed: False leaves everything as it is.

    Yields:
        What was found to be wrong with the images read within it, a line for each.

    Example:
        >>> with damage_allowed() as noted:
        ...     report_damage(Path("a.jpg"), "premature end of data segment")
        >>> noted
        ['premature end of data segment']
    """
    found: list[str] = []
    before = _noted.set(found if allowed else _noted.get())
    try:
        yield found
    finally:
        _noted.reset(before)


def report_damage(path: Path, what: str) -> None:
    """Note that an image which can be decoded is damaged.

    Raises:
        ImageError: nobody allows that.
    """
    noted = _noted.get()
    if noted is None:
        raise ImageError(
            f"{path} must be a whole image, but is damaged ({what}). Make or copy it again, or "
            f"take what is left of it (--allow-damaged)."
        )
    noted.append(what)
