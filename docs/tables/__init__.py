"""The tables of the documents, one module per subject, by the names of their places."""

from collections.abc import Callable, Mapping

from tables import (
    align,
    architecture,
    batch,
    bench,
    browser,
    collapse,
    colour,
    explain,
    fast,
    guarantees,
    methods,
    metrics,
    models,
    recipes,
    scores,
    serve,
    speed,
    training,
    usefulness,
    video,
)

MODULES = (
    *(align, architecture, batch, bench, browser, collapse, colour, explain, fast, guarantees),
    *(methods, metrics, models, recipes, scores, serve, speed, training),
    *(usefulness, video),
)
BLOCKS: Mapping[str, Callable[[], str]] = {
    name: of for module in MODULES for name, of in module.BLOCKS.items()
}
