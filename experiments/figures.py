"""Figs. 3 to 6, 8 to 11 and 13 to 16: every method's image of one pair, side by side."""

from functools import partial
from pathlib import Path

from clfnet.evaluation.panel import Mark, panel
from clfnet.inference.find import find_method
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, Pixels, read_image, to_uint8, write_image
from clfnet.io.pairing import images_by_stem
from experiments.results import Results, fingerprint
from experiments.run import Run
from experiments.spec import Figures, Panel


def measure(spec: Figures, run: Run, results: Results) -> None:
    """Draw every panel into the work folder, since the images may not be passed on."""
    for shown in run.track({shown.name: shown for shown in spec.panels}):
        path = run.work / f"{shown.name}.png"
        write_image(path, Image(draw(spec, shown, run.data)), overwrite=True)
        results.row(shown.name, fingerprint(spec), partial(dict, file=path.name))


def draw(spec: Figures, shown: Panel, data: Path) -> Pixels:
    """Return one panel, RGB: both sources, what is fused here, and published outputs."""
    infrared, visible = (
        read_image(images_by_stem(data / folder)[shown.image])
        for folder in (spec.pairs.infrared, spec.pairs.visible)
    )
    first, second = spec.sources
    pictures = {first: infrared.pixels, second: visible.pixels}
    if spec.pairs.published:
        for folder in sorted((data / spec.pairs.published).iterdir()):
            if folder.is_dir():
                pictures[folder.name] = read_image(images_by_stem(folder)[shown.image]).pixels
    for method in spec.methods:
        fuser = Fuser(find_method(method), stretch=spec.stretch)
        pictures[method] = fuser(infrared.pixels, visible.pixels)
    marks = [Mark.parse(box) for box in shown.boxes]
    return panel({name: to_uint8(pixels) for name, pixels in pictures.items()}, marks=marks)


def render(spec: Figures, results: Results) -> str:
    """Return what each panel shows."""
    lines = [
        f"- `{shown.name}.png`: pair {shown.image} of {spec.pairs.name}. {shown.caption}"
        for shown in spec.panels
        if shown.name in results.rows
    ]
    return "\n".join([*lines, ""])
