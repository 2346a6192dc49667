"""The page: a template, a style and a script of this package, and the numbers and images."""

import html
import json
from importlib.resources import files
from math import isfinite
from string import Template
from typing import Any

from clfnet.errors import ConfigError
from clfnet.evaluation.formats import as_markdown
from clfnet.evaluation.report.pictures import LONGEST_SIDE, pictures_of
from clfnet.evaluation.table import Table, mean_ranks
from clfnet.io.box import Box
from clfnet.io.html import policy_hash

SCRIPTS = ("common", "table", "curves", "pictures", "wipe", "difference", "main")
"""The script's parts, in the order in which they are joined."""

_ASSETS = files("clfnet.evaluation.report") / "assets"
_MARKUP = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&"})


def as_html(
    table: Table, *, region: Box | None = None, most: int = 12, title: str = "Fusion report"
) -> str:
    """Return the scores and the images as one HTML page that needs nothing else.

    Tables can be sorted, methods hidden; images are seen side by side with a zoomed region, under
    a wipe and as differences. Images that are larger than 1280 pixels a side are reduced. The
    same table gives the same text.

    Args:
        table: what to show; without `files` there are tables only.
        region: what is boxed and zoomed at first, in pixels of the images, moved into those that
            are too small for it; the warmest place of each image if not given.
        most: at most so many images are embedded, evenly spread over all of them.
        title: the page's heading.

    Returns:
        HTML, whose policy lets it run its own script, show its own images, and load nothing.

    Raises:
        ConfigError: `most` is below 0, or the region has no pixels.
        ImageError: the region is outside of all images, or an image cannot be read.

    Example:
        >>> from clfnet.metrics import metrics_of
        >>> metrics = tuple(metrics_of("paper", ["EN"]))
        >>> page = as_html(Table("paper", metrics, {"ours": {"01": {"EN": 7.0}}}))
        >>> page.splitlines()[0]
        '<!doctype html>'
    """
    if most < 0:
        raise ConfigError(f"`most` must be at least 0, got {most}. 0 gives tables only.")
    style = _asset("report.css")
    script = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    page = Template(_asset("template.html")).substitute(
        title=html.escape(title),
        style=style,
        style_hash=policy_hash(style),
        script=script,
        script_hash=policy_hash(script),
        markdown=html.escape(as_markdown(table)),
        data=_embedded(_data(table, region, most)),
    )
    return page.encode(errors="replace").decode()  # file names need not be valid Unicode


def _data(table: Table, region: Box | None, most: int) -> dict[str, Any]:
    """What the script shows: lists in the order of metrics, methods and images."""
    methods, names = list(table.methods), _image_names(table)
    means, ranks, overall = table.means(), table.ranks(), mean_ranks(table)
    return {
        "dialect": table.dialect,
        "methods": methods,
        "images": names,
        "metrics": [
            {
                "name": metric.name,
                "title": metric.title,
                "unit": metric.unit,
                "better": metric.better,
                "source": metric.source,
                "means": [_number(means[method][metric.name]) for method in methods],
                "ranks": [ranks[method][metric.name] for method in methods],
                "values": [
                    [_number(table.methods[method][name][metric.name]) for name in names]
                    for method in methods
                ],
            }
            for metric in table.metrics
        ],
        "ranks": [overall[method] for method in methods],
        "longest": LONGEST_SIDE,
        "pictures": pictures_of(table.files, names, region, most, table.reading),
    }


def _image_names(table: Table) -> list[str]:
    return list(next(iter(table.methods.values()), {}))


def _number(value: float) -> float | str:
    """JSON has no word for undefined and infinite values; these are what JavaScript reads."""
    if isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _embedded(data: dict[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(data, separators=(",", ":")).translate(_MARKUP)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
