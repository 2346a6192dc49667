"""Speed and memory of the full model."""

from tables.fast import EIGHT
from tables.results import made_by, measured


def int8() -> str:
    """What 8-bit integers would gain and cost."""
    result = measured("int8")
    head = f"| | CPU, of float32's | off by, mean | greatest | {' | '.join(EIGHT)} |\n"
    rows = "".join(
        f"| {name} | {row['cpu_ratio']:.2f} | {row['mean_off']:.1f} | {row['greatest_off']:.0f} | "
        + " | ".join(f"{100 * row[metric]:+.1f} %" for metric in EIGHT)
        + " |\n"
        for name, row in result["rows"].items()
    )
    line = "|---" * (4 + len(EIGHT)) + "|\n"
    return head + line + rows + f"\nOff: levels of 255 from float32's.\n{made_by(result)}"


def memory() -> str:
    """Peaks on large images."""
    result = measured("memory")
    rows = [
        f"| {name} | {run['megapixels']:g} | {run['peak_mib']:.0f} | {run['cpu_seconds']:.0f} |\n"
        for name, run in result["runs"].items()
    ]
    return (
        "| 8-bit pair, files to file | megapixels | peak of the process, MiB | CPU, s |\n"
        "|---|---|---|---|\n" + "".join(rows) + made_by(result)
    )


def files() -> str:
    """What a pair takes from files to file."""
    result = measured("files")
    rows = [
        f"| {name} | {run['cpu_ms']:.0f} | {run['kilobytes']:.0f} |\n"
        for name, run in result["runs"].items()
    ]
    parts = ", ".join(f"{name} {spent:.0f}" for name, spent in result["stages"].items())
    head = "| `fast`, 640×480 | CPU ms per pair | result, kB |\n|---|---|---|\n"
    return head + "".join(rows) + f"\nOf the colour PNG: {parts} ms.\n" + made_by(result)


def full_model() -> str:
    """The full model against plain PyTorch."""
    result = measured("full-model")
    head = (
        "| threads | | CPU, s | of torch's | peak, MiB | of torch's | beyond loaded "
        "| of torch's |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {threads} | {name} | {run['cpu_seconds']:.2f} | {run['cpu_seconds_ratio']:.2f} "
        f"| {run['peak_mib']:.0f} | {run['peak_mib_ratio']:.2f} "
        f"| {run['beyond_loaded_mib']:.0f} | {run['beyond_loaded_mib_ratio']:.2f} |\n"
        for threads, runs in result["threads"].items()
        for name, run in runs.items()
    ]
    note = (
        "\nMedians. Peak: of the whole process; beyond loaded: beyond what it was before the first "
        "picture.\n"
    )
    return head + "".join(rows) + note + made_by(result)


BLOCKS = {"files": files, "int8": int8, "memory": memory, "full-model": full_model}
