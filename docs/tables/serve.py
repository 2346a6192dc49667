"""The service: what its image holds, and what it bears."""

from collections.abc import Mapping
from typing import Any

from tables.results import made_by, measured


def image() -> str:
    """What the image adds to its base."""
    result = measured("container")
    rows = [f"| {name} | {size:.0f} |\n" for name, size in result["largest_mib"].items()]
    return (
        "| in the image | MiB |\n|---|---|\n"
        + f"| all that it adds to its base | {result['added_mib']} |\n"
        + "".join(rows)
        + f"\nHealthy {result['seconds_to_healthy']} s after the start, stopped "
        f"{result['seconds_to_stop']} s after the signal; {result['peak_mib_after_a_pair']} MiB at "
        f"most after one pair of 640x480. `{result['command']}`.\n"
    )


def load() -> str:
    """Rates and delays, and whether anything was wrong or lost."""
    result = measured("serve")
    over, memory, stop = result["overload"], result["memory"], result["stop"]
    name = f"fast, 160x120, {over['clients']} clients for {result['workers'] + result['queue']}"
    loads = {**result["capacity"], f"{name} places": over, "fast, 160x120, in a row": memory}
    head = (
        "| model, images | clients | fused per second | p50, ms | p99, ms | answers |\n"
        "|---|---|---|---|---|---|\n"
    )
    rows = "".join(_row(name, load) for name, load in loads.items())
    agree = all(each["counters_agree"] for each in loads.values())
    rss = memory["rss_mib"]
    return (
        head
        + rows
        + f"\n- Ten times the places: a second client looked at {sum(over['looked_at'].values()):,}"
        f" answers meanwhile: {_counts(over['looked_at'])}.\n"
        f"- The service's own counters {'agree' if agree else 'do NOT agree'} with what the clients"
        f" got, in every row.\n"
        f"- Memory over {memory['requests']:,} requests: {rss[0]:.0f} MiB after the first 500, "
        f"{rss[-1]:.0f} at the end; {memory['kib_per_1000_requests']:+.0f} KiB per 1,000 requests "
        f"in the second half. Files left behind: {memory['uploads_left']}.\n"
        f"- SIGTERM with {stop['in_work_or_waiting']} requests of 640x480 in work or waiting: "
        f"{_counts(stop['answers'])}; one more got {stop['one_more']}; exit code "
        f"{stop['exit_code']}.\n" + made_by(result)
    )


def _row(name: str, load: Mapping[str, Any]) -> str:
    answers = _counts(load["answers"], " × ")
    return (
        f"| {name} | {load['clients']} | {load['accepted_per_second']:.3g} | {load['p50_ms']:.0f} "
        f"| {load['p99_ms']:.0f} | {answers} |\n"
    )


def _counts(counts: Mapping[str, int], between: str = " ") -> str:
    return ", ".join(f"{count:,}{between}{name}" for name, count in counts.items())


BLOCKS = {"serve-image": image, "serve-load": load}
