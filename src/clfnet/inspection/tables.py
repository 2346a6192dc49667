"""Measurements as lines of text, and as a table for a spreadsheet."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from clfnet.inspection.measure import Measured, Plan
from clfnet.io.cells import harmless
from clfnet.thermal.difference import WHOLE

_COLUMNS = ("file", "frame", "region", "kind", "x", "y", "width", "height", "min", "mean", "max")
_UNITS = {"reflected": " °C", "distance": " m", "humidity": " %", "atmosphere": " °C"}


def lines(measured: Measured) -> list[str]:
    """Return what a person reads on a terminal."""
    percentiles = [f"{percent:g} %" for percent in measured.plan.percentiles]
    titles = ["°C", "min", "mean", "max", *percentiles]
    cells = [titles]
    for name, found in measured.statistics.items():
        values = (found.minimum, found.mean, found.maximum, *found.percentiles.values())
        cells.append([name, *(f"{value:.2f}" for value in values)])
    width = max(len(row[0]) for row in cells) + 2
    told = [title(measured)]
    told += [f"  {row[0]:<{width}}{''.join(f'{cell:>9}' for cell in row[1:])}" for row in cells]
    told += [f"  {name}: {kelvin:+.2f} K" for name, kelvin in measured.differences.items()]
    x, y = measured.statistics[WHOLE].hottest
    told.append(f"  hottest at {x},{y}")
    if measured.share is not None:
        told.append(f"  {measured.plan.isotherm}: {100 * measured.share:.2f} % of the image")
    return told


def title(measured: Measured) -> str:
    """Return what an image is: file, camera, size, and what its temperatures depend on."""
    reading = measured.reading
    name = str(reading.file) if reading.frame is None else f"{reading.file} image {reading.frame}"
    parts = [reading.thermal.camera.model, f"{reading.thermal.width}x{reading.thermal.height}"]
    parts += [f"{key} {value:g}{_UNITS.get(key, '')}" for key, value in measured.conditions.items()]
    return f"{name}: {', '.join(part for part in parts if part)}"


def as_csv(rows: Iterable[dict[str, Any]], plan: Plan) -> str:
    """Return a table, its titles first.

    Args:
        rows: of `rows`, of any number of images.
        plan: what was measured in them.
    """
    text = StringIO()
    percentiles = [f"p{percent:g}" for percent in plan.percentiles]
    columns = [*_COLUMNS, *percentiles, *(["isotherm %"] if plan.isotherm else [])]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def rows(measured: Measured) -> list[dict[str, Any]]:
    """Return a row for the whole image, each region and each difference, by column.

    The columns: file, frame, region, kind (whole, spot, box, delta), x, y, width, height, min,
    mean, max, one for each percentile (p5 ...), and the isotherm's share of the image in per cent.
    A difference is in the column `mean`, in kelvin; all other temperatures are in °C.
    """
    found = measured.as_dict()
    image = {"file": found["file"], "frame": "" if found["frame"] is None else found["frame"]}
    share = {} if measured.share is None else {"isotherm %": round(100 * measured.share, 4)}
    size = {"x": 0, "y": 0, "width": found["width"], "height": found["height"]}
    whole = {"region": WHOLE, "kind": WHOLE, **size, **_cells(found["whole"]), **share}
    told = [image | whole]
    for region, plain in zip(measured.plan.regions, found["regions"], strict=True):
        place = {key: plain[key] for key in size}
        kind = "spot" if region.is_spot else "box"
        told.append(image | {"region": region.name, "kind": kind} | place | _cells(plain))
    for name, kelvin in found["differences"].items():
        told.append(image | {"region": name, "kind": "delta", "mean": kelvin})
    return told


def _cells(plain: dict[str, Any]) -> dict[str, float]:
    percentiles = {f"p{percent}": value for percent, value in plain["percentiles"].items()}
    return {key: plain[key] for key in ("min", "mean", "max")} | percentiles
