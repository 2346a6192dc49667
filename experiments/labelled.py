"""What fused images are worth to detectors and eyes: pairs with labelled persons."""

from collections.abc import Mapping
from functools import cache, partial
from hashlib import sha256
from math import nan
from pathlib import Path
from typing import Any

from clfnet import __version__, weights
from clfnet.evaluation import Difference
from clfnet.inference.find import find_method
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image
from clfnet.methods import METHODS
from clfnet.usefulness import Measured, OnnxDetector, Usefulness, Yardstick, read_labels
from clfnet.usefulness.formats import (
    differences_as_markdown,
    finite,
    lights_as_markdown,
    parts_as_markdown,
    plain,
    precision_as_markdown,
)
from clfnet.usefulness.intervals import differences_of_use
from clfnet.usefulness.yardstick import Bar
from experiments.results import Results, Row, fingerprint
from experiments.run import Run
from experiments.spec import Labelled

BAR, INTERVALS = "both sources, merged", "intervals"
"""Rows beside those of the methods."""


def measure(spec: Labelled, run: Run, results: Results) -> None:
    """Fuse every pair with every method, and measure; what is kept is left alone."""
    yardstick = _yardstick(spec, run)
    names = methods(spec)
    prints = {name: _depends_on(spec, run.data, name) for name in names}

    @cache
    def measured(name: str) -> Measured:
        return yardstick.measure(_fused(yardstick, name, run.work / "fused" / prints[name]))

    def scored(name: str) -> Row:
        model = weights.load_manifest().get(name)
        about = {"model": model.onnx.sha256} if model else {}
        return about | plain(yardstick.score(measured(name)))

    for name in run.track({name: name for name in names}):
        results.row(name, prints[name], partial(scored, name))
    every = fingerprint(prints, spec.baseline)
    results.row(BAR, every, lambda: {"precision": finite(yardstick.bar().precision)})
    results.row(
        INTERVALS,
        every,
        lambda: _intervals(yardstick, {name: measured(name) for name in names}, spec.baseline),
    )
    results.keep_only([*names, BAR, INTERVALS])


def methods(spec: Labelled) -> list[str]:
    """Return what is compared: what the experiment lists, or all that is shipped and every rule."""
    return list(spec.methods or (*weights.load_manifest(), *METHODS))


def render(spec: Labelled, results: Results) -> str:
    """Return the tables as Markdown."""
    found = {name: use(row) for name, row in results.rows.items() if name not in (BAR, INTERVALS)}
    bar = Bar(_numbers(results.rows[BAR]["precision"]), {}, nan)
    differences = {
        method: {part: Difference(*map(_number, values)) for part, values in of.items()}
        for method, of in results.rows[INTERVALS]["differences"].items()
    }
    return "\n".join(
        [
            parts_as_markdown(found),
            "Average precision of persons at an overlap of 0.5 (AP50):\n",
            precision_as_markdown(found, bar),
            "By day and by night:\n",
            lights_as_markdown(found),
            f"Difference from `{spec.baseline}`, with the 95 % interval of the paired bootstrap "
            "over scenes; bold where it leaves zero out:\n",
            differences_as_markdown(spec.baseline, differences),
        ]
    )


def use(row: Mapping[str, Any]) -> Usefulness:
    """Return what a kept row says."""
    return Usefulness(
        _numbers(row["parts"]),
        _number(row["U"]),
        _number(row["least"]),
        _number(row["sunk"]),
        _numbers(row["precision"]),
        _numbers(row["by_light"]),
    )


def _yardstick(spec: Labelled, run: Run) -> Yardstick:
    pairs = read_labels(run.data / spec.boxes, data=run.data)
    keep = run.work / "detections"
    detectors = [OnnxDetector(run.data / path, keep=keep) for path in spec.detectors]
    return Yardstick(pairs, detectors)


def _fused(yardstick: Yardstick, method: str, folder: Path) -> Path:
    """The folder of a method's fused images; those that are there are left alone."""
    fuser = Fuser(find_method(method))
    for pair, sources in yardstick.sources():
        target = folder / f"{pair.name}.png"
        if not target.exists():
            picture = Image(fuser(sources.infrared, sources.visible))
            write_image(target, picture, overwrite=True)
    return folder


def _depends_on(spec: Labelled, data: Path, method: str) -> str:
    model = weights.load_manifest().get(method)
    files = [spec.boxes, str(Path(spec.boxes).parent / "images.csv"), *spec.detectors]
    hashes = [sha256((data / file).read_bytes()).hexdigest() for file in files]
    return fingerprint(model.onnx.sha256 if model else method, __version__, hashes)


def _intervals(yardstick: Yardstick, found: Mapping[str, Measured], baseline: str) -> Row:
    differences = differences_of_use(yardstick, found, baseline)
    return {
        "baseline": baseline,
        "differences": {
            method: {part: finite([d.mean, d.low, d.high]) for part, d in of.items()}
            for method, of in differences.items()
        },
    }


def _numbers(value: Any) -> Any:
    """Numbers as they were before null stood for none."""
    if isinstance(value, Mapping):
        return {key: _numbers(each) for key, each in value.items()}
    return _number(value)


def _number(value: float | None) -> float:
    return nan if value is None else value
