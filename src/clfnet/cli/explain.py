"""`clfnet explain`: where each pixel of a fused image comes from."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click

from clfnet.cli.command import Argument, Option
from clfnet.cli.options import fuse_options
from clfnet.options import FuseOptions

if TYPE_CHECKING:
    from clfnet.explain import Explained, Region


@fuse_options("model", "thermal_range", "align", "threads")
def explain(
    infrared: Annotated[Path, Argument(metavar="INFRARED", help="Infrared file.")],
    output: Annotated[Path, Option("--output", "-o", help="Image to write.")],
    visible: Annotated[
        Path | None,
        Argument(
            metavar="[VISIBLE]",
            help="Visible file; left out for radiometric files.",
        ),
    ] = None,
    fused: Annotated[
        Path | None,
        Option(help="Fused image, of any method; by default the model fuses the pair."),
    ] = None,
    region: Annotated[
        list[str] | None,
        Option(metavar="[NAME=]X,Y,W,H", help="Box to report, pixels; repeatable."),
    ] = None,
    grid: Annotated[int, Option(min=1, help="Rows and columns to report.")] = 3,
    smoothing: Annotated[float, Option(help="Standard deviation of the Gaussian, pixels.")] = 8.0,
    *,
    options: FuseOptions,
    sources: Annotated[bool, Option("--sources", help="Show both sources beside the map.")] = False,
    raw: Annotated[
        Path | None,
        Option("--map", help="Write infrared's share also as a grey image; white is 100 %."),
    ] = None,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace files that are there already.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print the shares as JSON.")] = False,
) -> None:
    """Show which source a fused image resembles more, by place.

    The network's own choice (Eq. 7), smoothed: orange is infrared, blue is visible. Prints
    infrared's share in per cent: overall, where infrared is hottest, in regions and in a grid.
    """
    from clfnet.explain import Region, draw, explain_files
    from clfnet.io.image import Image, write_image

    inputs = [path for path in (infrared, visible, fused) if path]
    _check_outputs([output, *([raw] if raw else [])], inputs, overwrite=overwrite)
    regions = [Region.parse(text) for text in region or ()]
    explained = explain_files(
        infrared,
        visible,
        fused,
        smoothing=smoothing,
        model=str(options.model),
        threads=options.threads,
        thermal_range=str(options.thermal_range),
        align=str(options.align),
    )
    shares = _shares(explained, regions, grid)
    picture = draw(explained, regions=regions, cells=grid, sources=sources)
    write_image(output, Image(picture), overwrite=overwrite)
    if raw:
        write_image(raw, Image(_levels(explained)), overwrite=overwrite)
    if as_json:
        written = {"output": str(output), "map": str(raw) if raw else None}
        click.echo(json.dumps(written | {"model": options.model} | shares, indent=2))
    else:
        click.echo("\n".join([str(path) for path in (output, raw) if path] + _table(shares)))


def _check_outputs(outputs: list[Path], inputs: list[Path], *, overwrite: bool) -> None:
    """Find out before the work whether its results may be written."""
    from clfnet.io.files import check_outputs
    from clfnet.io.image import check_suffix

    for path in outputs:
        check_suffix(path)
    check_outputs(outputs, inputs, overwrite=overwrite)


def _shares(explained: "Explained", regions: list["Region"], cells: int) -> dict[str, Any]:
    """Infrared's shares, in [0, 1], rounded to what a share can mean."""
    from clfnet.explain import grid, hottest, share_in
    from clfnet.inference.arrays import grey

    share = explained.explanation.share
    return {
        "overall": round(explained.explanation.overall, 4),
        "hottest": round(hottest(share, grey(explained.infrared.pixels)), 4),
        "regions": {each.name: round(share_in(share, each), 4) for each in regions},
        "grid": grid(share, cells).round(4).tolist(),
    }


def _table(shares: dict[str, Any]) -> list[str]:
    from clfnet.explain.regions import HOTTEST

    named = {
        "overall": shares["overall"],
        f"hottest {HOTTEST:.0%}": shares["hottest"],
        **shares["regions"],
    }
    title = f"grid {len(shares['grid'])}x{len(shares['grid'])}"
    width = max(map(len, [*named, title])) + 2
    lines = ["infrared's share, %"]
    lines += [f"  {name:<{width}}{_cell(value)}" for name, value in named.items()]
    for index, row in enumerate(shares["grid"]):
        cells = "".join(map(_cell, row))
        lines.append(f"  {'' if index else title:<{width}}{cells}")
    return lines


def _cell(share: float) -> str:
    return f"{100 * share:4.0f}"


def _levels(explained: "Explained") -> Any:
    """The share as 16-bit levels; JPEG and BMP keep the upper 8."""
    import numpy as np

    return np.rint(explained.explanation.share * np.float32(65535)).astype(np.uint16)
