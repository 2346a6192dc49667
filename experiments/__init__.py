"""The paper's tables and figures, made again: one folder each, with its config and its result.

A folder of `experiments/` holds `experiment.toml` (what is measured, and what the paper prints),
`result.json` (what was found, written row by row) and `README.md` (rendered from both).
"""

from experiments.reproduce import EXPERIMENTS, Reproduced, missing, names, reproduce

__all__ = ["EXPERIMENTS", "Reproduced", "missing", "names", "reproduce"]
