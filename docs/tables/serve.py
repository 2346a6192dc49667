"""The service: what its image holds, and what it bears."""

from tables.results import measured


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


BLOCKS = {"serve-image": image}
