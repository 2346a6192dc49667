"""The floors of the package, as `.importlinter` holds the code to them."""

from configparser import ConfigParser

from tables.results import ROOT


def floors() -> list[list[str]]:
    """The packages of each floor, from the top."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contracts["importlinter:contract:layers"]["layers"].strip().splitlines()
    return [
        [name.strip().removeprefix("clfnet.") for name in line.replace("(", "").split("|")]
        for line in lines
    ]


def picture() -> str:
    """One line of text per floor."""
    width = max(len(" · ".join(floor)) for floor in floors())
    rows = [f"│ {' · '.join(floor):^{width}} │" for floor in floors()]
    rule = "─" * (width + 2)
    between = f"\n├{rule}┤\n"
    return f"```\n┌{rule}┐\n{between.join(rows)}\n└{rule}┘\n```\n"


BLOCKS = {"floors": picture}
