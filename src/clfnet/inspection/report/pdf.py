"""The report as PDF, by ReportLab: A4, one sheet per image; long tables go on."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from clfnet.errors import MissingExtraError
from clfnet.inspection.report.page import Page, Picture

_MM = 72 / 25.4
_WIDTH, _MARGIN, _GAP = 210 * _MM, 14 * _MM, 6 * _MM
_PADDING = 6  # points that ReportLab leaves within its margins
_TALLEST = 120 * _MM  # of a picture
_TEXT, _SOFT, _LINE, _SUNK = "#18181d", "#5c5c68", "#e1e1e7", "#f6f6f8"
_PLAIN, _BOLD, _WIDE = "Vera", "VeraBd", "STSong-Light"  # the last for what Vera has no letters


def as_pdf(pages: Sequence[Page], *, title: str = "Thermal inspection") -> bytes:
    """Return a report.

    Args:
        pages: one per image.
        title: its heading, and the document's title.

    Returns:
        PDF; the same pages give the same bytes.

    Raises:
        MissingExtraError: the extra `report` is not installed.
    """
    platypus = _platypus()
    buffer = BytesIO()
    document = platypus.SimpleDocTemplate(
        buffer,
        pagesize=(_WIDTH, 297 * _MM),
        title=title,
        author="",
        **dict.fromkeys(("leftMargin", "rightMargin"), _MARGIN - _PADDING),
        topMargin=20 * _MM,
        bottomMargin=14 * _MM,
        invariant=1,
    )
    story: list[Any] = []
    for number, page in enumerate(pages):
        story += [platypus.PageBreak()] if number else []
        story += _sheet(platypus, page)

    def frame(canvas: Any, _: Any) -> None:
        _frame(canvas, title, canvas.getPageNumber())

    document.build(story, onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue()


def check_installed() -> None:
    """Raise a `MissingExtraError` if the extra `report` is not installed."""
    _platypus()


def _platypus() -> Any:
    try:
        from reportlab import platypus
        from reportlab.pdfbase import cidfonts, pdfmetrics, ttfonts
    except ImportError as error:
        raise MissingExtraError("reportlab", "report") from error
    for name in (_PLAIN, _BOLD):
        pdfmetrics.registerFont(ttfonts.TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(_WIDE))
    return platypus


def _sheet(platypus: Any, page: Page) -> list[Any]:
    room = _WIDTH - 2 * _MARGIN
    parts = [_text(platypus, page.title, 13, bold=True), platypus.Spacer(1, 4 * _MM)]
    parts += [_pictures(platypus, page.pictures, room), platypus.Spacer(1, 6 * _MM)]
    widths = [0.34 * room, 0.24 * room, *[0.14 * room] * 3]
    rows = [
        [_text(platypus, cell, 8.5, soft=True, right=n > 1) for n, cell in enumerate(page.table[0])]
    ]
    rows += [
        [
            _text(platypus, cell, 8.5, bold=n == 0, soft=n == 1, right=n > 1)
            for n, cell in enumerate(row)
        ]
        for row in page.table[1:]
    ]
    style = [("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    parts += [platypus.Table(rows, widths, repeatRows=1, style=style)]
    parts += [platypus.Spacer(1, 6 * _MM), _facts(platypus, page.facts, room)]
    parts += [_text(platypus, note, 8, soft=True) for note in page.notes]
    return parts


def _pictures(platypus: Any, pictures: Sequence[Picture], room: float) -> Any:
    """Both of one height where they fit beside each other."""
    shapes = [picture.width / picture.height for picture in pictures]
    height = min(_TALLEST, (room - _GAP * (len(pictures) - 1)) / sum(shapes))
    cells = [
        [platypus.Image(BytesIO(picture.data), height * shape, height),
         platypus.Spacer(1, 1.5 * _MM),
         _text(platypus, picture.caption, 8, soft=True)]
        for picture, shape in zip(pictures, shapes, strict=True)
    ]  # fmt: skip
    widths = [height * shape + _GAP for shape in shapes]
    style = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return platypus.Table([cells], widths, hAlign="LEFT", style=style)


def _facts(platypus: Any, facts: Sequence[tuple[str, str]], room: float) -> Any:
    """Names and values, in two columns on a quiet ground."""
    half = (len(facts) + 1) // 2
    empty: tuple[str, str] = ("", "")
    right = [*facts[half:], *[empty] * (2 * half - len(facts))]
    rows = [
        [_text(platypus, text, 8.5, soft=place % 2 == 0) for place, text in enumerate((*a, *b))]
        for a, b in zip(facts[:half], right, strict=True)
    ]
    style: list[Any] = [
        ("BACKGROUND", (0, 0), (-1, -1), _SUNK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    style += [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
    return platypus.Table(rows or [[""]], [0.22 * room, 0.28 * room] * 2, style=style)


def _text(
    platypus: Any,
    text: str,
    size: float,
    *,
    bold: bool = False,
    soft: bool = False,
    right: bool = False,
) -> Any:
    """A paragraph of plain text: what it says is never taken for markup."""
    from xml.sax.saxutils import escape

    from reportlab.lib.styles import ParagraphStyle

    style = ParagraphStyle(
        "text",
        fontName=_font(text, bold=bold),
        fontSize=size,
        leading=1.3 * size,
        textColor=_SOFT if soft else _TEXT,
        alignment=2 if right else 0,
        splitLongWords=1,
    )
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return platypus.Paragraph(escape(shown), style)


def _font(text: str, *, bold: bool) -> str:
    """Return Vera, or, for letters that it has not, the reader's own font for Chinese."""
    from reportlab.pdfbase import pdfmetrics

    known = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    if all(ord(letter) in known for letter in text):
        return _BOLD if bold else _PLAIN
    return _WIDE


def _frame(canvas: Any, title: str, number: int) -> None:
    """Draw what is on every sheet: a line of colour, the title, the number."""
    top = 297 * _MM
    for index, colour in enumerate(("#14004a", "#8a0a8c", "#e35a22", "#fcb918", "#fde25e")):
        canvas.setFillColor(colour)
        canvas.rect(index * _WIDTH / 5, top - 2 * _MM, _WIDTH / 5 + 1, 2 * _MM, stroke=0, fill=1)
    canvas.setFillColor(_SOFT)
    canvas.setFont(_font(title, bold=False), 8)
    canvas.drawString(_MARGIN, top - 12 * _MM, title)
    canvas.setFont(_PLAIN, 8)
    canvas.drawRightString(_WIDTH - _MARGIN, top - 12 * _MM, str(number))
