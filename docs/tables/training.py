"""What a training step costs."""

from typing import Any

from tables.results import made_by, measured

COMPILED = "ours, torch.compile"


def training() -> dict[str, Any]:
    """What `benchmarks/training.py` measured."""
    result: dict[str, Any] = measured("training")
    return result


def training_speed() -> str:
    """A training step and an epoch, and how many times faster than straightforward they are."""
    result = training()
    faster = result["times_faster"]
    rows = [
        f"| {name} | {of['total']:.2f} | {of['wall']:.2f} "
        + (
            f"| {faster[name]['total']:.2f} | {faster[name]['wall']:.2f} "
            if name in faster
            else "| | "
        )
        + f"| {of['total'] * result['epoch']['steps'] / 60:.0f} |\n"
        for name, of in result["seconds"].items()
    ]
    short, epoch = result["short_epoch"], result["epoch"]
    slow, fast = short["straightforward"], short["ours"]
    return (
        "| one step | CPU seconds | wall seconds | times faster, CPU | wall | epoch, CPU min |\n"
        "|---|---|---|---|---|---|\n"
        + "".join(rows)
        + f"\nOne thread, torch {result['torch']}: medians of {result['rounds']} steps in turns. "
        f"The epoch is {epoch['steps']} such steps, the paper's {epoch['crops']} crops. A whole "
        f"epoch of {short['crops']} crops ({short['steps']} steps) really took "
        f"{fast['total']:.1f} CPU seconds, straightforward {slow['total']:.1f}: "
        f"{slow['total'] / fast['total']:.2f} times. The first step of torch.compile took "
        f"{result['first_step'][COMPILED]:.0f} seconds, ours {result['first_step']['ours']:.1f}.\n"
        + made_by(result)
    )


def training_parts() -> str:
    """Where the time of a step goes, straightforward and ours."""
    seconds = training()["seconds"]
    slow, fast = seconds["straightforward"], seconds["ours"]
    parts = [part for part in fast if part not in ("total", "wall")]
    return "| part | straightforward | ours | share of ours |\n|---|---|---|---|\n" + "".join(
        f"| {part} | {slow.get(part, 0):.4f} | {fast[part]:.4f} "
        f"| {100 * fast[part] / fast['total']:.1f} % |\n"
        for part in parts
    )


def training_operators() -> str:
    """The profile of a step of ours."""
    return "| operator | share |\n|---|---|\n" + "".join(
        f"| {kind} | {100 * share:.0f} % |\n" for kind, share in training()["operators"].items()
    )


def training_precision() -> str:
    """What other layouts and precisions cost."""
    result = measured("training-precision")
    first, *_ = result["steps"].values()
    rows = [
        f"| {name} | {of['seconds']:.2f} | {of['seconds'] / first['seconds']:.2f} "
        f"| {of['last loss']:.4f} |\n"
        for name, of in result["steps"].items()
    ]
    return (
        "| one step | CPU seconds | of the first | loss of the last step |\n|---|---|---|---|\n"
        + "".join(rows)
        + f"\nOne thread, torch {result['torch']}: medians of {result['rounds']} steps in turns, "
        "on a machine with other work, which makes all of them slower than above.\n"
        + made_by(result)
    )


BLOCKS = {
    "training-precision": training_precision,
    "training-speed": training_speed,
    "training-parts": training_parts,
    "training-operators": training_operators,
}
