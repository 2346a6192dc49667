"""Commands from the signatures of functions."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from click.testing import CliRunner, Result

from clfnet.cli.command import Argument, Option, command


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    """What the function was called with."""
    return []


def _invoke(seen: list[dict[str, Any]], *arguments: str) -> Result:
    def demo(
        source: Annotated[Path, Argument(help="A file.", metavar="SOURCE")],
        others: Annotated[list[int] | None, Argument(help="Numbers.")] = None,
        *,
        size: Annotated[Size, Option("--size", "-s", help="How large.")] = Size.SMALL,
        form: Annotated[Size | None, Option(help="No default.")] = None,
        max_share: Annotated[float, Option(min=0, max=1, help="A share.")] = 0.5,
        names: Annotated[list[str] | None, Option("--name", help="Repeatable.")] = None,
        loud: Annotated[bool, Option("--loud", help="Or quiet.")] = False,
        both: Annotated[bool | None, Option("--yes/--no", help="Either.")] = None,
        word: Annotated[str | None, Option(parser=str.upper, help="A word.")] = None,
    ) -> None:
        """Say what was said."""
        seen.append(dict(locals()))
        del seen[0]["seen"]

    return CliRunner().invoke(command(demo), arguments)


def test_values_have_the_types_of_the_signature(seen: list[dict[str, Any]]) -> None:
    text = (
        "in.png 1 2 -s large --form small --max-share 0.25 --name a --name b --loud --no --word w"
    )
    assert _invoke(seen, *text.split(), "--word", "w").exit_code == 0
    assert seen == [
        {
            "source": Path("in.png"),
            "others": [1, 2],
            "size": Size.LARGE,
            "form": Size.SMALL,
            "max_share": 0.25,
            "names": ["a", "b"],
            "loud": True,
            "both": False,
            "word": "W",
        }
    ]
    assert isinstance(seen[0]["size"], Size)


def test_defaults_are_those_of_the_signature(seen: list[dict[str, Any]]) -> None:
    assert _invoke(seen, "in.png").exit_code == 0
    assert seen[0]["size"] is Size.SMALL
    none = ("others", "form", "names", "both", "word")
    assert [seen[0][name] for name in none] == [None] * 5
    assert (seen[0]["max_share"], seen[0]["loud"]) == (0.5, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'SOURCE'"),
        (["a", "x"], "'x' is not a valid integer"),
        (["a", "--size", "huge"], "'huge' is not one of 'small', 'large'"),
        (["a", "--max-share", "2"], "2.0 is not in the range 0<=x<=1"),
    ],
)
def test_what_does_not_fit_is_refused(
    seen: list[dict[str, Any]], arguments: list[str], message: str
) -> None:
    result = _invoke(seen, *arguments)
    assert (result.exit_code, seen) == (2, [])
    assert message in result.output


def test_the_help_tells_all(seen: list[dict[str, Any]]) -> None:
    text = re.sub(r"\s+", " ", _invoke(seen, "-h").output)
    for part in (
        "Usage: demo [OPTIONS] SOURCE [OTHERS]...",
        "Say what was said.",
        "SOURCE A file.",
        "-s, --size [small|large] How large. [default: small]",
        "--max-share FLOAT RANGE A share. [default: 0.5; 0<=x<=1]",
        "--loud Or quiet. --yes",
        "Examples: clfnet demo",
    ):
        assert part in text
