from pathlib import Path

import numpy as np
import pytest

from clfnet.evaluation import evaluate
from clfnet.inference.find import find_compared
from clfnet.io.image import Image, read_image, write_image
from experiments.scoring import COLUMNS, MODES, compared, depends_on, scores, table_of
from experiments.spec import Pairs

PAIRS = Pairs("Tiny", "ir", "vi", "published")


def test_published_folders_come_after_the_methods(data: Path) -> None:
    (data / "published/notes.txt").touch()
    assert list(compared(data, PAIRS, ("maximum", "average"))) == [
        ("maximum", "maximum"),
        ("average", "average"),
        ("Theirs", f"published:{data / 'published/Theirs'}"),
    ]


@pytest.mark.parametrize("method", ["maximum", "published"])
def test_scores_are_those_of_the_fused_images(data: Path, tmp_path: Path, method: str) -> None:
    spec = f"published:{data / 'published/Theirs'}" if method == "published" else method
    found = scores(data, PAIRS, find_compared(spec), tmp_path / "fused")
    assert list(found) == list(MODES)
    table = table_of({"it": found}, "unstretched", "paper")
    if method == "maximum":
        for name in ("1", "2"):
            infrared, visible = (read_image(data / f / f"{name}.png").pixels for f in ("ir", "vi"))
            fused = Image(np.maximum(infrared, visible))
            write_image(tmp_path / "own" / f"{name}.png", fused)
    own = data / "published/Theirs" if method == "published" else tmp_path / "own"
    expected = evaluate(data / "ir", data / "vi", own, metrics=COLUMNS["paper"], dialect="paper")
    assert table.means()["it"] == pytest.approx(expected.means()[own.name], rel=1e-5)


def test_stretched_images_span_the_range_and_published_files_stay(
    data: Path, tmp_path: Path
) -> None:
    path = data / "published/Theirs/1.png"
    before = path.read_bytes()
    method = find_compared(f"published:{data / 'published/Theirs'}")
    scores(data, PAIRS, method, tmp_path)
    original = read_image(path).pixels.astype(float)
    stretched = read_image(tmp_path / "stretched/Theirs/1.png").pixels
    low, high = original.min(), original.max()
    assert (low, high) != (0, 255)
    np.testing.assert_allclose(stretched, (original - low) / (high - low) * 255, atol=0.51)
    assert path.read_bytes() == before


def test_undefined_values_are_kept_as_nothing(data: Path, tmp_path: Path) -> None:
    found = scores(data, PAIRS, find_compared("visible"), tmp_path)
    assert found["unstretched"]["plain"]["1"]["SCD"] is None
    assert np.isnan(table_of({"it": found}, "unstretched", "plain").means()["it"]["SCD"])


def test_networks_trained_here_are_told_from_published_outputs(data: Path, tmp_path: Path) -> None:
    found = scores(data, PAIRS, find_compared("maximum"), tmp_path)
    rows = dict.fromkeys(("DenseFuse", "densefuse", "maximum"), found)
    table = table_of(rows, "unstretched", "paper")
    assert list(table.methods) == ["DenseFuse", "densefuse, trained here", "maximum"]


def test_the_fingerprint_follows_the_files(data: Path) -> None:
    spec = f"published:{data / 'published/Theirs'}"
    before = depends_on(data, PAIRS, spec)
    assert depends_on(data, PAIRS, spec) == before
    assert depends_on(data, PAIRS, "maximum") != depends_on(data, PAIRS, "average")
    write_image(
        data / "published/Theirs/1.png", Image(np.eye(176, 180, dtype=np.uint8)), overwrite=True
    )
    assert depends_on(data, PAIRS, spec) != before
