"""`clfnet evaluate --boxes`: what fused images are worth to those who look for persons."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from clfnet.errors import ConfigError

if TYPE_CHECKING:
    from clfnet.usefulness import LabelledPair
    from clfnet.usefulness.folders import Progress


class Labels(NamedTuple):
    """Where labelled pairs and detectors are.

    Attributes:
        boxes: the CSV file of boxes.
        infrared: folder of infrared images; what `images.csv` lists if not given.
        visible: folder of visible images; the same.
        detectors: as `parse_detector` takes them.
        cache: folder that keeps detections.
    """

    boxes: Path
    infrared: Path | None
    visible: Path | None
    detectors: Sequence[str]
    cache: Path | None


def show_usefulness(
    labels: Labels,
    fused: Sequence[Path],
    *,
    baseline: str | None,
    json: Path | None,
    markdown: Path | None,
    overwrite: bool,
) -> None:
    """Measure folders of fused images, print the tables and write what is asked for."""
    from clfnet.evaluation.matching import method_names
    from clfnet.io.files import check_outputs, write_atomic
    from clfnet.usefulness import parse_detector, usefulness
    from clfnet.usefulness.formats import as_json, as_markdown

    check_outputs((json, markdown), overwrite=overwrite)
    if not labels.detectors:
        raise ConfigError("`--detector` must be given with --boxes: an ONNX file. Add it.")
    folders = method_names(fused)
    keep = labels.cache or _cache()
    detectors = [parse_detector(text, keep=keep) for text in labels.detectors]
    with _bar() as progress:
        report = usefulness(
            _pairs(labels),
            detectors,
            folders,
            baseline=baseline,
            progress=progress,
        )
    shown = as_markdown(report, baseline)
    if json:
        write_atomic(json, as_json(report).encode(), overwrite=overwrite)
    if markdown:
        write_atomic(markdown, shown.encode(), overwrite=overwrite)
    click.echo(shown, nl=False)


def _pairs(labels: Labels) -> "list[LabelledPair]":
    from clfnet.usefulness import read_labels, read_labels_of_folders

    if labels.infrared is not None and labels.visible is not None:
        return read_labels_of_folders(labels.boxes, labels.infrared, labels.visible)
    if labels.infrared is not None or labels.visible is not None:
        raise ConfigError(
            "`--infrared` and `--visible` must be given together, or neither, with an images.csv "
            "beside --boxes. Add the other one."
        )
    return read_labels(labels.boxes)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "clfnet" / "detections"


@contextmanager
def _bar() -> "Iterator[Progress | None]":
    """A progress bar on stderr for each method, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done)

        yield tell
