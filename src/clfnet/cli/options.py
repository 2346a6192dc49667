"""Options that several commands take: how a pair is fused."""

from enum import StrEnum
from typing import Annotated

import typer


class Grid(StrEnum):
    """Whose pixels the result has."""

    VISIBLE = "visible"
    INFRARED = "infrared"


class Outside(StrEnum):
    """What becomes of the part that only one picture reaches."""

    CROP = "crop"
    KEEP = "keep"
    BLACK = "black"


class Lens(StrEnum):
    """Which visible picture of a camera that takes several at once."""

    WIDE = "wide"
    ZOOM = "zoom"
    VISIBLE = "visible"


class Depth(StrEnum):
    """Bits per sample."""

    EIGHT = "8"
    SIXTEEN = "16"


StretchOption = Annotated[
    bool, typer.Option("--stretch", help="Stretch each result to the full range.")
]
RangeOption = Annotated[
    str,
    typer.Option(
        "--range",
        help="Infrared values shown: auto, full, percentile:LOW,HIGH, agc:PLATEAU, LOW,HIGH, "
        "or LOWC,HIGHC in °C.",
    ),
]
KelvinOption = Annotated[
    float | None,
    typer.Option(help="For counts linear in temperature, e.g. 0.01.", show_default=False),
]
AlignOption = Annotated[str, typer.Option(help="off, auto, or a rig file of `clfnet align`.")]
GridOption = Annotated[Grid, typer.Option(help="Whose pixels an aligned result has.")]
OutsideOption = Annotated[
    Outside, typer.Option(help="Where one picture is alone: crop, keep it, or black.")
]
SpaceOption = Annotated[str, typer.Option(help="Luma of colours: bt601 or linear.")]
StrengthOption = Annotated[
    float | None,
    typer.Option(help="From the visible, 0, to the fused, 1. [default: 1; 0 with --palette]"),
]
PaletteOption = Annotated[
    str | None,
    typer.Option(
        help="Paint hot areas: ironbow, whitehot, blackhot, lava, arctic, green, rainbow."
    ),
]
HotOption = Annotated[
    float | None, typer.Option(help="Heat, 0 to 1, from where on to paint; else found.")
]
DepthOption = Annotated[Depth | None, typer.Option(help="Bits; the visible's if it has more.")]
BackendOption = Annotated[
    str, typer.Option(help="What runs a model: onnxruntime, or openvino (extra).")
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Working memory beside the pictures, e.g. 1GiB. [default: 192MiB per thread]",
    ),
]
