"""The student beside the full model."""

from tables.results import made_by, measured

EIGHT = ("EN", "MI", "VIF", "SD", "AG", "SF", "SCD", "Qabf")


def fast() -> str:
    """How near the student comes to the full model, and how quick it is."""
    result = measured("fast")
    head = f"| | {' | '.join(EIGHT)} |\n|---|{'---|' * len(EIGHT)}\n"
    rows = ""
    for name, of in result["quality"].items():
        full, student = ([of[model][metric] for metric in EIGHT] for model in ("clfnet", "fast"))
        changes = [100 * (b / a - 1) for a, b in zip(full, student, strict=True)]
        rows += f"| {name}: `clfnet` | {' | '.join(f'{value:.4g}' for value in full)} |\n"
        rows += f"| `fast` | {' | '.join(f'{value:.4g}' for value in student)} |\n"
        rows += f"| | {' | '.join(f'{change:+.1f} %' for change in changes)} |\n"
    speed = "".join(
        f"| {threads} | `{name}` | {run['frames_per_second']} | {run['fewest']} "
        f"| {run['cpu_seconds']:.3f} |\n"
        for threads, runs in result["speed"].items()
        for name, run in runs.items()
    )
    return (
        head + rows + "\nEN to SF in the `paper` dialect, SCD and Qabf in `plain`.\n\n"
        "| threads | 640×480, arrays to arrays | frames per second, median | slowest frame "
        "| CPU seconds |\n|---|---|---|---|---|\n" + speed + made_by(result)
    )


BLOCKS = {"fast": fast}
