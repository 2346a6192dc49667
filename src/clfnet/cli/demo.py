"""`clfnet demo`: fuse the built-in night street."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from clfnet.cli.command import Option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LABEL_HEIGHT = 28  # rows


def demo(
    output: Annotated[Path, Option("--output", "-o", help="Folder to write to.")] = Path(
        "clfnet-demo"
    ),
    model: Annotated[str, Option(help="A shipped model, or an .onnx file.")] = "clfnet",
) -> None:
    """Fuse the built-in night street; print the images' paths.

    Writes infrared.png, visible.png, fused.png and side-by-side.png; a further run refreshes these
    four.
    """
    from clfnet.example import night_street
    from clfnet.inference.fuser import Fuser
    from clfnet.io.image import Image, write_image

    scene = night_street()
    fused = Fuser(model)(scene.infrared, scene.visible)
    panels = {"infrared": scene.infrared, "visible": scene.visible, "fused": fused}
    for name, pixels in {**panels, "side-by-side": _side_by_side(panels)}.items():
        path = output / f"{name}.png"
        write_image(path, Image(pixels), overwrite=True)
        click.echo(path)


def _side_by_side(panels: dict[str, "NDArray[np.uint8]"]) -> "NDArray[np.uint8]":
    """Return the images in a row, each under its name: uint8, (label + H, sum of W, 3)."""
    import numpy as np
    from PIL import Image, ImageDraw

    pictures = [Image.fromarray(pixels) for pixels in panels.values()]
    row = Image.new("RGB", (sum(p.width for p in pictures), _LABEL_HEIGHT + pictures[0].height))
    draw = ImageDraw.Draw(row)
    left = 0
    for name, picture in zip(panels, pictures, strict=True):
        row.paste(picture, (left, _LABEL_HEIGHT))
        draw.text((left + 8, 6), name, fill="white", font_size=16)
        left += picture.width
    return np.asarray(row)
