"""What a training step costs."""

from typing import Any

from tables.results import measured


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
    short = result["short_epoch"]
    slow, fast = short["straightforward"], short["ours"]
    return (
        "| one step | CPU seconds | wall seconds | times faster, CPU | wall | epoch, CPU min |\n"
        "|---|---|---|---|---|---|\n"
        + "".join(rows)
        + f"\n`{result['command']}`, one thread on {result['cpu']}, torch {result['torch']}, "
        f"a busy machine: medians of {result['rounds']} steps in turns. The epoch is "
        f"{result['epoch']['steps']} such steps, the paper's {result['epoch']['crops']} crops. "
        f"A whole epoch of {short['crops']} crops ({short['steps']} steps) really took "
        f"{fast['total']:.1f} CPU seconds, straightforward {slow['total']:.1f}: "
        f"{slow['total'] / fast['total']:.2f} times.\n"
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


BLOCKS = {
    "training-speed": training_speed,
    "training-parts": training_parts,
    "training-operators": training_operators,
}
