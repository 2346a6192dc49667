"""The whole, on made scenes where the right order is known, with a detector that sees contrast."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.errors import InputError, PairingError, SizeMismatchError
from clfnet.io.image import Image, write_image
from clfnet.usefulness import LabelledPair, Usefulness, Yardstick
from clfnet.usefulness.boxes import Detections

HEIGHT, WIDTH = 120, 160
PLACES = ((20, 30), (70, 50), (120, 40))
"""Of three persons, 16 × 40 pixels, left and top: hot; hot, and dark in the light; only dark."""

Levels = NDArray[np.float64]


class Silhouettes:
    """Finds, of places where persons may stand, those that differ from what is around."""

    name = "silhouettes"

    def __call__(self, picture: NDArray[np.uint8]) -> Detections:
        grey = picture[..., 0].astype(float)
        found = []
        for left, top in (*PLACES, (45, 30), (97, 70)):
            body = grey[top : top + 40, left : left + 16]
            gap = abs(body.mean() - grey[top : top + 40, left - 8 : left].mean())
            noise = grey[top : top + 40, left - 8 : left].std() + 8
            score = 1 - np.exp(-gap / noise / 2)
            if score > 0.3:
                found.append([left, top, left + 16, top + 40, score])
        return np.array(sorted(found, key=lambda each: -each[4])).reshape(-1, 5)


def _scene(seed: int) -> tuple[Levels, Levels]:
    """A street, infrared and visible in [0, 1], with detail that only one of them has."""
    rng = np.random.default_rng(seed)
    infrared = np.full((HEIGHT, WIDTH), 0.35) + rng.normal(0, 0.005, (HEIGHT, WIDTH))
    visible = np.full((HEIGHT, WIDTH), 0.5) + rng.normal(0, 0.005, (HEIGHT, WIDTH))
    infrared[2:24, 5:75] += 0.1 * np.sin(np.arange(70) / 1.5)
    visible[96:118, 60:155] += 0.1 * np.sin(np.arange(95) / 1.5)
    for left, top in PLACES[:2]:
        infrared[top : top + 40, left : left + 16] = 0.55
    for left, top in PLACES[1:]:
        visible[top : top + 40, left : left + 16] = 0.3
    return infrared.clip(0, 1), visible.clip(0, 1)


def _levels(image: Levels) -> NDArray[np.uint8]:
    return np.asarray(np.rint(image.clip(0, 1) * 255), np.uint8)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledPair]:
    folder = tmp_path_factory.mktemp("scenes")
    persons = np.array([[x, y, x + 16, y + 40] for x, y in PLACES], float)
    found = []
    for seed in range(4):
        files = folder / "ir" / f"{seed}.png", folder / "vi" / f"{seed}.png"
        for file, image in zip(files, _scene(seed), strict=True):
            write_image(file, Image(_levels(image)))
        light = "day" if seed % 2 else "night"
        found.append(
            LabelledPair(
                str(seed), f"s{seed}", light, files[0], files[1], persons, np.empty((0, 4))
            )
        )
    return found


@pytest.fixture(scope="module")
def yardstick(pairs: Sequence[LabelledPair]) -> Yardstick:
    return Yardstick(pairs, [Silhouettes()])


@pytest.fixture(scope="module")
def score(yardstick: Yardstick) -> Callable[[Callable[[Levels, Levels], Levels]], Usefulness]:
    def run(rule: Callable[[Levels, Levels], Levels]) -> Usefulness:
        pictures = {str(seed): _levels(rule(*_scene(seed))) for seed in range(4)}
        return yardstick.score(yardstick.measure(pictures))

    return run


def _good(infrared: Levels, visible: Levels) -> Levels:
    """The visible image, and the infrared's contrast where the visible has none."""
    return visible + np.where(np.abs(visible - 0.5) < 0.03, infrared - 0.35, 0)


