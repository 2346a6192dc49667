"""Write the tables of README.md, MODEL_CARD.md and docs: `make docs`.

`--check` only tells which documents are not as they would be written.

They come from experiments, docs/results, the model's manifest and the metrics' registry.

Everything between ``<!-- NAME -->`` and ``<!-- /NAME -->`` is replaced.
"""

import sys

from tables import BLOCKS
from tables.results import ROOT

DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "MODEL_CARD.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "methods").glob("*.md")),
)


def render(text: str) -> str:
    """A document with its tables up to date."""
    for name, of in BLOCKS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if begin in text:
            before, _, rest = text.partition(begin)
            text = before + begin + of() + end + rest.partition(end)[2]
    return text


def main(*, check: bool) -> None:
    """Rewrite the documents, or tell which of them are not as they would be written."""
    stale = []
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        if (fresh := render(text)) == text:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not check:
            path.write_text(fresh, encoding="utf-8")
    if check and stale:
        sys.exit(f"{', '.join(stale)} must be rendered anew: make docs")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
