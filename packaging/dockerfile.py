"""What a Dockerfile and a .dockerignore say."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Step(NamedTuple):
    """One instruction.

    Attributes:
        word: which, in capitals.
        flags: its options, names without dashes.
        text: the rest.
    """

    word: str
    flags: dict[str, str]
    text: str

    @property
    def arguments(self) -> list[str]:
        """The text as words, from its exec form (JSON) or as a shell divides it."""
        return [*(_exec_form(self.text) or ())] or shlex.split(self.text)

    @property
    def command(self) -> list[str]:
        """The text as what is run, by a shell unless it is in exec form."""
        return [*(_exec_form(self.text) or ())] or ["/bin/sh", "-c", self.text]


def parse(text: str) -> list[Step]:
    """Return the instructions of a Dockerfile.

    Example:
        >>> parse("HEALTHCHECK --retries=3 CMD true")[0]
        Step(word='HEALTHCHECK', flags={'retries': '3'}, text='CMD true')
    """
    lines = re.sub(r"(?m)^\s*#.*\n?", "", text).replace("\\\n", " ").splitlines()
    return [_step(line) for line in lines if line.strip()]


def context(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that its .dockerignore lets through, relative to it."""
    lines = (folder / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and not is_ignored(PurePosixPath(relative), patterns):
            yield relative


def is_ignored(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    """Tell whether a .dockerignore leaves a file out: the last pattern that matches decides.

    Example:
        >>> is_ignored(PurePosixPath("src/a.py"), ["*", "!src"])
        False
    """
    found = False
    for pattern in patterns:
        if any(_matches(each, pattern.removeprefix("!")) for each in (path, *path.parents)):
            found = not pattern.startswith("!")
    return found


def _matches(path: PurePosixPath, pattern: str) -> bool:
    anywhere = pattern.startswith("**/")
    glob = PurePosixPath(pattern.removeprefix("**/"))
    return path.match(str(glob)) and (anywhere or len(path.parts) == len(glob.parts))


def _step(line: str) -> Step:
    word, _, rest = line.strip().partition(" ")
    flags = {}
    while found := re.match(r"\s*--([\w-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Step(word.upper(), flags, " ".join(rest.split()))


def _exec_form(text: str) -> Sequence[str] | None:
    if not text.startswith("["):
        return None
    words: list[str] = json.loads(text)
    return words
