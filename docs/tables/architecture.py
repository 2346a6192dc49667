"""The layers of the package, as `.importlinter` holds the code to them."""

from configparser import ConfigParser

from tables.results import ROOT


def layers() -> list[list[str]]:
    """The packages of each layer, from the top."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contracts["importlinter:contract:layers"]["layers"].strip().splitlines()
    return [
        [name.strip().removeprefix("clfnet.") for name in line.replace("(", "").split("|")]
        for line in lines
    ]


def picture() -> str:
    """One line of text per layer."""
    width = max(len(" · ".join(layer)) for layer in layers())
    rows = [f"│ {' · '.join(layer):^{width}} │" for layer in layers()]
    rule = "─" * (width + 2)
    between = f"\n├{rule}┤\n"
    return f"```\n┌{rule}┐\n{between.join(rows)}\n└{rule}┘\n```\n"


BLOCKS = {"layers": picture}
