"""The map over the image: two tints, a legend and the shares, as one image."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from clfnet.explain.explain import Explanation
from clfnet.explain.files import Explained
from clfnet.explain.regions import edges, grid, share_in
from clfnet.inference.arrays import grey
from clfnet.io.image import to_uint8
from clfnet.io.labels import GROUND, SOFT, TEXT, Colour, draw_box, draw_label, font
from clfnet.io.regions import Region
from clfnet.method import FloatImage

Rgb = NDArray[np.uint8]

INFRARED: Colour = (240, 138, 20)
"""Orange; with the blue, told apart by every common kind of colour vision."""
VISIBLE: Colour = (38, 128, 235)

_OPACITY = 0.62  # of a tint where one source won everywhere around
_WIDTH = 720  # pixels; narrower images are enlarged, so that labels are sharp


def draw(
    explained: Explained,
    *,
    regions: Sequence[Region] = (),
    cells: int = 3,
    sources: bool = False,
) -> Rgb:
    """Draw where a fused image comes from.

    The fused image in grey, orange where infrared won, blue where visible won, the more opaque
    the surer; a thin line parts them. Each cell of the grid and each region shows infrared's share.

    Args:
        explained: what to draw.
        regions: boxes to outline, with their share.
        cells: rows and columns of the grid; 1 draws none.
        sources: show both sources beside it.

    Returns:
        RGB, uint8.

    Raises:
        InputError: a region is not inside the image, or there are more cells than pixels.
    """
    fused, explanation = grey(explained.fused.pixels), explained.explanation
    scale = ceil((_WIDTH // 2 if sources else _WIDTH) / fused.shape[1])
    look = _Look.of(fused.shape[1] * scale)
    picture = _enlarged(Image.fromarray(tinted(fused, explanation.share)), scale)
    _draw_border(picture, explanation.share, scale, look)
    _draw_grid(picture, explanation.share, cells, scale, look)
    for region in regions:
        _draw_region(picture, explanation.share, region, scale, look)
    pictures = {"fused, and where it comes from": picture}
    if sources:
        sides = {"infrared": explained.infrared, "visible": explained.visible}
        beside = {
            name: _enlarged(Image.fromarray(to_uint8(image.pixels)).convert("RGB"), scale)
            for name, image in sides.items()
        }
        pictures = beside | pictures
    return np.asarray(_page(pictures, explanation, look, cells=cells))


def tinted(fused: FloatImage, share: NDArray[np.float32]) -> Rgb:
    """Return the fused image under its tints.

    Args:
        fused: (H, W) in [0, 1].
        share: infrared's, (H, W) in [0, 1].

    Returns:
        RGB, uint8, (H, W, 3). Where the share is 0.5 it is the grey image itself.

    Example:
        >>> tinted(np.array([[0.5]], np.float32), np.array([[0.5]], np.float32)).tolist()
        [[[128, 128, 128]]]
    """
    level = fused[..., None]  # (H, W, 1)
    sure = np.abs(2 * share - 1)[..., None]
    tint = np.where(share[..., None] > 0.5, INFRARED, VISIBLE).astype(np.float32) / 255
    # the tint of a dark pixel is dark and that of a bright one is bright: texture stays
    lit = tint * (0.3 + 0.7 * level) + (1 - tint) * 0.55 * level**3
    mixed = level + _OPACITY * sure * (lit - level)
    return np.rint(255 * np.clip(mixed, 0, 1)).astype(np.uint8)


class _Look(NamedTuple):
    """Sizes that go with the width of an image, in pixels."""

    gap: int
    line: int
    title: int
    text: int
    small: int

    @classmethod
    def of(cls, width: int) -> "_Look":
        unit = width / 100
        return cls(*(max(1, round(unit * each)) for each in (2.6, 0.22, 3.2, 2.3, 2.0)))


def _enlarged(picture: Image.Image, scale: int) -> Image.Image:
    size = picture.width * scale, picture.height * scale
    return picture.resize(size, Image.Resampling.BICUBIC) if scale > 1 else picture


def _draw_border(picture: Image.Image, share: NDArray[np.float32], scale: int, look: _Look) -> None:
    """Part the two sources by a thin light line."""
    size = share.shape[1] * scale, share.shape[0] * scale
    large = np.asarray(Image.fromarray(share).resize(size, Image.Resampling.BILINEAR))
    won = large > 0.5
    edge = np.zeros(won.shape, bool)
    edge[1:] |= won[1:] != won[:-1]
    edge[:, 1:] |= won[:, 1:] != won[:, :-1]
    mask = Image.fromarray((edge * np.uint8(150)).astype(np.uint8))
    if look.line > 2:  # a large image
        mask = mask.resize((size[0] // look.line, size[1] // look.line), Image.Resampling.BOX)
        mask = mask.resize(size, Image.Resampling.BILINEAR)
    picture.paste((255, 255, 255), mask=mask)


def _draw_grid(
    picture: Image.Image, share: NDArray[np.float32], cells: int, scale: int, look: _Look
) -> None:
    means = grid(share, cells)
    if cells == 1:
        return
    tops, lefts = (edges(length, cells) * scale for length in share.shape)
    veil = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(veil)
    for top, left in zip(tops[1:-1], lefts[1:-1], strict=True):
        pen.line((0, top, picture.width, top), (255, 255, 255, 60), look.line)
        pen.line((left, 0, left, picture.height), (255, 255, 255, 60), look.line)
    picture.paste(veil, mask=veil)
    for top, row in zip(tops, means, strict=False):
        for left, mean in zip(lefts, row, strict=False):
            inset = look.small // 2
            draw_label(picture, [(int(left) + inset, int(top) + inset)], percent(mean), look.small)


def _draw_region(
    picture: Image.Image, share: NDArray[np.float32], region: Region, scale: int, look: _Look
) -> None:
    mean = share_in(share, region)
    box = region.box.scaled(scale).corners
    text = f"{region.name}  {percent(mean)}"
    draw_box(picture, box, text, line=look.line, size=look.small)


def _page(
    pictures: dict[str, Image.Image], explanation: Explanation, look: _Look, *, cells: int
) -> Image.Image:
    """Title, images in a row and legend on a dark page."""
    width, height = next(iter(pictures.values())).size
    total = len(pictures) * (width + look.gap) + look.gap
    head = look.gap + round(1.3 * look.title) + look.gap
    caption = round(1.7 * look.text) if len(pictures) > 1 else 0
    foot = round(1.2 * look.gap) + look.text + round(1.9 * look.small) + look.gap
    page = Image.new("RGB", (total, head + caption + height + foot), GROUND)
    pen = ImageDraw.Draw(page)
    middle = look.gap + 0.65 * look.title
    pen.text((look.gap, middle), "Where each pixel comes from", TEXT, font(look.title), anchor="lm")
    _totals(page, explanation.overall, middle, look)
    for index, (name, picture) in enumerate(pictures.items()):
        left = look.gap + index * (width + look.gap)
        if caption:
            pen.text((left, head), name, SOFT, font(look.text), anchor="la")
        page.paste(picture, (left, head + caption))
    left = total - look.gap - width
    _legend(page, (left, head + caption + height + look.gap), width, look, cells=cells)
    return page


def _totals(page: Image.Image, overall: float, middle: float, look: _Look) -> None:
    """Both shares, at the right of the title."""
    pen, letters = ImageDraw.Draw(page), font(look.title)
    right = float(page.width - look.gap)
    parts = {f"visible {percent(1 - overall)}": VISIBLE, f"infrared {percent(overall)}": INFRARED}
    for text, colour in parts.items():
        pen.text((right, middle), text, colour, letters, anchor="rm")
        right -= letters.getlength(text) + look.gap


def _legend(
    page: Image.Image, place: tuple[int, int], width: int, look: _Look, *, cells: int
) -> None:
    """The scale of tints on a middle grey, named at its ends."""
    left, top = place
    share = np.linspace(0, 1, width, dtype=np.float32)[None].repeat(look.text, axis=0)
    bar = Image.fromarray(tinted(np.full_like(share, 0.62), share))
    round_mask = Image.new("L", (4 * bar.width, 4 * bar.height))
    ImageDraw.Draw(round_mask).rounded_rectangle(
        (0, 0, 4 * bar.width - 1, 4 * bar.height - 1), 2 * bar.height, fill=255
    )
    page.paste(bar, (left, top), round_mask.resize(bar.size, Image.Resampling.LANCZOS))
    pen, letters = ImageDraw.Draw(page), font(look.small)
    below = top + look.text + look.small // 2
    note = "infrared's share of places won" + (", per cell" if cells > 1 else "")
    pen.text((left, below), "100 % visible", VISIBLE, letters, anchor="la")
    pen.text((left + width / 2, below), note, SOFT, letters, anchor="ma")
    pen.text((left + width, below), "100 % infrared", INFRARED, letters, anchor="ra")


def percent(share: float) -> str:
    """Write a share.

    Example:
        >>> percent(0.614)
        '61 %'
    """
    return f"{100 * share:.0f} %"
