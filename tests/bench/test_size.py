"""Sizes by name and by number."""

import pytest

from clfnet.bench.size import Size, parse_size
from clfnet.errors import InputError


@pytest.mark.parametrize(
    ("text", "size"),
    [("vga", (640, 480)), ("4K", (3840, 2160)), ("1024x768", (1024, 768)), ("7×5", (7, 5))],
)
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


def test_as_text() -> None:
    assert str(Size(640, 480)) == "640x480"
    assert Size(640, 480).pixels == 307200


@pytest.mark.parametrize("text", ["", "vag", "640", "640x", "0x9", "-1x5", "1e3x9", "99999x99999"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(InputError, match="`size` must be one of roadscene, tno"):
        parse_size(text)
