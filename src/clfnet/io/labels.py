"""Text on images: labels with round ends, kept inside."""

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
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


def draw_label(picture: Image.Image, place: tuple[int, int], text: str, size: int) -> None:
    """Draw a label on a dark ground, its top left at `place`, kept inside the image.

    Args:
        picture: what is drawn on.
        place: x and y in pixels.
        text: what it says.
        size: of the text, in pixels.
    """
    letters, height = font(size), label_height(size)
    width = round(letters.getlength(text)) + size
    left = max(0, min(place[0], picture.width - width))
    top = max(0, min(place[1], picture.height - height))
    ground = Image.new("L", (4 * width, 4 * height))  # drawn large: smooth ends
    ImageDraw.Draw(ground).rounded_rectangle(
        (0, 0, 4 * width - 1, 4 * height - 1), 2 * height, fill=190
    )
    ground = ground.resize((width, height), Image.Resampling.LANCZOS)
    picture.paste(GROUND, (left, top), ground)
    middle = (left + width / 2, top + height / 2)
    ImageDraw.Draw(picture).text(middle, text, fill=TEXT, font=letters, anchor="mm")


def draw_box(
    picture: Image.Image, box: tuple[int, int, int, int], text: str, *, line: int, size: int
) -> None:
    """Outline a box, and label it below, or above where there is no room below.

    Args:
        picture: what is drawn on.
        box: left, top, right and bottom in pixels, the last two beyond it.
        text: what the label says.
        line: width of the outline, in pixels; as much lies in black around it.
        size: of the text, in pixels.
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
    room = below + height <= picture.height
    draw_label(picture, (left, below if room else top - height - 2 * line), text, size)
