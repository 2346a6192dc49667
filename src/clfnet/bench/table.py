"""A report as a table of Markdown."""

from collections.abc import Mapping
from typing import Any

from clfnet.bench.size import SIZES, Size

_TITLES = {"network": "network", "end_to_end": "end to end"}


def table(report: Mapping[str, Any]) -> str:
    """Return the rows of a report: medians, with the least and the greatest in brackets.

    Seconds are on the clock, CPU seconds those of all threads; images per second go with the last
    of the times; memory is what fusing adds; GMAC are 10⁹ multiply-adds of the graph.

    Args:
        report: what `clfnet.bench.run` returned.
    """
    kinds = [kind for kind in _TITLES if any(kind in row for row in report["rows"])]
    head = ["model", "backend", "threads", "size"]
    for kind in kinds:
        head += [f"{_TITLES[kind]}, s", "CPU s"]
    head += ["images/s", "peak MiB", "GMAC", "weights"]
    lines = [head, ["---"] * len(head)]
    lines += [_row(row, kinds) for row in report["rows"]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fits_table(report: Mapping[str, Any]) -> str:
    """Return the fits of a report."""
    lines = [["model", "backend", "threads", "", "CPU s per megapixel", "CPU s fixed", "exponent"]]
    lines.append(["---"] * len(lines[0]))
    lines += [
        [
            each["model"],
            each["backend"] or "–",
            _threads(each),
            _TITLES[each["kind"]],
            f"{each['per_megapixel']:.3g}",
            f"{each['fixed']:.2g}",
            f"{each['exponent']:.2f}",
        ]
        for each in report["fits"]
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def machine_line(machine: Mapping[str, Any]) -> str:
    """Return the machine in one line."""
    sets = ", ".join(machine["instructions"])
    return (
        f"{machine['cpu']}, {machine['cores']} cores{f' ({sets})' if sets else ''}, "
        f"{machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}, "
        f"numpy {machine['numpy']}, ONNX Runtime {machine['onnxruntime']}, "
        f"clfnet {machine['clfnet']}, {machine['date']}, load average {machine['load_average']}"
    )


def _row(row: Mapping[str, Any], kinds: list[str]) -> list[str]:
    cells = [row["model"], row["backend"] or "–", _threads(row)]
    cells.append(_size(Size(row["width"], row["height"])))
    rate = "–"
    for kind in kinds:
        cells += _times(row[kind]) if kind in row else ["–", "–"]
        rate = f"{row[kind]['images_per_second']:.3g}" if kind in row else "–"
    adds = row["multiply_adds"]
    return [
        *cells,
        rate,
        f"{row['peak_mib']:.0f}" if "peak_mib" in row else "–",
        f"{adds / 1e9:.3g}" if adds is not None else "–",
        f"{row['weights']:,}" if row["weights"] is not None else "–",
    ]


def _times(summary: Mapping[str, Any]) -> list[str]:
    wall = summary["seconds"]
    shown = f"{_seconds(wall['median'])} ({_seconds(wall['min'])}–{_seconds(wall['max'])})"
    return [shown, _seconds(summary["cpu_seconds"]["median"])]


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _threads(row: Mapping[str, Any]) -> str:
    return "–" if row["threads"] is None else str(row["threads"])


def _size(size: Size) -> str:
    names = {each: name for name, each in SIZES.items()}
    return f"{size} {names[size]}" if size in names else str(size)
