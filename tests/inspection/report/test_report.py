"""The report, as HTML and as PDF: what it says, and that it loads and runs nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from clfnet.inspection import Look, Measured, Plan, measure, readings
from clfnet.inspection.readings import Source
from clfnet.inspection.report import Page, as_html, as_pdf, page_of
from clfnet.thermal import ThermalOptions
from clfnet.thermal.surroundings import Surroundings

EVIL = "<script>alert(1)</script> & 'x' \"y\".jpg"


@pytest.fixture
def page(flir_measured: Measured) -> Page:
    return page_of(flir_measured, Look(light=True))


class _Reader(HTMLParser):
    """Collects tags with their attributes, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_says_all(page: Page) -> None:
    assert page.title == "flir.jpg"
    assert [row[0] for row in page.table] == ["Region", "whole", "mug", "wall"]
    assert page.table[2][1:3] == ["20, 8", ""]
    assert page.table[3][1] == "0, 12; 10 × 8"
    facts = dict(page.facts)
    assert facts["Camera"] == "FLIR Test"
    assert (facts["Emissivity"], facts["Distance"]) == ("0.95", "1 m")
    assert "Serial number" not in facts


def test_a_page_tells_what_its_temperatures_are_from(flir: Path, map_file: Path) -> None:
    surroundings = Surroundings(emissivity=0.8, distance=4.0)
    facts = _facts(flir, ThermalOptions(surroundings=surroundings))
    assert (facts["Emissivity"], facts["Distance"]) == ("0.8 (stated)", "4 m (stated)")
    assert "stated" not in facts["Relative humidity"]
    facts = _facts(map_file, ThermalOptions())
    assert not any("stated" in name + value for name, value in facts.items())
    x, y = map(int, facts["Hottest at"].split(", "))
    (reading,) = readings(Source(map_file, None, "map"))
    assert reading.celsius[y, x] == np.nanmax(reading.celsius)


def test_a_page_tells_a_calibration(tmp_path: Path) -> None:
    counts = tmp_path / "counts.npy"
    np.save(counts, np.arange(7000, 7300, dtype=np.uint16).reshape(15, 20))
    facts = _facts(counts, ThermalOptions(calibration="7000=20C,9000=60C"))
    assert facts["Calibration (stated)"] == "7000 = 20 °C, 9000 = 60 °C"
    facts = _facts(counts, ThermalOptions(kelvin_per_count=0.04))
    assert facts["Kelvin per count (stated)"] == "0.04"


def _facts(file: Path, options: ThermalOptions) -> dict[str, str]:
    (reading,) = readings(Source(file, None, file.stem), options)
    return dict(page_of(measure(reading, Plan.parse()), Look(light=True)).facts)


def test_a_serial_number_only_if_asked(flir_measured: Measured) -> None:
    camera = flir_measured.reading.thermal.camera
    object.__setattr__(camera, "serial", "4711")
    look = Look(light=True)
    assert ("Serial number", "4711") in page_of(flir_measured, look, serial=True).facts
    assert "4711" not in str(page_of(flir_measured, look).facts)


def test_html_holds_the_page(page: Page) -> None:
    found = _Reader(as_html([page, page], title="Roof & wall"))
    text = " ".join(found.texts)
    for said in ("Roof & wall", "2 images", "mug", "0, 12; 10 × 8", "FLIR Test", "Emissivity"):
        assert said in text
    images = [attrs for tag, attrs in found.tags if tag == "img"]
    assert len(images) == 4
    assert [tag for tag, _ in found.tags].count("section") == 2


def test_html_loads_and_runs_nothing(page: Page) -> None:
    text = as_html([page._replace(title=EVIL, notes=[EVIL], facts=[(EVIL, EVIL)])], title=EVIL)
    found = _Reader(text)
    assert "script" not in {tag for tag, _ in found.tags}
    for _, attrs in found.tags:
        assert not {name for name in attrs if name.startswith("on")}
        for name in ("src", "href"):
            assert (attrs.get(name) or "#").startswith(("data:image/", "#"))
    assert "default-src 'none'" in text
    assert EVIL in " ".join(found.texts)


def test_html_is_the_same_again(page: Page) -> None:
    assert as_html([page]) == as_html([page])
    assert as_html([page._replace(title="\udcff.jpg")]).encode()


def _texts(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [document[index].get_textpage().get_text_range() for index in range(len(document))]


def test_pdf_has_a_sheet_for_each_image(page: Page) -> None:
    first, second = _texts(as_pdf([page, page._replace(title=EVIL)], title="Roof & wall"))
    for said in ("Roof & wall", "flir.jpg", "mug", "0, 12; 10 × 8", "FLIR Test", "Emissivity"):
        assert said in first
    assert EVIL in re.sub(r"\s+", " ", second)


def test_a_long_table_goes_on(page: Page) -> None:
    rows = [page.table[0], *[[f"S{n}", "1, 1", "", "20.0", ""] for n in range(90)]]
    texts = _texts(as_pdf([page._replace(table=rows)]))
    assert len(texts) == 3
    assert "S89" in "".join(texts)


@pytest.mark.parametrize("pictures", [1, 2])
def test_pictures_stay_on_the_sheet(page: Page, pictures: int) -> None:
    tall = page.pictures[0]._replace(width=300, height=900)
    data = as_pdf([page._replace(pictures=[tall, page.pictures[1]][:pictures])])
    shown = pypdfium2.PdfDocument(data)[0].render(scale=1).to_numpy()
    assert (shown[:, :20] > 250)[40:].all()
    assert (shown[:, -20:] > 250)[40:].all()
    assert (shown < 200).mean() > 0.01


def test_pdf_of_odd_letters(page: Page) -> None:
    odd = page._replace(title="红外 Δ\x07.jpg", facts=[("a", "")], notes=["x" * 500])
    assert len(pypdfium2.PdfDocument(as_pdf([odd]))) == 1
    assert as_pdf([odd]) == as_pdf([odd])


def test_pictures_are_reduced(flir_measured: Measured) -> None:
    beside = ("Fused", np.zeros((1500, 3000), np.uint16))
    made = page_of(flir_measured, Look(), beside)
    assert [(each.caption, each.width) for each in made.pictures][1] == ("Fused", 1400)
    assert made.pictures[1].media == "image/jpeg"
