"""The table of a report."""

import copy
from typing import Any

import pytest

from clfnet.bench.table import fits_table, machine_line, table

ROW = {
    "model": "clfnet", "backend": "openvino", "threads": 2, "width": 640, "height": 480,
    "weights": 190120, "bytes": 7, "multiply_adds": 58_187_673_600, "peak_mib": 187.6,
    "network": {
        "seconds": {"min": 1.5, "median": 1.625, "max": 2.5},
        "cpu_seconds": {"median": 3.125}, "images_per_second": 0.6154,
    },
}  # fmt: skip


@pytest.fixture
def report() -> dict[str, Any]:
    failed: dict[str, Any] = {"model": "theirs", "backend": None, "threads": None, "error": "no"}
    failed |= {"width": 7, "height": 5}
    unknown = {"weights": None, "bytes": 7, "multiply_adds": None}
    fitted = {"model": "clfnet", "backend": "openvino", "threads": 2, "kind": "network"}
    fitted |= {"per_megapixel": 5.125, "fixed": 0.25, "exponent": 0.996}
    return copy.deepcopy({"rows": [ROW, failed | unknown], "fits": [fitted]})


def test_medians_and_spread(report: dict[str, Any]) -> None:
    assert table(report).splitlines() == [
        "| model | backend | threads | size | network, s | CPU s | images/s | peak MiB | GMAC |"
        " weights |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| clfnet | openvino | 2 | 640x480 vga | 1.62 (1.50–2.50) | 3.12 | 0.615 | 188 | 58.2 |"
        " 190,120 |",
        "| theirs | – | – | 7x5 | – | – | – | – | – | – |",
    ]


def test_both_kinds(report: dict[str, Any]) -> None:
    quick: dict[str, Any] = {"seconds": {"min": 0.01, "median": 0.0125, "max": 0.25}}
    quick |= {"cpu_seconds": {"median": 0.03}, "images_per_second": 80.0}
    report["rows"][0]["end_to_end"] = quick
    head, _, row, _ = table(report).splitlines()
    assert "| network, s | CPU s | end to end, s | CPU s | images/s |" in head
    assert "| 3.12 | 0.0125 (0.0100–0.25) | 0.0300 | 80 |" in row


def test_fits(report: dict[str, Any]) -> None:
    assert fits_table(report).splitlines()[2:] == [
        "| clfnet | openvino | 2 | network | 5.12 | 0.25 | 1.00 |"
    ]


def test_the_machine() -> None:
    machine = {
        "cpu": "Fast", "cores": 2, "instructions": ["avx2"], "memory_gib": 8.0, "system": "Linux",
        "python": "3.11", "numpy": "2", "onnxruntime": "1.20", "clfnet": "0.1",
        "date": "2025-01-31", "load_average": 0.5,
    }  # fmt: skip
    assert machine_line(machine) == (
        "Fast, 2 cores (avx2), 8.0 GiB, Linux, Python 3.11, numpy 2, ONNX Runtime 1.20, "
        "clfnet 0.1, 2025-01-31, load average 0.5"
    )
