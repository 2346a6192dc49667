from pathlib import Path

import pytest

from clfnet.errors import PairingError
from clfnet.methods import Published


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "SDNet"
    folder.mkdir()
    for name in ("01.png", "01.txt", "02.PNG", "02.jpg", "03.v2.tif"):
        (folder / name).touch()
    (folder / "04.png").mkdir()
    return folder


def test_finds_images_by_stem(folder: Path) -> None:
    published = Published("SDNet", folder)
    assert published.path("01") == folder / "01.png"
    assert published.path("03.v2") == folder / "03.v2.tif"


def test_is_parsed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Published.parse(f"published:{folder}/") == Published("SDNet", folder)
    monkeypatch.chdir(folder)
    assert Published.parse("published:.").name == "SDNet"


@pytest.mark.parametrize(
    ("stem", "message"),
    [
        ("02", r"one image of the stem '02', has 02\.PNG, 02\.jpg\. Keep one"),
        ("04", "of the stem '04', has none. Add it"),
        ("03", "has none"),
    ],
)
def test_missing_and_ambiguous_images_are_named(folder: Path, stem: str, message: str) -> None:
    with pytest.raises(PairingError, match=message):
        Published("SDNet", folder).path(stem)


def test_must_be_a_folder(folder: Path) -> None:
    with pytest.raises(PairingError, match="must be a folder of fused images, but is not there"):
        Published("no", folder / "no")
    with pytest.raises(PairingError, match=r"01\.png must be .* but is a file"):
        Published.parse(f"published:{folder / '01.png'}")
