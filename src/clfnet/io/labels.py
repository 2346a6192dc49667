"""Text on images: labels with round ends, kept inside and, where there is room, off each other."""

from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Corners = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels, the last two beyond it."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

GROUND: Colour = (17, 19, 24)
TEXT: Colour = (238, 240, 244)
SOFT: Colour = (150, 157, 168)
"""Ground, text and quiet text of what is drawn around images."""


def font(size: int) -> Font:
    """Return the font, of a size in pixels; it has the letters of ASCII and "°"."""
    return ImageFont.load_default(size)


def label_height(size: int) -> int:
    """Return the height of a label whose text has that size, in pixels."""
    return round(1.7 * size)


def label_width(text: str, size: int) -> int:
    """Return the width of a label, in pixels."""
    return round(font(size).getlength(text)) + size


def draw_label(
    picture: Image.Image,
    places: Sequence[tuple[int, int]],
    text: str,
    size: int,
    taken: Iterable[Corners] = (),
) -> Corners:
    """Draw a label on a dark ground, kept inside the image.

    Args:
        picture: what is drawn on.
        places: where its top left may lie, x and y in pixels, the best first.
        text: what it says.
        size: of the text, in pixels.
        taken: what it should not cover: the first place that covers none of it is chosen, else the
            one that covers the least.

    Returns:
        Where it is.
    """
    letters, height, width = font(size), label_height(size), label_width(text, size)
    taken, inside = list(taken), []
    for x, y in places:
        left, top = (
            max(0, min(x, picture.width - width)),
            max(0, min(y, picture.height - height)),
        )
        inside.append((left, top, left + width, top + height))
    box = min(inside, key=lambda each: sum(_overlap(each, other) for other in taken))
    left, top = box[:2]
    ground = Image.new("L", (4 * width, 4 * height))  # drawn large: smooth ends
    ImageDraw.Draw(ground).rounded_rectangle(
        (0, 0, 4 * width - 1, 4 * height - 1), 2 * height, fill=190
    )
    ground = ground.resize((width, height), Image.Resampling.LANCZOS)
    picture.paste(GROUND, (left, top), ground)
    middle = (left + width / 2, top + height / 2)
    ImageDraw.Draw(picture).text(middle, text, fill=TEXT, font=letters, anchor="mm")
    return box


def _overlap(one: Corners, other: Corners) -> int:
    """Return how many pixels two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def draw_box(
    picture: Image.Image,
    box: Corners,
    text: str,
    *,
    line: int,
    size: int,
    taken: Iterable[Corners] = (),
) -> Corners:
    """Outline a box, and label it below; above or beside it where there is no room below.

    Args:
        picture: what is drawn on.
        box: what is outlined.
        text: what the label says.
        line: width of the outline, in pixels; as much lies in black around it.
        size: of the text, in pixels.
        taken: what the label should not cover.

    Returns:
        Where the label is.
    """
    left, top, right, bottom = box
    pen = ImageDraw.Draw(picture)
    for grow, colour in ((line, (0, 0, 0)), (0, TEXT)):
        pen.rectangle(
            (left - grow, top - grow, right - 1 + grow, bottom - 1 + grow),
            outline=colour,
            width=line,
        )
    height, below = label_height(size), bottom + 2 * line
    above, width = top - height - 2 * line, label_width(text, size)
    places = [(left, below), (right - width, below), (left, above), (right - width, above)]
    places += [(right + 2 * line, top), (left - width - 2 * line, top)]
    room = picture.width - width, picture.height - height
    fitting = [(x, y) for x, y in places if 0 <= x <= room[0] and 0 <= y <= room[1]]
    return draw_label(picture, fitting or [(left, below)], text, size, taken)
