"""What fusing does to colour."""

from tables.results import measured

COLOUR = (
    ("shift_lit", 2), ("shift_dark", 2), ("hue", 2), ("noise_dark", 2), ("noise_raised", 2),
    ("off_luma", 0),
)  # fmt: skip


def colour() -> str:
    """What fusing does to colour: means by time of day, space and guard."""
    result = measured("colour")
    lines = [
        f"| {time} | `{space}` | {'on' if guard == 'guarded' else 'off'} | "
        + " | ".join(_mean([pair[space][guard][key] for pair in pairs], d) for key, d in COLOUR)
        + " |\n"
        for time, end in (("night", "N"), ("day", "D"))
        for pairs in [[pair for name, pair in result["pairs"].items() if name.endswith(end)]]
        for space in pairs[0]
        for guard in pairs[0][space]
    ]
    speed = ", ".join(f"`{k}` {v:.2f} s" for k, v in result["seconds_per_megapixel"].items())
    noise = ", ".join(f"{v:.2f} at {k}" for k, v in result["noise_share"].items())
    return (
        "| MSRS | space | guard | ΔE of a\\*b\\*, lit | the same, dark | hue, lit | noise, dark "
        "| noise, raised | off luma |\n|---|---|---|---|---|---|---|---|---|\n"
        + "".join(lines)
        + f"\n`{result['command']}`, weights {result['model'][:12]}: {len(result['pairs'])} pairs. "
        f"Noise over chroma in the visible images, by brightness: {noise}. "
        f"CPU time per megapixel, fusion not counted: {speed}.\n"
    )


def _mean(values: list[float | None], digits: int) -> str:
    """Of the pairs that have a value."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.{digits}f}"


BLOCKS = {"colour": colour}
