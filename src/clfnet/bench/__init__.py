"""What fusing costs: time, memory, multiply-adds, by model, size and threads."""

from clfnet.bench.candidate import Candidate, candidates
from clfnet.bench.graph import multiply_adds
from clfnet.bench.machine import describe
from clfnet.bench.memory import peak_memory
from clfnet.bench.plot import check_plot, draw, write_plot
from clfnet.bench.report import KINDS, run
from clfnet.bench.size import SIZES, Size, parse_size
from clfnet.bench.table import table

__all__ = [
    "KINDS",
    "SIZES",
    "Candidate",
    "Size",
    "candidates",
    "check_plot",
    "describe",
    "draw",
    "multiply_adds",
    "parse_size",
    "peak_memory",
    "run",
    "table",
    "write_plot",
]
