"""`clfnet evaluate`: score folders of fused images."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from clfnet.cli.command import Option
from clfnet.cli.options import fuse_options
from clfnet.cli.usefulness import Labels, show_usefulness
from clfnet.errors import ConfigError
from clfnet.options import READ_AS, FuseOptions

if TYPE_CHECKING:
    from clfnet.evaluation.folders import Progress


@fuse_options(*READ_AS)
def evaluate(
    fused: Annotated[
        list[Path],
        Option(help="Folder of fused images, named as the method, or NAME=DIR; repeatable."),
    ],
    infrared: Annotated[Path | None, Option(help="Folder of infrared images.")] = None,
    visible: Annotated[Path | None, Option(help="Folder of visible images.")] = None,
    mapping: Annotated[
        Path | None,
        Option(help="CSV file with the columns file and name, for renumbered fused images."),
    ] = None,
    dialect: Annotated[
        str, Option(help="Convention of the values: plain, paper or cddfuse.")
    ] = "plain",
    metrics: Annotated[
        str | None,
        Option(metavar="EN,MI,...", help="Metrics, separated by commas; see docs/metrics.md."),
    ] = None,
    columns: Annotated[
        str | None,
        Option(
            metavar="EN,MI,...",
            help="Metrics that the tables show, in this order; all by default. CSV, JSON and HTML "
            "have all.",
        ),
    ] = None,
    stretch: Annotated[
        bool,
        Option("--stretch", help="Stretch every fused image to 0..255 before it is scored."),
    ] = False,
    align: Annotated[
        Path | None,
        Option(
            metavar="RIG", help="Rig file that the images were fused with, of sources not aligned."
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        Option(
            metavar="METHOD",
            help="Method with which the others are compared (paired bootstrap, Wilcoxon and Holm).",
        ),
    ] = None,
    csv: Annotated[Path | None, Option(help="CSV file to write: values of every image.")] = None,
    json: Annotated[
        Path | None, Option(help="JSON file to write: values of every image and means.")
    ] = None,
    markdown: Annotated[
        Path | None, Option(help="Markdown file to write: the table of means.")
    ] = None,
    latex: Annotated[
        Path | None, Option(help="LaTeX file to write: the table of means (booktabs).")
    ] = None,
    html: Annotated[
        Path | None, Option(help="HTML file to write: an interactive report with the images.")
    ] = None,
    region: Annotated[
        str | None,
        Option(metavar="X,Y,W,H", help="Region that the report enlarges at first, pixels."),
    ] = None,
    plots: Annotated[
        Path | None, Option(help="Folder to write plots to: curves, ranks, overview.")
    ] = None,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    jobs: Annotated[int, Option(min=1, help="Number of images scored in parallel.")] = 1,
    boxes: Annotated[
        Path | None,
        Option(help="CSV file of labelled persons: measure what they are worth instead."),
    ] = None,
    detector: Annotated[
        list[str] | None,
        Option(
            metavar="[FAMILY:]FILE.onnx",
            help="Finds persons, with --boxes; repeatable. yolox, yolov8, nanodet or plain.",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        Option(help="Folder that keeps detections. [default: ~/.cache/clfnet/detections]"),
    ] = None,
    *,
    options: FuseOptions,
) -> None:
    """Score fused images against their sources; print the means.

    Files of the same stem in all folders belong together; fused ones may also be NAME_METHOD.
    With --boxes, labelled persons tell what the fused images are worth: see docs/usefulness.md.
    """
    if boxes is not None:
        _refuse_with_boxes(
            mapping=mapping, metrics=metrics, columns=columns, stretch=stretch or None, align=align,
            csv=csv, latex=latex, html=html, region=region, plots=plots,
        )  # fmt: skip
        labels = Labels(boxes, infrared, visible, detector or [], cache)
        show_usefulness(
            labels, fused, baseline=baseline, json=json, markdown=markdown, overwrite=overwrite
        )
        return
    if infrared is None or visible is None:
        raise ConfigError("`--infrared` and `--visible` must be given. Add their folders.")
    if detector or cache:
        raise ConfigError("`--detector` must come with --boxes, the labelled persons. Add it.")
    from clfnet import evaluation
    from clfnet.evaluation.plots import plot_paths, write_plots
    from clfnet.evaluation.report import as_html
    from clfnet.io.box import Box
    from clfnet.io.files import check_outputs, write_atomic

    wanted = [path for path in (csv, json, latex, markdown, html) if path]
    wanted += plot_paths(plots) if plots else []
    check_outputs(wanted, [mapping] if mapping else [], overwrite=overwrite)
    box = None if region is None else Box.parse(region, "region")
    given = options.given() | ({} if align is None else {"align": align})
    given |= {"stretch": True} if stretch else {}
    with _bar() as progress:
        table = evaluation.evaluate(
            infrared,
            visible,
            fused,
            mapping=mapping,
            dialect=dialect,
            metrics=_names(metrics),
            jobs=jobs,
            progress=progress,
            **given,
        )
    told = table.only(_names(columns) or [metric.name for metric in table.metrics])
    shown, typeset = evaluation.as_markdown(told), evaluation.as_latex(told)
    if baseline is not None:
        compared = evaluation.differences(told, baseline), evaluation.wilcoxon(told, baseline)
        shown += "\n" + evaluation.differences_as_markdown(told, baseline, *compared)
        typeset += "\n" + evaluation.differences_as_latex(told, baseline, *compared)
    texts = {csv: evaluation.as_csv(table), json: evaluation.as_json(table)}
    for file, text in (texts | {markdown: shown, latex: typeset}).items():
        if file:
            write_atomic(file, text.encode(), overwrite=overwrite)
    if html:
        write_atomic(html, as_html(table, region=box).encode(), overwrite=overwrite)
    if plots:
        write_plots(table, plots, overwrite=overwrite)
    click.echo(shown, nl=False)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",")]


def _refuse_with_boxes(**others: object) -> None:
    for name, value in others.items():
        if value is not None:
            raise ConfigError(f"`--{name}` must be left out with --boxes. Drop it.")


@contextmanager
def _bar() -> Iterator["Progress | None"]:
    """A progress bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
