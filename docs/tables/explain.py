"""How true the map of `clfnet explain` is."""

from tables.results import measured


def explained() -> str:
    """How true the map of `clfnet explain` is."""
    result = measured("explain")
    options = [result[name] for name in ("with head", "without head")]

    def row(title: str, *keys: str) -> str:
        values = []
        for value in options:
            for key in keys:
                value = value[key]
            values.append(f"{value:.2f}")
        return f"| {title} | {' | '.join(values)} |\n"

    rows = [
        row("right at places mixed 9 : 1", "mixtures", "0.9"),
        row("right at places mixed 3 : 1", "mixtures", "0.75"),
        row("right at places mixed 3 : 2", "mixtures", "0.6"),
        row("infrared's share of equal parts (0.50 is no bias)", "share at equal parts"),
        row("right where one source is blank, black", "blank, black"),
        row("right where one source is blank, at its mean level", "blank, mean"),
        row("rank correlation with local correlation", "ranks", "local correlation"),
        row("rank correlation with local regression", "ranks", "local regression"),
        row("rank correlation with the network's input gradient", "ranks", "input gradient"),
    ]
    note = (
        f"\n`{result['command']}`: means of the middle 256×256 pixels of {len(result['pairs'])} "
        f"pairs that nothing was trained on (four held-out TNO, ten MSRS). Explaining a fused "
        f"image takes {result['cpu_seconds_per_megapixel']:.1f} CPU seconds per megapixel, on a "
        f"busy machine.\n"
    )
    head = "| | as shipped | without the head |\n|---|---|---|\n"
    return head + "".join(rows) + note


BLOCKS = {"explain": explained}