def _checks(infrared: Levels, visible: Levels) -> Levels:
    """A chequerboard of both sources."""
    rows, columns = np.indices(infrared.shape)
    return np.where((rows // 8 + columns // 8) % 2, infrared, visible)


USELESS: dict[str, Callable[[Levels, Levels], Levels]] = {
    "infrared alone": lambda a, b: a,
    "visible alone": lambda a, b: b,
    "average": lambda a, b: (a + b) / 2,
    "chequerboard": _checks,
    "noise": lambda a, b: np.random.default_rng(9).uniform(0, 1, a.shape),
    "washed out": lambda a, b: 0.75 + _good(a, b) / 8,
    "brighter": np.maximum,
}


@pytest.mark.parametrize("name", USELESS)
def test_what_is_of_no_use_is_below_a_good_picture(
    name: str, score: Callable[[Callable[[Levels, Levels], Levels]], Usefulness]
) -> None:
    good, useless = score(_good), score(USELESS[name])
    assert useless.u < good.u - 0.1
    assert useless.least < good.least


def test_the_good_picture_is_good(
    score: Callable[[Callable[[Levels, Levels], Levels]], Usefulness],
) -> None:
    good = score(_good)
    assert good.least > 0.7
    assert good.parts["D"] == pytest.approx(1)
    assert good.parts["C"] == pytest.approx(1)
    assert set(good.precision) == {"day", "night"}


def test_a_copy_loses_who_is_in_the_other_source(
    score: Callable[[Callable[[Levels, Levels], Levels]], Usefulness],
) -> None:
    assert score(lambda a, b: a).parts["C"] == 0
    assert score(lambda a, b: b).parts["C"] == 0
    assert score(lambda a, b: b).parts["D"] < 0.8


def test_without_day_there_is_no_whiteness(pairs: Sequence[LabelledPair]) -> None:
    night = [pair for pair in pairs if pair.light == "night"]
    yardstick = Yardstick(night, [Silhouettes()])
    found = yardstick.score(yardstick.measure({str(s): _levels(_scene(s)[1]) for s in (0, 2)}))
    assert np.isnan(found.parts["W"])
    assert np.isnan(found.sunk)
    assert found.u > 0


def test_without_a_detector_the_pictures_alone_are_measured(pairs: Sequence[LabelledPair]) -> None:
    yardstick = Yardstick(pairs, [])
    found = yardstick.score(yardstick.measure({str(s): _levels(_scene(s)[1]) for s in range(4)}))
    assert np.isnan(found.parts["D"])
    assert np.isnan(found.parts["C"])
    assert found.parts["W"] == 1


def test_folders_are_read_and_checked(
    yardstick: Yardstick, pairs: Sequence[LabelledPair], tmp_path: Path
) -> None:
    for seed in range(4):
        write_image(tmp_path / f"{seed}.png", Image(_levels(_scene(seed)[1])))
    calls: list[tuple[int, int]] = []
    in_files = yardstick.measure(tmp_path, lambda done, total: calls.append((done, total)))
    in_memory = yardstick.measure({str(s): _levels(_scene(s)[1]) for s in range(4)})
    assert yardstick.score(in_files) == yardstick.score(in_memory)
    assert calls[-1] == (4, 4)
    (tmp_path / "3.png").unlink()
    with pytest.raises(PairingError, match="has none of 3"):
        yardstick.measure(tmp_path)
    write_image(tmp_path / "3.png", Image(np.zeros((9, 9), np.uint8)))
    with pytest.raises(SizeMismatchError, match="got 9x9"):
        yardstick.measure(tmp_path)


def test_nothing_to_measure_with_is_refused(pairs: Sequence[LabelledPair]) -> None:
    with pytest.raises(InputError, match="at least one"):
        Yardstick([], [])
    with pytest.raises(InputError, match="names of their own"):
        Yardstick(pairs, [Silhouettes(), Silhouettes()])
