"""How steady and how fast fused video is."""

from tables.results import measured


def video_flicker() -> str:
    """How steady the still parts of fused video are."""
    result = measured("video")
    titles = {"clip": "people on stairs, 8 bits", "hot": "something hot comes and goes, 16 bits"}
    rows = [
        f"| {title} | {name} | {1 + found['added']:.2f} | "
        + " | ".join(
            f"{found[kind][measure]:.2f}"
            for kind in ("infrared", "fused")
            for measure in ("variation", "leap")
        )
        + " |\n"
        for key, title in titles.items()
        for name, found in result[key].items()
    ]
    return (
        "| clip | range | of its own variation | infrared: variation | leap "
        "| fused: variation | leap |\n"
        "|---|---|---|---|---|---|---|\n" + "".join(rows) + f"\n`{result['command']}`\n"
    )


def video_runs() -> str:
    """How fast streams are fused, and in how much memory."""
    result = measured("video")
    rows = [
        f"| {name} | {run['fps']:.1f} | {run['cpu_seconds_per_frame']:.3f} "
        f"| {run['peak_mb']:.0f} |\n"
        for name, run in result["runs"].items()
    ]
    return (
        "| run | frames per second | CPU seconds per frame | peak MB |\n|---|---|---|---|\n"
        + "".join(rows)
        + f"\n`{result['command']}` on two cores that had other work, too.\n"
    )


BLOCKS = {"video-flicker": video_flicker, "video-runs": video_runs}
