"""The examples of the page on thermal files run, and print what it says."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "thermal.md"


def test_examples_print_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), {})
        said = [line.split("  # ")[1] for line in block.splitlines() if line.startswith("print(")]
        assert capsys.readouterr().out.splitlines() == said


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
