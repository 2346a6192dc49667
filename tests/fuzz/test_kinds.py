"""Mutated files of every kind that is read: a result or one line, soon, and nothing else."""

from pathlib import Path

import pytest
from tests.fuzz.kinds import KINDS
from tests.fuzz.mutation import read_mutated

INPUTS = 12  # of each kind; `make fuzz` reads more
SECONDS, MIB = 20, 1024  # for one of them


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_are_read_or_told_in_one_line(kind: str, tmp_path: Path) -> None:
    for number, told, seconds, mib in read_mutated(kind, INPUTS, tmp_path):
        assert "\n" not in told, number
        assert seconds < SECONDS, number
        assert mib < MIB, number
