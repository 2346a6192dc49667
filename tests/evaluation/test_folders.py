import csv
from pathlib import Path

import numpy as np
import pytest

import clfnet
from clfnet.errors import (
    ConfigError,
    ImageError,
    InputError,
    PairingError,
    SizeMismatchError,
)
from clfnet.evaluation import evaluate
from clfnet.io.image import Image, read_image, write_image
from clfnet.metrics import metrics_of, score, to_grey


def test_every_image_of_every_method_is_scored(root: Path) -> None:
    table = evaluate(root / "ir", root / "vi", [root / "mean", root / "noise"], dialect="plain")
    assert table.dialect == "plain"
    assert table.metrics == tuple(metrics_of("plain"))
    assert {name: list(images) for name, images in table.methods.items()} == {
        "mean": ["01", "02"],
        "noise": ["01", "02"],
    }
    fused, infrared, visible = (
        to_grey(read_image(root / name).pixels)
        for name in ("noise/02.tif", "ir/02.png", "vi/02.bmp")
    )
    assert table.methods["noise"]["02"] == score(fused, infrared, visible, dialect="plain")


def test_one_folder_chosen_metrics_and_strings(root: Path) -> None:
    table = evaluate(str(root / "ir"), str(root / "vi"), str(root / "mean"), metrics=["SF", "en"])
    assert list(table.means()) == ["mean"]
    assert list(table.means()["mean"]) == ["SF", "EN"]
    assert clfnet.evaluate(root / "ir", root / "vi", root / "mean", metrics=["SF", "en"]) == table


def test_jobs_change_nothing(root: Path) -> None:
    folders = root / "ir", root / "vi", [root / "mean", root / "noise"]
    alone, together = (evaluate(*folders, jobs=jobs) for jobs in (1, 3))
    assert alone.methods == together.methods
    assert [list(images) for images in together.methods.values()] == [["01", "02"]] * 2


def test_progress_is_told_after_each_image(root: Path) -> None:
    told: list[tuple[int, int]] = []
    evaluate(
        root / "ir",
        root / "vi",
        [root / "mean", root / "noise"],
        metrics=["EN"],
        progress=lambda *numbers: told.append(numbers),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_method_is_named_after_its_folder_however_that_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "mean")
    assert list(evaluate(root / "ir", root / "vi", ".", metrics=["EN"]).methods) == ["mean"]


def test_files_without_a_partner_are_named(root: Path) -> None:
    (root / "mean/02.png").rename(root / "mean/03.png")
    with pytest.raises(PairingError) as caught:
        evaluate(root / "ir", root / "vi", root / "mean")
    for unpaired in ("ir/02.png", "mean/03.png"):
        assert str(root / unpaired) in str(caught.value)


def test_all_folders_are_matched_before_any_is_scored(root: Path) -> None:
    told: list[int] = []
    with pytest.raises(PairingError, match="nowhere"):
        evaluate(
            root / "ir",
            root / "vi",
            [root / "mean", root / "nowhere"],
            progress=lambda done, _: told.append(done),
        )
    assert told == []


def test_another_size_is_named_with_the_file(root: Path) -> None:
    write_image(root / "mean/02.png", Image(np.zeros((50, 43), np.uint8)), overwrite=True)
    with pytest.raises(SizeMismatchError, match=r"mean/02.png .*ir/02.png, 42x50, got 43x50"):
        evaluate(root / "ir", root / "vi", root / "mean")


def test_a_damaged_file_is_named(root: Path) -> None:
    (root / "mean/02.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ImageError, match=r"mean/02\.png"):
        evaluate(root / "ir", root / "vi", root / "mean")


def test_all_files_that_cannot_be_scored_are_named(root: Path) -> None:
    write_image(root / "mean/02.png", Image(np.zeros((50, 43), np.uint8)), overwrite=True)
    (root / "noise/01.tif").write_bytes(b"II*\0")
    with pytest.raises(InputError, match=r"^2 images .*mean/02\.png .*43x50.*noise/01\.tif"):
        evaluate(root / "ir", root / "vi", [root / "mean", root / "noise"], metrics=["EN"])


def test_the_table_knows_what_was_scored(root: Path) -> None:
    files = evaluate(root / "ir", root / "vi", root / "noise", metrics=["EN"]).files
    assert files["noise"]["02"] == (root / "ir/02.png", root / "vi/02.bmp", root / "noise/02.tif")


def test_a_file_too_small_for_a_metric_is_named(root: Path) -> None:
    for path in ("ir/02.png", "vi/02.bmp", "mean/02.png"):
        write_image(root / path, Image(np.eye(40, dtype=np.uint8)), overwrite=True)
    with pytest.raises(ImageError, match=r"mean/02.png: .* at least 41 pixels .* got 40x40"):
        evaluate(root / "ir", root / "vi", root / "mean")


def test_arguments_that_make_no_sense_are_refused(root: Path) -> None:
    sources = root / "ir", root / "vi"
    with pytest.raises(ConfigError, match="mean `paper`"):
        evaluate(*sources, root / "mean", dialect="papr")
    with pytest.raises(ConfigError, match="'XY'"):
        evaluate(*sources, root / "mean", metrics=["EN", "XY"])
    with pytest.raises(InputError, match="at least one folder, got none"):
        evaluate(*sources, [])
    with pytest.raises(InputError, match=r"different names, got .*mean and .*mean"):
        evaluate(*sources, [root / "mean", root / "mean"])
    with pytest.raises(InputError, match="`jobs` must be at least 1, got 0"):
        evaluate(*sources, root / "mean", jobs=0)


def test_golden_means(shared: Path) -> None:
    folder = shared / "data/tno/test"
    published = [folder / "published" / method for method in ("CLF-Net", "SeAFusion")]
    metrics = ["EN", "MI", "SD", "SF"]
    means = evaluate(
        folder / "ir", folder / "vi", published, dialect="paper", metrics=metrics
    ).means()
    with (shared / "golden/tno_test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for method, values in means.items():
        for metric, column in zip(metrics, ("EN", "MI", "SD_paper", "SF_paper"), strict=True):
            expected = np.mean([float(row[column]) for row in rows if row["method"] == method])
            assert values[metric] == pytest.approx(expected, rel=1e-9)
