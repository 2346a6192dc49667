"""`clfnet align`: from a pair of images to a rig file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click

from clfnet.cli.command import Argument, Option
from clfnet.cli.options import CropOption, CropVisibleOption
from clfnet.errors import InputError

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    from clfnet.align import Rig

    Grey: TypeAlias = NDArray[np.generic]


def align(
    infrared: Annotated[str, Argument(metavar="INFRARED", help="Infrared image or video.")],
    visible: Annotated[str, Argument(metavar="VISIBLE", help="Visible image or video.")],
    output: Annotated[
        Path, Option("--output", "-o", metavar="RIG.json", help="Rig file to write.")
    ],
    points: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Landmarks picked by hand, CSV with the header x_ir,y_ir,x_vi,y_vi, pixels.",
        ),
    ] = None,
    turn: Annotated[
        int | None,
        Option(
            metavar="[0|90|180|270]",
            help="Degrees by which to turn the infrared clockwise; found out by default.",
        ),
    ] = None,
    mirror: Annotated[
        bool, Option("--mirror", help="The infrared is mirrored, left for right.")
    ] = False,
    offset: Annotated[float, Option(help="Videos: seconds that the infrared began later.")] = 0.0,
    crop: CropOption = None,
    crop_visible: CropVisibleOption = None,
    preview: Annotated[
        Path | None,
        Option(metavar="FILE", help="Image to write for a visual check: checkerboard and edges."),
    ] = None,
    pair: Annotated[
        Path | None,
        Option(metavar="FOLDER", help="Folder to write both images to, on one grid."),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print the result as JSON.")] = False,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
) -> None:
    """Find how INFRARED lies in VISIBLE and write it to a rig file.

    The rig file serves every later frame of the same two cameras. Sizes and fields of view may
    differ, the latter by a factor of 3.6, and the infrared may be turned or mirrored. Of videos,
    frames of the same time are taken. An alignment that cannot be trusted is refused with exit code
    2, and nothing is written; landmarks are taken as they are.
    """
    from clfnet.io.files import check_outputs
    from clfnet.io.image import check_suffix

    if preview:
        check_suffix(preview)
    placed = [pair / name for name in ("infrared.png", "visible.png")] if pair else []
    inputs = (Path(infrared), Path(visible), *([points] if points else []))
    check_outputs((output, preview, *placed), inputs, overwrite=overwrite)
    orientation = _orientation(turn, mirror=mirror)
    rig, heat, light = _find(infrared, visible, points, orientation, offset, (crop, crop_visible))
    if preview:
        _write_preview(heat, light, rig, preview, overwrite=overwrite)
    if placed:
        _write_pair(heat, light, rig, placed, overwrite=overwrite)
    rig.write(output, overwrite=overwrite)
    _report(rig, output, [preview, *placed], as_json=as_json)


def _orientation(turn: int | None, *, mirror: bool) -> int | None:
    """Return EXIF's number for what is said of the infrared image; None if nothing is."""
    from clfnet.errors import ConfigError

    if turn is None and not mirror:
        return None
    known = {0: (1, 2), 90: (6, 7), 180: (3, 4), 270: (8, 5)}
    if (turn or 0) not in known:
        raise ConfigError(f"`turn` must be 0, 90, 180 or 270, got {turn}. Degrees, clockwise.")
    return known[turn or 0][mirror]


def _find(
    infrared: str,
    visible: str,
    points: Path | None,
    orientation: int | None,
    offset: float,
    crops: tuple[str | None, str | None],
) -> tuple["Rig", "Grey", "Grey"]:
    """Return the alignment, and the two images that it was found on."""
    from clfnet.align import read_landmarks, register_landmarks
    from clfnet.inference.alignment import register_named
    from clfnet.inference.arrays import grey
    from clfnet.io.image import read_image
    from clfnet.thermal.read import field_of, read_thermal
    from clfnet.video.source import is_stream
    from clfnet.video.stack import is_stack

    folders = Path(infrared).is_dir() and Path(visible).is_dir()
    stacks = is_stack(Path(infrared)) and is_stack(Path(visible))
    if folders or stacks or is_stream(infrared) or is_stream(visible):
        from clfnet.video.alignment import register_streams

        return register_streams(
            infrared, visible, offset=offset, crop=crops[0], crop_visible=crops[1]
        )
    if any(crops):
        raise InputError(
            f"`{'crop' if crops[0] else 'crop_visible'}` must be given for videos only, got it for "
            f"images. Leave it out."
        )
    thermal, image = read_thermal(Path(infrared)), read_image(Path(visible))
    heat, light = thermal.values, grey(image.pixels)
    if points is not None:
        return register_landmarks(read_landmarks(points), heat, light), heat, light
    rig = register_named(
        heat, light, (infrared, visible), orientation=orientation, field=field_of(thermal, image)
    )
    return rig, heat, light


def _write_pair(
    heat: "Grey", light: "Grey", rig: "Rig", paths: list[Path], *, overwrite: bool
) -> None:
    """Write both images on the visible one's grid, where both are."""
    import numpy as np

    from clfnet.align import onto
    from clfnet.align.descriptors import spread
    from clfnet.io.image import Image, write_image

    placed = onto("visible", np.asarray(spread(heat), np.float32), light, rig).cropped()
    for path, values in zip(paths, placed, strict=True):
        low, high = float(values.min()), float(values.max())
        levels = (values - low) / ((high - low) or 1) * 65535
        write_image(path, Image(np.rint(levels).astype(np.uint16)), overwrite=overwrite)


def _write_preview(
    heat: "Grey",
    light: "Grey",
    rig: "Rig",
    path: Path,
    *,
    overwrite: bool,
) -> None:
    from clfnet.align import preview
    from clfnet.io.image import Image, write_image

    write_image(path, Image(preview(heat, light, rig)), overwrite=overwrite)


def _report(rig: "Rig", output: Path, written: list[Path | None], *, as_json: bool) -> None:
    from clfnet.align import THRESHOLD

    preview = written[0]
    if as_json:
        paths: dict[str, Any] = {"output": str(output), "preview": preview and str(preview)}
        click.echo(json.dumps(paths | rig.as_dict(), indent=2))
        return
    click.echo(output)
    click.echo(f"{rig.made}; quality {rig.quality:.2f}")
    for path in filter(None, written):
        click.echo(path)
    if rig.quality is not None and rig.quality < THRESHOLD:
        hint = "Look at the preview." if preview else "Look at it with --preview FILE."
        click.echo(
            f"clfnet: warning: quality {rig.quality:.2f} is below {THRESHOLD}, which an automatic "
            f"alignment must have. {hint}",
            err=True,
        )
