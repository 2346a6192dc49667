"""How good are the fused images? Folders are scored, tables written, methods compared."""

from clfnet.evaluation.bootstrap import Difference, differences
from clfnet.evaluation.folders import evaluate
from clfnet.evaluation.formats import (
    as_csv,
    as_json,
    as_latex,
    as_markdown,
    differences_as_latex,
    differences_as_markdown,
)
from clfnet.evaluation.table import Scores, Table, mean_ranks
from clfnet.evaluation.wilcoxon import wilcoxon

__all__ = [
    "Difference",
    "Scores",
    "Table",
    "as_csv",
    "as_json",
    "as_latex",
    "as_markdown",
    "differences",
    "differences_as_latex",
    "differences_as_markdown",
    "evaluate",
    "mean_ranks",
    "wilcoxon",
]
