"""Metrics of uploaded or kept images; runs in a worker thread."""

from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

from clfnet.evaluation.sources import Reading
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.image import read_image
from clfnet.metrics import metrics_of, score, to_grey


def names_of(text: str | None) -> list[str] | None:
    """Return the metrics that "EN, MI" names; None for the default ones."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return names or None


def scores_of(
    infrared: Path,
    visible: Path,
    fused: Path,
    *,
    dialect: str,
    metrics: Iterable[str] | None,
    max_pixels: int = MAX_PIXELS,
    reading: Reading | None = None,
) -> dict[str, Any]:
    """Return the dialect and the metrics of one image, ready for JSON.

    A metric that is undefined for the image is None, since JSON knows no NaN.

    Raises:
        ConfigError: the dialect is unknown, or has no metric of that name.
        ImageError: a file cannot be read, or is too small for a metric.
        SizeMismatchError: the images differ in size.
    """
    names = [metric.name for metric in metrics_of(dialect, metrics)]  # before the work
    read = reading or Reading()
    result = to_grey(read_image(fused, max_pixels=max_pixels).pixels)
    light = to_grey(read.visible(visible, max_pixels=max_pixels))
    heat = read.infrared(infrared, max_pixels=max_pixels)
    values = score(result, heat, light, dialect=dialect, metrics=names)
    found = {name: value if isfinite(value) else None for name, value in values.items()}
    return {"dialect": dialect.casefold(), "metrics": found}
