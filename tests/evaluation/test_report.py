import base64
import hashlib
import html
import json
import re
from io import BytesIO
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.evaluation import Table, evaluate
from clfnet.evaluation.report import as_html
from clfnet.evaluation.report.pictures import LONGEST_SIDE
from clfnet.io.box import Box
from clfnet.io.image import Image, read_image, write_image
from clfnet.metrics import metrics_of

THIRD = 1 / 3
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def table(root: Path) -> Table:
    """Two methods' scores of two images, 60x45 and 42x50, and where the images are."""
    return evaluate(
        root / "ir", root / "vi", [root / "mean", root / "noise"], metrics=["EN", "MSE"]
    )


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def pixels_of(uri: str) -> NDArray[np.uint8]:
    kind, _, content = uri.partition(",")
    assert kind == "data:image/webp;base64"
    with PIL.Image.open(BytesIO(base64.b64decode(content))) as picture:
        return np.asarray(picture.convert("RGB"))


def scores(**methods: float) -> Table:
    found = {method: {"01": {"EN": value}} for method, value in methods.items()}
    return Table("paper", tuple(metrics_of("paper", ["EN"])), found)


def picture(root: Path, pixels: NDArray[np.uint8]) -> Table:
    """One image, the same for both sources and the method, not scored."""
    path = root / "01.png"
    write_image(path, Image(pixels))
    metrics = tuple(metrics_of("paper", ["EN"]))
    return Table("paper", metrics, {"us": {"01": {"EN": 1.0}}}, {"us": {"01": (path,) * 3}})


def test_values_have_full_precision(table: Table) -> None:
    data = data_of(as_html(table))
    assert [metric["name"] for metric in data["metrics"]] == ["EN", "MSE"]
    for metric in data["metrics"]:
        for method, values in zip(data["methods"], metric["values"], strict=True):
            by_image = table.methods[method]
            assert values == [by_image[name][metric["name"]] for name in data["images"]]
        assert metric["means"] == [table.means()[m][metric["name"]] for m in data["methods"]]
        assert metric["ranks"] == [table.ranks()[m][metric["name"]] for m in data["methods"]]


def test_what_a_reader_without_scripts_sees_has_the_means() -> None:
    page = as_html(scores(ours=THIRD, theirs=0.25))
    shown = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "**0.3333**" in shown
    assert "dialect `paper`" in shown


def test_undefined_and_infinite_values_are_what_javascript_reads() -> None:
    metric = data_of(as_html(scores(a=nan, b=inf, c=-inf)))["metrics"][0]
    assert metric["means"] == ["NaN", "Infinity", "-Infinity"]


def test_names_are_text() -> None:
    page = as_html(scores(**{HOSTILE: 1.0}), title=HOSTILE)
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert page.count("</script>") == 2  # the data's and the script's own
    assert f"<title>{html.escape(HOSTILE)}</title>" in page
    assert data_of(page)["methods"] == [HOSTILE]


def test_names_need_not_be_valid_unicode() -> None:
    as_html(scores(**{"\udcff": 1.0}), title="\udcff").encode()


def test_the_policy_names_the_script_and_the_style_and_lets_nothing_be_loaded(
    table: Table,
) -> None:
    page = as_html(table)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        text = re.search(rf"<{tag}(?: type=\"module\")?>(.*?)</{tag}>", page, re.DOTALL)
        assert text
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}';" in policy[1]
    assert policy[1].startswith("default-src 'none';")
    assert " style=" not in page.partition("<body>")[2].partition("<script")[0]


def test_there_are_no_addresses(table: Table) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"']*", as_html(table)))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, never fetched
    assert not re.search(r"@import|<link|url\(|fetch\(|XMLHttpRequest", as_html(scores(us=1.0)))


def test_the_same_table_gives_the_same_page(table: Table) -> None:
    assert as_html(table) == as_html(table)


def test_pictures_are_embedded_without_loss(table: Table, root: Path) -> None:
    first = data_of(as_html(table))["pictures"][0]
    assert (first["width"], first["height"]) == (60, 45)
    for uri, file in zip(
        (first["infrared"], first["visible"], *first["fused"]),
        ("ir/01.png", "vi/01.bmp", "mean/01.png", "noise/01.tif"),
        strict=True,
    ):
        with PIL.Image.open(root / file) as expected:
            np.testing.assert_array_equal(pixels_of(uri), np.asarray(expected.convert("RGB")))


