"""The page as it is served, read as text; what it does in a browser is in tests/browser."""

import json
import re
from html.parser import HTMLParser

import pytest
from tests.serve.conftest import MakeClient

from clfnet.colour.palette import PALETTES
from clfnet.serve.web.page import site

ASSET = re.compile(r"assets/[0-9a-f]{16}/([a-z.]+)")
PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TEXT = [(text, page) for text in ("text", "soft") for page in ("page", "panel", "raised")]
TEXT += [("accent", "panel"), ("accent", "page"), ("on-accent", "accent")]
TEXT += [
    ("infrared", "panel"),
    ("visible", "panel"),
    ("danger", "danger-page"),
    ("danger", "panel"),
]
TEXT += [("soft", "surround"), ("text", "danger-page")]


class Tags(HTMLParser):
    """Every tag of a document with its attributes."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def document() -> str:
    return site().document.decode()


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: data.decode() for name, data in site().assets.items()}


def test_the_page_needs_no_token_but_its_service_does(make_client: MakeClient) -> None:
    client = make_client(token="secret")
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert client.get(f"/{ASSET.search(page.text)[0]}").status_code == 200  # type: ignore[index]
    assert client.get("/v1/options").status_code == 401


def test_an_unchanged_page_is_not_sent_again(make_client: MakeClient) -> None:
    client = make_client()
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_files_are_kept_for_ever_under_the_digest_of_their_content(make_client: MakeClient) -> None:
    client = make_client()
    base = f"/assets/{site().digest}"
    types = {"main.js": "text/javascript; charset=utf-8", "tokens.css": "text/css; charset=utf-8"}
    types |= {"mark.svg": "image/svg+xml", "palettes.json": "application/json"}
    for name, media in types.items():
        answer = client.get(f"{base}/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media
        assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"/assets/{'0' * 16}/main.js").json()["kind"] == "NotFound"


@pytest.mark.parametrize(
    "name", ["index.html", "page.py", "..%2fpage.py", "%2e%2e/page.py", "x.js"]
)
def test_nothing_else_is_served(make_client: MakeClient, name: str) -> None:
    answer = make_client().get(f"/assets/{site().digest}/{name}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "kind"}


def test_every_file_is_used_and_there(document: str, texts: dict[str, str]) -> None:
    used = set(ASSET.findall(document))
    for name, text in texts.items():
        if name.endswith(".js"):
            imported = re.findall(r'^import .* from "\./(\w+\.js)";$', text, re.MULTILINE)
            imported += re.findall(r'new URL\("([\w.]+)", import\.meta\.url\)', text)
            used |= set(imported)
    assert used == set(texts)


def test_a_strict_policy_holds(document: str, texts: dict[str, str]) -> None:
    for tag, attributes in Tags(document).found:
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
    for name, text in texts.items():
        urls = set(re.findall(r"\w+://[^\s\"'`)]+", text))
        assert urls <= {"http://www.w3.org/2000/svg"}, name
        assert "eval(" not in text
        assert "innerHTML" not in text  # names of files are text, never markup


def test_scripts_ask_for_elements_that_exist(document: str, texts: dict[str, str]) -> None:
    ids = {str(attributes["id"]) for _, attributes in Tags(document).found if "id" in attributes}
    for name, text in texts.items():
        if name.endswith(".js"):
            assert set(re.findall(r'byId\("([\w-]+)"\)', text)) <= ids, name


def test_an_id_is_given_once_and_shadows_no_method_of_the_form(document: str) -> None:
    ids = [attributes["id"] for _, attributes in Tags(document).found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not {"reset", "submit", "elements"} & set(ids)


def test_icons_that_are_used_are_drawn(document: str, texts: dict[str, str]) -> None:
    drawn = {file: set(re.findall(r'<symbol id="([\w-]+)"', texts[file])) for file in texts}
    used = re.findall(r"assets/\w+/(\w+\.svg)#([\w-]+)", document)
    used += [
        ("icons.svg", name)
        for text in texts.values()
        for name in re.findall(r'icon\("([\w-]+)"\)', text)
    ]
    assert used
    for file, name in used:
        assert name in drawn[file]


def test_palettes_are_those_of_the_library(texts: dict[str, str]) -> None:
    palettes = json.loads(texts["palettes.json"])
    assert palettes == {name: list(colours) for name, colours in PALETTES.items()}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "page"), TEXT)
def test_text_can_be_read(texts: dict[str, str], text: str, page: str, theme: str) -> None:
    assert contrast(colours(texts, theme)[text], colours(texts, theme)[page]) >= 4.5  # WCAG AA


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", ["page", "panel", "raised"])
def test_controls_can_be_told_from_what_is_behind(
    texts: dict[str, str], page: str, theme: str
) -> None:
    found = colours(texts, theme)
    assert contrast(found["edge"], found[page]) >= 3  # WCAG 1.4.11
    assert contrast(found["accent"], found[page]) >= 3


def colours(texts: dict[str, str], theme: str) -> dict[str, str]:
    column = {"light": 1, "dark": 2}[theme]
    return {match[0]: match[column] for match in PAIR.findall(texts["tokens.css"])}


def contrast(one: str, other: str) -> float:
    """WCAG 2: the ratio of relative luminances."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
