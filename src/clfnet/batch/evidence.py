"""What a journal remembers of a pair's files, to find out later whether they are still the same."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from clfnet.batch.places import at_hand, exists, is_remote
from clfnet.errors import ClfnetError

NOTHING = ""


class Evidence(NamedTuple):
    """A pair's files as they were when its output was written.

    Each is a text of 16 hexadecimal digits, or empty where nothing is known.

    Attributes:
        inputs: of the sizes of the inputs; empty if one is on another machine.
        contents: of the contents of the inputs.
        output: of the size of the output; empty on another machine.
        picture: of the contents of the output.
    """

    inputs: str = NOTHING
    contents: str = NOTHING
    output: str = NOTHING
    picture: str = NOTHING


UNKNOWN = Evidence()


def of_sizes(*places: str | None) -> str:
    """Return the evidence of the sizes of files; empty if one is not there, or elsewhere.

    Args:
        *places: paths or URLs; None is left out.

    Example:
        >>> of_sizes("/is/not/there"), of_sizes("s3://bucket/a.png")
        ('', '')
    """
    given = [place for place in places if place is not None]
    if any(map(is_remote, given)):
        return NOTHING
    try:
        return _digest(*(str(Path(place).stat().st_size) for place in given))
    except OSError:
        return NOTHING


def of_contents(*places: str | None) -> str:
    """Return the evidence of the contents of files; empty if one cannot be read."""
    digests = []
    try:
        for place in filter(None, places):
            with at_hand(place) as file, file.open("rb") as opened:
                digests.append(hashlib.file_digest(opened, "blake2b").hexdigest())
    except (OSError, ClfnetError):
        return NOTHING
    return _digest(*digests)


def is_lost(place: str) -> bool:
    """Tell whether an output is not there, or is there without a single byte.

    Raises:
        InputError: the place cannot be reached.
    """
    if is_remote(place):
        return not exists(place)
    try:
        return Path(place).stat().st_size == 0
    except OSError:
        return True


def agree(now: str, then: str) -> bool:
    """Tell whether nothing shows that something has changed."""
    return now == then or NOTHING in (now, then)


def _digest(*parts: str) -> str:
    return hashlib.blake2b(" ".join(parts).encode(), digest_size=8).hexdigest()
