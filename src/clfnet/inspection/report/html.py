"""The report as one HTML file that loads nothing and runs nothing."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

from clfnet.inspection.report.page import Page, Picture
from clfnet.io.html import data_uri, policy_hash

_ASSETS = files("clfnet.inspection.report") / "assets"


def as_html(pages: Sequence[Page], *, title: str = "Thermal inspection") -> str:
    """Return a report.

    Args:
        pages: one per image.
        title: its heading.

    Returns:
        HTML whose policy lets it show its own images and nothing else; printed, each page begins a
        sheet. The same pages give the same text.

    Example:
        >>> page = Page("<a>.jpg", [], [["Region"], ["whole"]], [("Camera", "T640")], [])
        >>> "&lt;a&gt;.jpg" in as_html([page])
        True
    """
    style = (_ASSETS / "report.css").read_text("utf-8")
    text = Template((_ASSETS / "template.html").read_text("utf-8")).substitute(
        title=escape(title),
        style=style,
        style_hash=policy_hash(style),
        count=f"{len(pages)} image{'' if len(pages) == 1 else 's'}",
        contents=_contents(pages) if len(pages) > 1 else "",
        pages="\n".join(_section(number, page) for number, page in enumerate(pages, 1)),
    )
    return text.encode(errors="replace").decode()  # file names need not be valid Unicode


def _contents(pages: Sequence[Page]) -> str:
    links = (
        f'<li><a href="#page-{number}">{escape(page.title)}</a></li>'
        for number, page in enumerate(pages, 1)
    )
    return f'<nav aria-label="Images"><ol>{"".join(links)}</ol></nav>'


def _section(number: int, page: Page) -> str:
    pictures = "".join(map(_figure, page.pictures))
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in page.facts
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in page.notes)
    return (
        f'<section id="page-{number}"><h2>{escape(page.title)}</h2>'
        f'<div class="pictures">{pictures}</div>'
        f"<div class='below'>{_table(page.table)}<dl>{facts}</dl></div>"
        f"<div class='notes'>{notes}</div></section>"
    )


def _figure(picture: Picture) -> str:
    size = f'width="{picture.width}" height="{picture.height}"'
    caption = escape(picture.caption)
    image = f'<img src="{data_uri(picture.media, picture.data)}" alt="{caption}" {size}>'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _table(rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
