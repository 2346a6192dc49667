"""`clfnet align`: from a pair of images to a rig file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    from clfnet.align import Rig

    Grey: TypeAlias = NDArray[np.generic]


def align(
    infrared: Annotated[Path, typer.Argument(metavar="INFRARED", help="Infrared image.")],
    visible: Annotated[Path, typer.Argument(metavar="VISIBLE", help="Visible image.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="RIG.json", help="Rig file to write.")
    ],
    points: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Landmarks picked by hand, CSV with the header x_ir,y_ir,x_vi,y_vi, pixels.",
        ),
    ] = None,
    preview: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Image to write for a visual check: checkerboard and edges."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there already.")
    ] = False,
) -> None:
    """Find how INFRARED lies in VISIBLE and write it to a rig file, for every frame of that rig.

    Sizes and fields of view may differ, the latter by a factor of 2. An alignment that cannot be
    trusted is refused with exit code 2, and nothing is written; landmarks are taken as they are.
    """
    from clfnet.inference.arrays import grey
    from clfnet.io.files import refuse_existing
    from clfnet.io.image import check_suffix, read_image
    from clfnet.thermal import read_thermal

    if preview:
        check_suffix(preview)
    for path in (output, preview):
        if path and not overwrite:
            refuse_existing(path)
    infrared_grey, visible_grey = read_thermal(infrared).values, grey(read_image(visible).pixels)
    rig = _find(infrared_grey, visible_grey, points)
    if preview:
        _write_preview(infrared_grey, visible_grey, rig, preview, overwrite=overwrite)
    rig.write(output, overwrite=overwrite)
    _report(rig, output, preview, as_json=as_json)


def _find(infrared_grey: "Grey", visible_grey: "Grey", points: Path | None) -> "Rig":
    from clfnet.align import read_landmarks, register, register_landmarks

    if points is None:
        return register(infrared_grey, visible_grey)
    return register_landmarks(read_landmarks(points), infrared_grey, visible_grey)


def _write_preview(
    infrared_grey: "Grey",
    visible_grey: "Grey",
    rig: "Rig",
    path: Path,
    *,
    overwrite: bool,
) -> None:
    from clfnet.align import preview
    from clfnet.io.image import Image, write_image

    write_image(path, Image(preview(infrared_grey, visible_grey, rig)), overwrite=overwrite)


def _report(rig: "Rig", output: Path, preview: Path | None, *, as_json: bool) -> None:
    from clfnet.align import THRESHOLD

    if as_json:
        paths: dict[str, Any] = {"output": str(output), "preview": preview and str(preview)}
        typer.echo(json.dumps(paths | rig.as_dict(), indent=2))
        return
    typer.echo(output)
    typer.echo(f"{rig.made}; quality {rig.quality:.2f}")
    if preview:
        typer.echo(preview)
    if rig.quality is not None and rig.quality < THRESHOLD:
        hint = "Look at the preview." if preview else "Look at it with --preview FILE."
        typer.echo(
            f"clfnet: warning: quality {rig.quality:.2f} is below {THRESHOLD}, which an automatic "
            f"alignment must have. {hint}",
            err=True,
        )
