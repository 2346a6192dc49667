"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column holds words and whose others hold numbers.

    Args:
        head: a title for each column.
        rows: as many cells each; what they hold is Markdown already.

    Example:
        >>> print(grid(["method", "EN"], [["ours", "7.0"]]), end="")
        | method | EN |
        | --- | ---: |
        | ours | 7.0 |
    """
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
