"""How well alignment does."""

from tables.results import measured


def align() -> str:
    """How well alignment does on real pairs."""
    result = measured("align")
    goal, far = result["goal_px"], result["failure_percent"]
    marks = "".join(
        f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} px "
        f"| {row['median_px']:.1f} px, {row['median_percent']:.2f} % "
        f"| {row['worst_px']:.1f} px, {row['worst_percent']:.2f} % | {row['quality']:.2f} |\n"
        if "quality" in row
        else f"| {row['name']} | {row['size'][0]}×{row['size'][1]} | {row['median_before_px']:.1f} "
        f"px | refused | | |\n"
        for row in result["landmarks"]
    )
    warps = "".join(
        f"| {name} | {row['warps']} | {row['accepted']} | {row['failures_accepted']} "
        f"| {row['within_goal']} | {row['median_px']:.2f} px | {row['rest_median_px']:.2f} px "
        f"| {row['change_within_goal']} | {row['change_median_px']:.2f} px |\n"
        for name, row in result["summary"].items()
    )
    wrong, speed = result["unrelated"], result["speed"]
    return (
        "Real pairs of two cameras, 20 landmarks each, distances in visible pixels and in percent "
        "of the diagonal:\n\n"
        "| pair | size | before, median | median | worst | quality |\n|---|---|---|---|---|---|\n"
        f"{marks}\nKnown warps of aligned pairs. The pairs are not aligned exactly: uncut, they "
        "are found some pixels from where the set has them (its rest), so both are counted, from "
        "the set's own alignment and from its rest; a refused warp counts as missed:\n\n"
        f"| group | warps | accepted | accepted, off by > {far:g} % "
        f"| within {goal:g} px of the set | median | rest, median "
        f"| within {goal:g} px of the rest | median |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        f"{warps}\n"
        f"Unrelated pairs accepted: {len(wrong['accepted'])} of {wrong['pairs']}. At 640×480: "
        f"{speed['cpu_seconds']:.1f} CPU seconds in the mean, {speed['cpu_seconds_slowest']:.1f} "
        f"at most, of {result['cpu']}. `{result['command']}`\n"
    )


BLOCKS = {"align": align}
