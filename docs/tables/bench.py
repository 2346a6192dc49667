"""What fusing costs."""

from clfnet.bench.table import fits_table, table
from tables.results import made_by, measured


def bench() -> str:
    """What fusing costs, and how that grows."""
    report = measured("bench")
    return f"{table(report)}\n{fits_table(report)}{made_by(report)}"


BLOCKS = {"bench": bench}
