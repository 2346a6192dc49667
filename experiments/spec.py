"""What an experiment is: a folder with `experiment.toml`, whose `kind` names one of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clfnet.errors import ConfigError
from clfnet.io.toml import build, known, read_toml

Values = Mapping[str, float]
"""By the metric's name, a value that the paper prints."""


@dataclass(frozen=True)
class Pairs:
    """A set of test pairs; folders are relative to the data folder.

    Attributes:
        name: in words.
        infrared: folder of the infrared (or first) images.
        visible: folder of the visible (or second) images.
        published: folder that holds a folder of fused images per published method; may be empty.
    """

    name: str
    infrared: str
    visible: str
    published: str = ""


@dataclass(frozen=True)
class Comparison:
    """Methods scored on sets of pairs (Tables II to V).

    Attributes:
        title: of the table.
        sets: the pairs.
        methods: what `clfnet fuse --model` takes; published outputs come by themselves.
        baseline: the method from which the others' differences are taken.
        note: what a reader must know.
        paper: by method, the values that the paper prints, in the first of the dialects.
        columns: by dialect, the metrics that are shown; those of `scoring.COLUMNS` if empty.
        modes: "unstretched" and "stretched": whether every fused image is stretched to 0..255.
    """

    title: str
    sets: tuple[Pairs, ...]
    methods: tuple[str, ...]
    baseline: str = "clfnet"
    note: str = ""
    paper: Mapping[str, Values] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modes: tuple[str, ...] = ("unstretched", "stretched")


@dataclass(frozen=True)
class Row:
    """One recipe of a sweep.

    Attributes:
        name: in the table.
        set: overrides of the recipe, as `clfnet train --set` takes them.
        recipe: the recipe, if not the sweep's.
        paper: what the paper prints for it.
    """

    name: str
    set: tuple[str, ...] = ()
    recipe: str = ""
    paper: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Where two rows' fused images differ (Fig. 19).

    Attributes:
        first: a row's name.
        second: another's.
        images: the names of the pairs to show.
    """

    first: str
    second: str
    images: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """Recipes trained on an equal budget (Tables I, VI and VIII).

    Attributes:
        title: of the table.
        recipe: the full recipe, relative to the working directory.
        rows: the recipes' differences; directions are taken from the first row.
        test: the pairs that the trained networks are scored on.
        train_infrared: folder of infrared training images.
        train_visible: folder of visible training images.
        budget: share of the full recipe's steps that is trained by default.
        set: overrides of every row.
        small: overrides below the full budget.
        note: what a reader must know.
        difference: the figure of differences, if there is one.
    """

    title: str
    recipe: str
    rows: tuple[Row, ...]
    test: Pairs
    train_infrared: str
    train_visible: str
    budget: float
    set: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    note: str = ""
    difference: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Cost:
    """Seconds, weights, multiply-adds and memory of methods (Table VII).

    Attributes:
        title: of the table.
        sets: pairs whose sizes are timed.
        methods: what `clfnet fuse --model` takes.
        repeats: how often each image is fused; the median counts.
        note: what a reader must know.
        paper: by method, what the paper prints.
    """

    title: str
    sets: tuple[Pairs, ...]
    methods: tuple[str, ...]
    repeats: int = 3
    note: str = ""
    paper: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """One figure: the images of one pair.

    Attributes:
        name: of the file.
        image: the pair's.
        boxes: regions to mark and enlarge, as `clfnet panel --box` takes them.
        caption: what to look at.
    """

    name: str
    image: str
    boxes: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Figures:
    """Qualitative panels (Figs. 3 to 6, 8 to 11, 13 to 16).

    Attributes:
        title: of the figures.
        pairs: where the images are.
        methods: what `clfnet fuse --model` takes; published outputs come by themselves.
        panels: one per figure.
        sources: what the two source images are called.
        stretch: stretch what is fused here, as published outputs are.
        note: what a reader must know.
    """

    title: str
    pairs: Pairs
    methods: tuple[str, ...]
    panels: tuple[Panel, ...]
    sources: tuple[str, ...] = ("infrared", "visible")
    stretch: bool = True
    note: str = ""


@dataclass(frozen=True)
class Labelled:
    """Pairs with labelled persons: what fused images are worth.

    Attributes:
        title: of the table.
        boxes: the CSV file of boxes; `images.csv` is beside it.
        detectors: ONNX files.
        methods: what `clfnet fuse --model` takes; all that are shipped and every rule if empty.
        baseline: the method from which the others' differences are taken.
        note: what a reader must know.
    """

    title: str
    boxes: str
    detectors: tuple[str, ...]
    methods: tuple[str, ...] = ()
    baseline: str = "clfnet"
    note: str = ""


@dataclass(frozen=True)
class Sheets:
    """Contact sheets of labelled pairs, to look at: each pair's sources and fused images in a row.

    Attributes:
        title: of the sheets.
        boxes: the CSV file of boxes; `images.csv` is beside it.
        methods: what `clfnet fuse --model` takes.
        count: how many pairs of each light are shown, spread evenly over the list.
        note: what a reader must know.
    """

    title: str
    boxes: str
    methods: tuple[str, ...]
    count: int = 20
    note: str = ""


Spec = Comparison | Sweep | Cost | Figures | Labelled | Sheets

KINDS: Mapping[str, type[Spec]] = {
    "comparison": Comparison,
    "sweep": Sweep,
    "cost": Cost,
    "figures": Figures,
    "labelled": Labelled,
    "sheets": Sheets,
}


def needs(spec: Spec) -> list[str]:
    """What an experiment reads, relative to the data folder."""
    if isinstance(spec, Labelled):
        return [spec.boxes, *spec.detectors]
    if isinstance(spec, Sheets):
        return [spec.boxes]
    if isinstance(spec, Sweep):
        return [spec.train_infrared, spec.train_visible, spec.test.infrared, spec.test.visible]
    sets = (spec.pairs,) if isinstance(spec, Figures) else spec.sets
    return [folder for pairs in sets for folder in (pairs.infrared, pairs.visible)]


def load_spec(path: Path) -> Spec:
    """Read an experiment.

    Raises:
        ConfigError: the file cannot be read, or a key or value is not valid.
    """
    tables: dict[str, Any] = read_toml(path)
    kind = tables.pop("kind", None)
    if not isinstance(kind, str):
        raise ConfigError(f"`kind` must be one of {', '.join(KINDS)}, got {kind!r}, in {path}.")
    return build(KINDS[known(kind, list(KINDS), "kind")], tables)