def test_colour_is_kept(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    embedded = data_of(as_html(picture(tmp_path, pixels)))["pictures"][0]
    np.testing.assert_array_equal(pixels_of(embedded["fused"][0]), pixels)


def test_large_pictures_are_reduced_and_their_size_told(tmp_path: Path) -> None:
    one = data_of(as_html(picture(tmp_path, np.zeros((30, 2 * LONGEST_SIDE), np.uint8))))
    assert (one["pictures"][0]["width"], one["longest"]) == (2 * LONGEST_SIDE, LONGEST_SIDE)
    assert pixels_of(one["pictures"][0]["fused"][0]).shape == (15, LONGEST_SIDE, 3)


@pytest.mark.parametrize(("most", "chosen"), [(0, []), (1, [0]), (3, [0, 2, 4]), (9, [*range(5)])])
def test_most_images_are_spread_evenly(tmp_path: Path, most: int, chosen: list[int]) -> None:
    write_image(tmp_path / "a.png", Image(np.zeros((4, 4), np.uint8)))
    names = [f"{number}" for number in range(5)]
    files = {"us": dict.fromkeys(names, (tmp_path / "a.png",) * 3)}
    found = {"us": {name: {"EN": 0.0} for name in names}}
    data = data_of(
        as_html(Table("paper", tuple(metrics_of("paper", ["EN"])), found, files), most=most)
    )
    assert [one["image"] for one in data["pictures"]] == chosen
    assert data["images"] == names


def test_a_negative_most_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"`most` must be at least 0, got -1\."):
        as_html(scores(us=1.0), most=-1)


def test_without_files_there_are_tables_only() -> None:
    assert data_of(as_html(scores(us=1.0)))["pictures"] == []


def test_the_region_is_that_of_all_pictures_moved_into_smaller_ones(table: Table) -> None:
    pictures = data_of(as_html(table, region=Box(40, 5, 20, 10)))["pictures"]
    assert [one["region"] for one in pictures] == [[40, 5, 20, 10], [22, 5, 20, 10]]


def test_a_region_larger_than_a_picture_becomes_the_picture(table: Table) -> None:
    pictures = data_of(as_html(table, region=Box(0, 7, 900, 900)))["pictures"]
    assert [one["region"] for one in pictures] == [[0, 0, 60, 45], [0, 0, 42, 50]]


def test_the_region_is_the_warmest_place_if_none_is_given(tmp_path: Path) -> None:
    pixels = np.full((50, 100), 60, np.uint8)
    pixels[30:40, 70:90] = 255
    assert data_of(as_html(picture(tmp_path, pixels)))["pictures"][0]["region"] == [70, 30, 20, 10]


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 2)])
def test_tiny_pictures_have_a_region(tmp_path: Path, shape: tuple[int, int]) -> None:
    region = data_of(as_html(picture(tmp_path, np.zeros(shape, np.uint8))))["pictures"][0]["region"]
    assert region == [0, 0, 1, 1]


@pytest.mark.parametrize("wrong", [(-1, 0, 5, 5), (0, -2, 5, 5), (0, 0, 0, 5), (0, 0, 5, -5)])
def test_a_region_without_pixels_is_refused(wrong: tuple[int, int, int, int]) -> None:
    message = rf"`region` must be X,Y,WIDTH,HEIGHT .*got {','.join(map(str, wrong))}\."
    with pytest.raises(ConfigError, match=message):
        as_html(scores(us=1.0), region=Box(*wrong))


def test_a_region_outside_of_all_pictures_is_refused(table: Table) -> None:
    with pytest.raises(ImageError, match=r"`region` must begin inside .* 60x45, got 60,49\."):
        as_html(table, region=Box(60, 49, 5, 5))


def test_a_picture_that_is_gone_is_named(table: Table, root: Path) -> None:
    (root / "mean" / "01.png").unlink()
    with pytest.raises(ImageError, match=r"mean.01\.png must be an image file, but is not there"):
        as_html(table)


def test_counts_are_shown_as_they_are_scored(root: Path) -> None:
    """Their report is that of the same scene in eight bits."""
    for name in ("01", "02"):
        levels = read_image(root / f"ir/{name}.png").pixels
        write_image(root / f"deep/{name}.png", Image(7000 + 2 * levels.astype(np.uint16)))
    plain = evaluate(root / "ir", root / "vi", root / "mean", metrics=["MI"])
    deep = evaluate(
        root / "deep", root / "vi", root / "mean", metrics=["MI"], thermal_range="7000,7510"
    )
    assert as_html(plain) == as_html(deep)
