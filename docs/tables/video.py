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


def video_live() -> str:
    """What a frame costs with the small network, from files and from two RTSP cameras."""
    result = measured("live")
    files, live, machine = result["files"], result["live"], result["machine"]
    steps = {**files["cpu_ms"], "all": None}
    parts = ", ".join(f"{name} {ms:.0f}" for name, ms in steps.items() if ms is not None)
    rows = [
        f"| {title} | {run['cpu_ms']['all']:.0f} | {run['fps']:.1f} | {run['frames']} "
        f"| {run['dropped']} | {latency} |\n"
        for title, run, latency in (
            ("MP4 and MP4 to MP4", files, "–"),
            (
                "RTSP and RTSP to RTSP",
                live,
                f"{live['latency_p50']:.2f}, {live['latency_p99']:.2f}",
            ),
        )
    ]
    return (
        "| `fast`, 640x480 | CPU ms a frame | frames per second | frames | dropped "
        "| latency p50, p99, s |\n|---|---|---|---|---|---|\n"
        + "".join(rows)
        + f"\nCPU ms of the single steps, from files: {parts}. `{result['command']}`, "
        f"{machine['cpu']}, {machine['cores']} cores that had much other work (load "
        f"{machine['load_average']:.0f}), so this does not show what an idle machine sustains.\n"
    )


BLOCKS = {"video-live": video_live, "video-flicker": video_flicker, "video-runs": video_runs}
