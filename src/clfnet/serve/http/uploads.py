"""What has been uploaded: fields, and files under names of ours.

Nothing of what the client says becomes a path: files get numbers as names and the suffix that their
bytes ask for. The client's names are for messages and downloads alone.
"""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from clfnet.errors import renamed
from clfnet.serve.http.errors import RefusedError
from clfnet.serve.http.sniffing import PICTURES, THERMAL

_MOST_NAME = 120  # characters of a file's name that are kept
_UNUSUAL = re.compile(r"[^\w.()+ -]+")


class Accepts(NamedTuple):
    """What files a form takes under one name.

    Attributes:
        suffixes: the kinds, see `clfnet.serve.http.sniffing`; none if the bytes are not looked at.
        most: how many.
    """

    suffixes: tuple[str, ...] = ()
    most: int = 1


INFRARED, VISIBLE, TEXT = Accepts(THERMAL), Accepts(PICTURES), Accepts()


class Stored(NamedTuple):
    """An uploaded file.

    Attributes:
        path: where it is.
        name: what the client calls it, made harmless; for messages and downloads alone.
    """

    path: Path
    name: str

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return Path(self.name).stem


@dataclass
class Upload:
    """A form that has arrived.

    Attributes:
        fields: its texts; an empty one counts as left out.
        files: its files, in the order they came.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[Stored]] = field(default_factory=dict)

    def file(self, name: str) -> Stored | None:
        """Return the file of a name that may be given once; None where it was not."""
        given = self.files.get(name)
        return given[0] if given else None

    def needed(self, name: str) -> Stored:
        """Return the file of a name.

        Raises:
            RefusedError: 400, it was not given.
        """
        given = self.file(name)
        if given is None:
            raise RefusedError(
                400, "BadRequest", f"`{name}` must be given as a file. Send it: -F {name}=@FILE."
            )
        return given

    def named(self) -> AbstractContextManager[None]:
        """Let errors call its files as the client does; see `named`."""
        return named(*(stored for files in self.files.values() for stored in files))


def named(*files: Stored) -> AbstractContextManager[None]:
    """Let errors call files as the client does, not by their paths here."""
    return renamed({str(stored.path): stored.name for stored in files})


def safe_name(name: str) -> str:
    """Return a client's file name without folders and without what a shell or a header minds.

    Example:
        >>> safe_name("../../etc/pass wd;.png"), safe_name("")
        ('pass wd_.png', 'file')
    """
    base = re.split(r"[/\\]", name)[-1]
    return _UNUSUAL.sub("_", base).strip(". ").lstrip("-")[-_MOST_NAME:] or "file"
