"""Fused images of a method, on disk, and their scores in two dialects, stretched and not."""

import os
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite, nan
from pathlib import Path
from typing import Any

from clfnet import __version__, weights
from clfnet.evaluation import Table, evaluate
from clfnet.inference.find import LITERATURE, find_compared
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, read_image, write_image
from clfnet.io.pairing import images_by_stem, pair_folders
from clfnet.method import FusionMethod
from clfnet.methods import Published
from clfnet.metrics import metrics_of, to_grey
from experiments.results import fingerprint
from experiments.spec import Pairs

Columns = Mapping[str, tuple[str, ...]]
"""By dialect, the names of metrics."""

COLUMNS: Columns = {
    "paper": ("EN", "MI", "VIF", "SD", "AG", "SF"),
    "plain": ("VIF", "SD", "Qabf", "SCD", "CC", "SSIM", "MS-SSIM", "Nabf"),
}
"""What is measured in each dialect, unless an experiment says otherwise."""

MODES: Mapping[str, bool] = {"unstretched": False, "stretched": True}
"""Whether every fused image is stretched to 0..255 before it is scored."""

DIGITS = 6
"""Significant digits of a value that is kept."""

Compared = FusionMethod | Published


def title(method: str) -> str:
    """What tables call a method: published outputs in capitals, the same trained here so."""
    return f"{method}, trained here" if method in LITERATURE else method


def compared(data: Path, pairs: Pairs, methods: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the name and the specification of each method, published outputs last."""
    for spec in methods:
        yield find_compared(spec).name, spec
    if pairs.published:
        for folder in sorted(path for path in (data / pairs.published).iterdir() if path.is_dir()):
            yield folder.name, f"published:{folder}"


def depends_on(data: Path, pairs: Pairs, spec: str, columns: Columns = COLUMNS) -> str:
    """The fingerprint of a method's scores on a set."""
    model = weights.load_manifest().get(spec)
    folders = [data / pairs.infrared, data / pairs.visible]
    if spec.startswith("published:"):
        folders.append(Path(spec.removeprefix("published:")))
    name = model.onnx.sha256 if model else Path(spec).name
    files = [[(f.name, f.stat().st_size) for f in images_by_stem(p).values()] for p in folders]
    return fingerprint(name, __version__, columns, files)


def scores(
    data: Path,
    pairs: Pairs,
    method: Compared,
    folder: Path,
    *,
    columns: Columns = COLUMNS,
    modes: Iterable[str] = MODES,
) -> dict[str, Any]:
    """Fuse a set into folders of the method's name, and score it.

    Args:
        data: the data folder.
        pairs: the set.
        method: what fuses, or is fused already.
        folder: where fused images go: MODE/NAME/STEM.png.
        columns: by dialect, what is measured.
        modes: whether fused images are stretched first: names of `MODES`.

    Returns:
        `{MODE: {DIALECT: {IMAGE: {METRIC: value}}}}`; undefined values are None.
    """
    infrared, visible = data / pairs.infrared, data / pairs.visible
    found: dict[str, Any] = {}
    for mode in modes:
        fused = fuse_set(infrared, visible, method, folder / mode, stretch=MODES[mode])
        found[mode] = {}
        for dialect, metrics in columns.items():
            table = evaluate(
                infrared, visible, fused, dialect=dialect, metrics=metrics, jobs=os.cpu_count() or 1
            )
            (images,) = table.methods.values()
            found[mode][dialect] = {name: _kept(values) for name, values in images.items()}
    return found


def fuse_set(
    infrared: Path, visible: Path, method: Compared, folder: Path, *, stretch: bool
) -> Path:
    """Fuse the pairs of two folders; return the folder of a method's fused images."""
    if isinstance(method, Published) and not stretch:
        return method.folder
    target = folder / method.name
    for first, second in pair_folders(infrared, visible):
        if isinstance(method, Published):  # stretching alone: a "fusion" that keeps the second
            grey = to_grey(read_image(method.path(second.stem)).pixels)
            picture = Image(Fuser("visible", stretch=stretch)(grey, grey))
        else:
            fuser = Fuser(method, stretch=stretch)
            picture = fuser.fuse_pair(fuser.read(first, second)).image
        write_image(target / f"{second.stem}.png", picture, overwrite=True)
    return target


def table_of(
    rows: Mapping[str, Mapping[str, Any]], mode: str, dialect: str, columns: Columns = COLUMNS
) -> Table:
    """The table that rows of `scores` make."""
    metrics = tuple(metrics_of(dialect, columns[dialect]))
    methods = {
        title(name): {
            image: {metric: nan if value is None else value for metric, value in values.items()}
            for image, values in row[mode][dialect].items()
        }
        for name, row in rows.items()
    }
    return Table(dialect, metrics, methods)


def _kept(values: Mapping[str, float]) -> dict[str, float | None]:
    return {
        name: float(f"{value:.{DIGITS}g}") if isfinite(value) else None
        for name, value in values.items()
    }
