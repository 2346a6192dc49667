"""What many pairs cost."""

from typing import Any

from tables.results import made_by, measured


def batch() -> str:
    """What many pairs cost, measured, and what a billion would, computed from it."""
    result = measured("batch")
    real, tiny, starts = result["real"], result["tiny"], result["start"]
    bare = tiny["plain loop"]["seconds_per_pair"]
    rows = "".join(
        f"| {name} | {of['pairs_per_second']:.1f} | {1000 * tiny[name]['seconds_per_pair']:.1f} "
        f"| {1000 * (tiny[name]['seconds_per_pair'] - bare):+.1f} "
        f"| {of['first_result_seconds']:.1f} |\n"
        if "first_result_seconds" in of
        else f"| {name} | {of['pairs_per_second']:.1f} | {1000 * bare:.1f} | | |\n"
        for name, of in real.items()
    )
    starting = "".join(
        f"| {title} | {of['seconds']:.1f} | {of['peak_mib']:.0f} |\n"
        for title, of in (
            ("a manifest of a thousand lines", starts["1000"]),
            ("a million lines", starts["1000000"]),
            ("a million lines, all but the last done before", result["resume"]),
        )
    )
    plan = "".join(f"| {name} | {value} |\n" for name, value in _billion(result))
    return (
        "| one thread each | 640×480 with `fast`, pairs per second | 16×16, ms a pair "
        "| beside the loop, ms | first result, s |\n|---|---|---|---|---|\n"
        f"{rows}\n| the driver | first result, s | peak, MiB |\n|---|---|---|\n{starting}\n"
        f"A billion pairs of 640×480, computed from these figures and the assumptions below:\n\n"
        f"| | |\n|---|---|\n{plan}\n"
        f"{_assumptions(result['assumed'])}\n\n"
        f"{result['pairs']} pairs.\n{made_by(result)}"
    )


def _assumptions(given: dict[str, float]) -> str:
    """What the plan takes for granted."""
    return (
        f"Assumed, and not measured: an interruptible core-hour at {given['core_hour']:g} $, a "
        f"million reads at {given['per_million_reads']:g} $, a million writes at "
        f"{given['per_million_writes']:g} $, a gigabyte a month at {given['gb_month']:g} $; "
        f"{given['cores']:,} cores in machines of {given['cores_per_machine']}, of which "
        f"{given['interruptions_per_machine_hour']:.0%} are taken away each hour; "
        f"{given['bad_pairs']:.2%} bad pairs; images like those measured."
    )


def _billion(result: dict[str, Any]) -> list[tuple[str, str]]:
    """A plan on paper: from figures and assumptions to hours, dollars, bytes and failures."""
    pairs, given, size = 1e9, result["assumed"], result["bytes"]
    tiny = result["tiny"]
    own = tiny["batch, 1 worker"]["seconds_per_pair"] - tiny["plain loop"]["seconds_per_pair"]
    seconds = result["real"]["plain loop"]["cpu_seconds_per_pair"] + max(0.0, own)
    hours = pairs * seconds / 3600
    days = hours / given["cores"] / 24
    rate = given["cores"] / seconds
    read, write = pairs * (size["ir"] + size["vi"]), pairs * size["fused"]
    machine_hours = hours / given["cores_per_machine"]
    interruptions = machine_hours * given["interruptions_per_machine_hour"]
    again = interruptions * given["cores_per_machine"]
    requests = pairs / 1e6 * (6 * given["per_million_reads"] + given["per_million_writes"])
    rescan = result["resume"]["seconds"] / 1e6 * pairs / 3600
    handed = tiny["Dask, 2 workers"]["pairs_per_second"]
    lines, shard = pairs * result["journal_bytes"], pairs / given["shards"]
    return [
        ("a pair on a core", f"{seconds:.3f} s, {1000 * max(0.0, own):.1f} ms of it the batch's"),
        ("computing", f"{hours:,.0f} core-hours, {hours * given['core_hour']:,.0f} $"),
        (f"{given['cores']:,} cores need", f"{days:,.1f} days, at {rate:,.0f} pairs a second"),
        ("read, written", f"{read / 1e12:,.0f} TB, {write / 1e12:,.0f} TB"),
        ("bandwidth to the store", f"{(read + write) / (days * 86400) / 1e9:.1f} GB/s"),
        ("requests (2 files, 2 sizes, 2 looks; 1 put)", f"{requests:,.0f} $"),
        ("keeping the results", f"{write / 1e9 * given['gb_month']:,.0f} $ a month"),
        ("machines taken away", f"{interruptions:,.0f}, at most {again:,.0f} pairs begun again"),
        ("bad pairs set aside", f"{pairs * given['bad_pairs']:,.0f}"),
        (
            f"journals of {given['shards']:,} jobs",
            f"{lines / 1e9:,.0f} GB; each {lines / given['shards'] / 1e6:,.0f} MB and "
            f"{8 * shard / 2**20:.0f} MiB of memory, read again in "
            f"{result['resume']['seconds'] / 1e6 * shard:.0f} s",
        ),
        ("one scheduler of Dask hands out", f"{handed:,.0f} a second"),
        ("finding a shard in one list of all", f"up to {rescan:,.1f} h in every job"),
    ]


BLOCKS = {"batch": batch}
