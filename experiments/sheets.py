"""Contact sheets: what every method makes of the same pairs, by day and by night, to look at."""

from collections.abc import Sequence
from functools import partial

from clfnet.evaluation.panel import panel
from clfnet.evaluation.report.pictures import spread
from clfnet.inference.find import find_method
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, Pixels, write_image
from clfnet.usefulness import LabelledPair, read_labels
from experiments.results import Results, fingerprint
from experiments.run import Run
from experiments.spec import Sheets


def measure(spec: Sheets, run: Run, results: Results) -> None:
    """Draw a row per pair into the work folder, since the images may not be passed on."""
    fusers = {method: Fuser(find_method(method)) for method in spec.methods}
    pairs = chosen(read_labels(run.data / spec.boxes, data=run.data), spec.count)
    for pair in run.track({pair.name: pair for pair in pairs}):
        path = run.work / f"{pair.light}-{pair.name}.png"
        write_image(path, Image(draw(pair, fusers)), overwrite=True)
        results.row(pair.name, fingerprint(spec), partial(dict, light=pair.light, file=path.name))
    results.keep_only([pair.name for pair in pairs])


def chosen(pairs: Sequence[LabelledPair], count: int) -> list[LabelledPair]:
    """Return `count` pairs of each light, or all, spread evenly over the list."""
    lights = dict.fromkeys(pair.light for pair in pairs)
    of_light = [[pair for pair in pairs if pair.light == light] for light in lights]
    return [found[index] for found in of_light for index in spread(len(found), count)]


def draw(pair: LabelledPair, fusers: dict[str, Fuser]) -> Pixels:
    """Return one pair's row, RGB."""
    sources = pair.read()
    fused = {name: fuser(sources.infrared, sources.visible) for name, fuser in fusers.items()}
    return panel({"infrared": sources.infrared, "visible": sources.visible} | fused, columns=5)


def render(_spec: Sheets, results: Results) -> str:
    """Return what each sheet shows."""
    lines = [f"- `{row['file']}`: {row['light']}" for row in results.rows.values()]
    return "\n".join([*lines, ""])
