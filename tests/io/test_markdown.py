"""Tables in Markdown."""

from clfnet.io.markdown import grid


def test_a_table_is_read_back() -> None:
    head, rows = ["", "EN ↑", "rank"], [["ours", "7.00", "1"], ["theirs", "", "2"]]
    lines = grid(head, rows).splitlines()
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    assert cells == [head, ["---", "---:", "---:"], *rows]
    assert grid(head, rows).endswith("|\n")
