"""What long runs against the promises found."""

from tables.results import made_by, measured


def fuzz() -> str:
    """Mutated files: how many, and the worst of them."""
    result = measured("fuzz")
    kinds = result["kinds"]
    refused = sum(kind["refused"] for kind in kinds.values())
    slowest, largest = (
        max(kinds, key=lambda name: kinds[name][what]) for what in ("seconds", "mib")
    )
    rows = {
        "kinds of files": f"{len(kinds)}",
        "mutated files": f"{result['inputs']:,}, of which {refused:,} were refused in one line",
        "tracebacks and crashes": str(sum(len(kind["failed"]) for kind in kinds.values())),
        "the longest": f"{kinds[slowest]['seconds']:.1f} s ({slowest})",
        "the most memory": f"{kinds[largest]['mib']:.0f} MiB ({largest})",
    }
    head = "| mutated files | |\n|---|---|\n"
    return head + "".join(f"| {name} | {text} |\n" for name, text in rows.items()) + made_by(result)


def soak() -> str:
    """The service in long use: what came of each kind of request."""
    result = measured("soak")
    rows = "".join(
        f"| {name} | {kinds['right']} | {kinds['refused']} | {kinds['wrong']} | {kinds['lost']} |\n"
        for name, kinds in result["answers"].items()
    )
    rss = result["rss_mib"]
    third = len(rss) // 3
    middle, last = max(rss[third : 2 * third]), max(rss[2 * third :])
    return (
        "| request | right | refused for now | wrong | lost |\n|---|---|---|---|---|\n"
        f"{rows}\n{result['minutes']:g} minutes, {result['clients']} clients. Memory: "
        f"{middle:.0f} MiB at most in the second third, {last:.0f} MiB in the last. Exit code "
        f"{result['exit_code']}, {result['uploads_left']} uploads left.\n"
        f"{made_by(result)}"
    )


BLOCKS = {"fuzz": fuzz, "soak": soak}
