"""Write the tables of README.md and docs: `make docs`.

They come from experiments, docs/results, the model's manifest and the metrics' registry.

Everything between ``<!-- NAME -->`` and ``<!-- /NAME -->`` is replaced.
"""

from tables import BLOCKS
from tables.results import ROOT

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def render(text: str) -> str:
    """A document with its tables up to date."""
    for name, of in BLOCKS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if begin in text:
            before, _, rest = text.partition(begin)
            text = before + begin + of() + end + rest.partition(end)[2]
    return text


def main() -> None:
    """Rewrite the documents."""
    for path in DOCUMENTS:
        path.write_text(render(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
