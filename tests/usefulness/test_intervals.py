"""The bootstrap over scenes, against one drawn by hand."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.io.image import Image, write_image
from clfnet.usefulness import LabelledPair, Measured, Yardstick
from clfnet.usefulness.intervals import differences_of_use

LIGHTS = ("day", "night", "day", "night", "day", "night")
SCENES = ("a", "a", "b", "b", "c", "c")


@pytest.fixture
def measured(tmp_path: Path) -> tuple[Yardstick, Mapping[str, Measured]]:
    rng = np.random.default_rng(0)
    pairs, pictures = [], {}
    for k, (scene, light) in enumerate(zip(SCENES, LIGHTS, strict=True)):
        files = tmp_path / f"i{k}.png", tmp_path / f"v{k}.png"
        for file in files:
            write_image(file, Image(rng.integers(60, 180, (64, 64), np.uint8)))
        box = np.array([[20.0, 10, 40, 50]])
        pairs.append(LabelledPair(str(k), scene, light, files[0], files[1], box, np.empty((0, 4))))
        pictures[str(k)] = rng.integers(0, 256, (64, 64), np.uint8)
    yardstick = Yardstick(pairs, [])
    visible = yardstick.measure(lambda _, sources: sources.visible)
    return yardstick, {"visible": visible, "noise": yardstick.measure(pictures)}


def test_differences_are_those_of_the_scores(
    measured: tuple[Yardstick, Mapping[str, Measured]],
) -> None:
    yardstick, methods = measured
    found = differences_of_use(yardstick, methods, "visible", draws=50)["noise"]
    scores = {name: yardstick.score(each) for name, each in methods.items()}
    for part in ("P", "W"):
        gap = scores["noise"].parts[part] - scores["visible"].parts[part]
        assert found[part].mean == pytest.approx(gap)
        assert found[part].low <= found[part].mean <= found[part].high
    assert found["U"].mean == pytest.approx(scores["noise"].u - scores["visible"].u)
    assert np.isnan(found["D"].mean)


def test_pictures_of_a_scene_are_drawn_together(
    measured: tuple[Yardstick, Mapping[str, Measured]],
) -> None:
    """By hand: all 27 draws of three scenes, each as likely, of the share that is whitened."""
    yardstick, methods = measured
    found = differences_of_use(yardstick, methods, "visible", draws=3000)["noise"]["W"]
    whitened = methods["noise"].whitened[::2]  # by day: one image of each scene
    drawn = [
        max(0.0, 1 - 5 * float(np.mean(whitened[list(scenes)]))) - 1
        for scenes in np.ndindex(3, 3, 3)
    ]
    low, high = np.quantile(np.repeat(drawn, 100), (0.025, 0.975))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)


def test_wrong_arguments(measured: tuple[Yardstick, Mapping[str, Measured]]) -> None:
    with pytest.raises(ConfigError, match="must be one of visible, noise"):
        differences_of_use(*measured, "average")
    with pytest.raises(ConfigError, match="above 0 and below 1"):
        differences_of_use(*measured, "noise", confidence=1)
