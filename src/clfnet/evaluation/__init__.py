"""How good are the fused images? Folders are scored, and tables written."""

from clfnet.evaluation.folders import evaluate
from clfnet.evaluation.formats import as_csv, as_json, as_markdown
from clfnet.evaluation.table import Scores, Table

__all__ = ["Scores", "Table", "as_csv", "as_json", "as_markdown", "evaluate"]
