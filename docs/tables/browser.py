"""The page without a service: what a frame costs, and the first image."""

from tables.results import is_idle, made_by, measured


def browser() -> str:
    """Milliseconds of a frame by threads and model, the library beside them.

    Of a busy machine CPU time alone is told: seconds are others' doing.
    """
    result = measured("browser")
    idle = is_idle(result)
    runs = [
        (threads, f"`{model}`", run)
        for threads, of in result["threads"].items()
        for model, run in of.items()
    ]
    runs.append(("1", "`clfnet.Fuser`, `fast`", result["library"]))
    head = ["threads", "640×480 in colour", "CPU ms", *(["quickest frame, ms"] if idle else [])]
    rows = [
        [threads, what, f"{run['cpu_ms']:.0f}", *([f"{run['fewest_ms']:.0f}"] if idle else [])]
        for threads, what, run in runs
    ]
    table = "".join(f"| {' | '.join(row)} |\n" for row in [head, ["---"] * len(head), *rows])
    first = (
        f"The first fused image is there {result['first_seconds']:.1f} s after the page was "
        "opened, with what the browser kept of it. "
    )
    size = result["megabytes"]
    sizes = (
        f"All of the page is {size['all']:.1f} MB: the runtime {size['runtime']:.1f}, "
        f"the networks {size['networks']:.1f}.\n"
    )
    return f"{table}\n{first if idle else ''}{sizes}{made_by(result)}"


BLOCKS = {"browser": browser}
