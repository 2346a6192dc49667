"""`clfnet panel`: one image that compares methods on one image."""

from pathlib import Path
from typing import Annotated

import click

from clfnet.cli.command import Option
from clfnet.cli.options import fuse_options
from clfnet.options import READ_AS, FuseOptions


@fuse_options(*READ_AS)
def panel(
    infrared: Annotated[Path, Option(help="Folder of infrared images.")],
    visible: Annotated[Path, Option(help="Folder of visible images.")],
    fused: Annotated[
        list[Path],
        Option(help="Folder of fused images, named as the method, or NAME=DIR; repeatable."),
    ],
    image: Annotated[str, Option(metavar="STEM", help="The image: its name, no suffix.")],
    output: Annotated[Path, Option("--output", "-o", help="File to write.")],
    box: Annotated[
        list[str] | None,
        Option(
            metavar="X,Y,W,H[,ZOOM[,CORNER]]",
            help="Region to mark, pixels; repeatable: red, green, blue, ... Zoom 0 only marks it, "
            "a corner is e.g. bottom-left; chosen where not given.",
        ),
    ] = None,
    columns: Annotated[int | None, Option(min=1, help="Images per row.")] = None,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Replace a file that is there already.")
    ] = False,
    *,
    options: FuseOptions,
) -> None:
    """Set sources and fused images side by side; enlarge regions.

    Every folder has an image of the name that --image gives. The infrared image is shown as it was
    fused. Prints the path.
    """
    from clfnet.evaluation.panel import Mark, panel_of_folders
    from clfnet.evaluation.sources import Reading
    from clfnet.io.files import check_outputs
    from clfnet.io.image import Image, check_suffix, write_image

    check_suffix(output)
    inputs = [Path(folder, output.name) for folder in (infrared, visible, *fused)]
    check_outputs([output], inputs, overwrite=overwrite)
    marks = [Mark.parse(text) for text in box or ()]
    pixels = panel_of_folders(
        infrared, visible, fused, image, marks=marks, columns=columns, reading=Reading.of(options)
    )
    write_image(output, Image(pixels), overwrite=overwrite)
    click.echo(output)
