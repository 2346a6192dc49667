"""Everything that clfnet raises on purpose.

::

    ClfnetError
    ├── InputError              what the caller gave cannot be used      (exit code 2)
    │   ├── ImageError          an image file that cannot be read, or an array that is no image
    │   ├── SizeMismatchError   two images of one pair differ in size
    │   ├── AlignmentError      a pair cannot be registered, or not well enough to be trusted
    │   ├── VideoError          a stream that cannot be opened, decoded or encoded
    │   ├── PairingError        files that have no partner, or too many
    │   ├── OutputExistsError   a file is there already and `overwrite` was not given
    │   └── ConfigError         an unknown key or a value out of range
    ├── MissingExtraError       an optional dependency is not installed  (exit code 2)
    ├── WeightsError            a model file is unknown, damaged or of another kind (exit code 2)
    └── TrainingError           training cannot go on, e.g. the loss is not finite  (exit code 1)

Messages read: what must hold, what was got, what to do next.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches

_LINE = 200  # characters


_LONGEST = 2000  # characters of a message; a path has up to 4096 bytes
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class ClfnetError(Exception):
    """Base of every error that clfnet raises on purpose.

    Its text is one line that a terminal shows as it is: what files and their names bring along is
    cut in its middle where it is very long, and control characters are written out.
    """

    exit_code = 1

    def __str__(self) -> str:
        text = _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().__str__())
        if len(text) <= _LONGEST:
            return text
        return f"{text[: _LONGEST * 2 // 3]} … {text[-_LONGEST // 3 :]}"


class InputError(ClfnetError, ValueError):
    """What the caller gave cannot be used."""

    exit_code = 2


class ImageError(InputError):
    """An image file that cannot be read, or an array that is no image."""


class SizeMismatchError(InputError):
    """Two images of one pair differ in size."""


class AlignmentError(InputError):
    """A pair cannot be registered, or not well enough to be trusted."""


class VideoError(InputError):
    """A stream that cannot be opened, decoded or encoded."""


class PairingError(InputError):
    """Files that have no partner, or too many."""


class OutputExistsError(InputError):
    """A file is there already and overwriting was not asked for."""


class ConfigError(InputError):
    """An unknown key or a value out of range."""


class MissingExtraError(ClfnetError, ImportError):
    """An optional dependency is not installed."""

    exit_code = 2

    def __init__(self, package: str, extra: str) -> None:
        # Whoever reads this has clfnet installed: pip takes that one, and no index is asked for it.
        super().__init__(
            f"{package} is not installed, and this needs it. "
            f"Install it with: pip install 'clfnet[{extra}]'"
        )


class WeightsError(ClfnetError):
    """A model file is unknown, damaged or of another kind."""

    exit_code = 2


class TrainingError(ClfnetError):
    """Training cannot go on."""


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """Let errors call things by other names, e.g. files as the user does.

    Example:
        >>> with renamed({"/tmp/7": "a.png"}):
        ...     raise ImageError("/tmp/7 must be an image.")
        Traceback (most recent call last):
            ...
        clfnet.errors.ImageError: a.png must be an image.
    """
    try:
        yield
    except ClfnetError as error:
        text = str(error)
        for name, wanted in names.items():
            text = text.replace(name, wanted)
        error.args = (text,)
        raise


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return the end of a message about an unknown word: the nearest known one, or all of them.

    Args:
        word: what was given.
        known: what there is.
        otherwise: what is returned instead of all of them.

    Example:
        >>> did_you_mean("ironbew", ["ironbow", "lava"])
        'Did you mean `ironbow`?'
        >>> did_you_mean("x", ["ironbow", "lava"])
        'Known: ironbow, lava.'
    """
    names = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), names, n=1)
    if near:
        return f"Did you mean `{names[near[0]]}`?"
    return f"Known: {', '.join(names.values())}." if otherwise is None else otherwise


def one_line(error: BaseException) -> str:
    """Return what an error says on one line of bearable length; its type if it says nothing.

    Example:
        >>> one_line(ValueError("no  such   layer"))
        'no such layer'
    """
    text = getattr(error, "strerror", None) or str(error)  # without the number and the file's name
    return " ".join(str(text).split())[:_LINE] or type(error).__name__
