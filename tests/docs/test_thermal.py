"""The page on thermal files names what there is."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "thermal.md"


def test_every_range_of_the_page_is_one() -> None:
    from clfnet.thermal.range import parse_range

    section = PAGE.read_text("utf-8").split("## Ranges")[1].split("What was used")[0]
    texts = [
        text
        for row in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
        for text in re.findall(r"`([^`]+)`", row)
        if text != "--range"
    ]
    assert len(texts) >= 8
    for text in texts:
        parse_range(text)
