"""The score that chooses the best model: a collapsed network, or noise, cannot win it."""

from collections.abc import Callable
from itertools import pairwise
from math import isfinite

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from clfnet.metrics import vif
from clfnet.nn import CLFNet
from clfnet.training.dataset import Pair
from clfnet.training.validation import ImitationValidator, Validator, fuse_levels, measure, score

Pixels = NDArray[np.uint8]
PairMaker = Callable[..., Pair]

PARTS = ("VIF infrared", "VIF visible", "SCD", "Qabf", "AG", "EN")


@pytest.fixture(params=["street", "textures"])
def pair(request: pytest.FixtureRequest, street: Pair, textured_pair: PairMaker) -> Pair:
    return street if request.param == "street" else textured_pair(1, 64, 72)


def levels(image: NDArray[np.floating]) -> Pixels:
    rounded: Pixels = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return rounded


def stretched(image: NDArray[np.floating]) -> Pixels:
    return levels((image - image.min()) / (image.max() - image.min()) * 255)


def score_of(fused: Pixels, pair: Pair) -> float:
    return score(measure(fused, pair), measure(np.maximum(pair.infrared, pair.visible), pair))


def test_the_maximum_scores_one(pair: Pair) -> None:
    assert score_of(np.maximum(pair.infrared, pair.visible), pair) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("which", ["infrared", "visible"])
def test_a_copy_of_one_source_loses(pair: Pair, which: str) -> None:
    source = getattr(pair, which).astype(float)
    average = (pair.infrared.astype(float) + pair.visible) / 2
    noise = np.random.default_rng(0).normal(0, 3, source.shape)
    copies = {
        "exact": levels(source),
        "dimmed": levels(0.9 * source),
        "stretched": stretched(source),
        "noisy": levels(source + noise),
    }
    to_beat = min(score_of(levels(average), pair), score_of(stretched(average), pair), 1.0)
    for name, copy in copies.items():
        got = score_of(copy, pair)
        assert isfinite(got), name
        assert got < to_beat, name


def test_what_is_undefined_counts_nothing(pair: Pair) -> None:
    exact = measure(pair.infrared, pair)  # its SCD is 0 / 0
    assert exact["SCD"] == 0
    assert score_of(pair.infrared, pair) == 0
    grey = np.full_like(pair.infrared, 128)
    assert all(isfinite(value) for value in measure(grey, pair).values())
    assert all(isfinite(value) for value in measure(grey, Pair("flat", grey, grey)).values())


def test_a_pair_whose_maximum_is_one_source_can_still_be_scored(pair: Pair) -> None:
    dark = Pair("dark", pair.infrared // 4, pair.visible // 2 + 70)
    assert (dark.infrared < dark.visible).all()
    both = score_of(levels((2.0 * dark.infrared + dark.visible) / 2), dark)
    assert isfinite(both)
    assert both > 0
    assert score_of(dark.visible, dark) == 0


def test_noise_cannot_pay_for_what_it_spoils(pair: Pair) -> None:
    best = np.maximum(pair.infrared, pair.visible).astype(float)
    noise = np.random.default_rng(0).normal(0, 1, best.shape)
    scores = [score_of(levels(best + sigma * noise), pair) for sigma in (0, 2, 5, 10, 20, 40)]
    assert all(more < less for less, more in pairwise(scores))


def test_the_score_is_the_geometric_mean_of_capped_ratios() -> None:
    yardstick = dict.fromkeys(PARTS, 2.0)
    values = dict(zip(PARTS, (1.0, 2.0, 2.2, 100.0, 1.8, 2.5), strict=True))
    ratios = (0.5, 1, 1.1, 1.25, 0.9, 1.25)
    assert score(values, yardstick) == pytest.approx(np.exp(np.mean(np.log(ratios))))
    assert score({**values, "SCD": -0.3}, yardstick) == 0
    assert score({**values, "MI": 100.0}, yardstick) == score(values, yardstick)


def _one_sided_vif(fused: Pixels, source: Pixels) -> float:
    """Pixel-domain VIF of one source, window by window."""
    r, d = source.astype(float), fused.astype(float)
    kept = present = 0.0
    for scale, side in ((1, 17), (2, 9), (3, 5), (4, 3)):
        x = np.arange(side) - side // 2
        window = np.exp(-(x[:, None] ** 2 + x**2) / (2 * (side / 5) ** 2))
        window /= window.sum()

        def blurred(
            image: NDArray[np.float64], w: NDArray[np.float64] = window
        ) -> list[list[float]]:
            n = len(w)
            return [
                [
                    float((image[y : y + n, x : x + n] * w).sum())
                    for x in range(image.shape[1] - n + 1)
                ]
                for y in range(image.shape[0] - n + 1)
            ]

        if scale > 1:
            r, d = (np.array(blurred(image))[::2, ::2] for image in (r, d))
        for row in zip(*map(blurred, (r, d, r * r, d * d, r * d)), strict=True):
            for mr, md, mrr, mdd, mrd in zip(*row, strict=True):
                v1, v2, covariance = mrr - mr * mr, mdd - md * md, mrd - mr * md
                gain = max(covariance, 0) / (v1 + 1e-10)
                unexplained = max(v2 - gain * covariance, 1e-10)
                kept += np.log(1 + gain**2 * v1 / (unexplained + 2))
                present += np.log(1 + v1 / 2)
    return kept / present


def test_the_halves_of_vif_match_a_loop_over_windows(textured_pair: PairMaker) -> None:
    pair = textured_pair(3, 44, 47)
    fused = levels(pair.infrared * 0.3 + pair.visible * 0.7)
    values = measure(fused, pair)
    halves = [values["VIF infrared"], values["VIF visible"]]
    assert halves == pytest.approx(
        [_one_sided_vif(fused, pair.infrared), _one_sided_vif(fused, pair.visible)], rel=1e-9
    )
    assert halves[0] < halves[1]
    assert sum(halves) == pytest.approx(
        vif(fused, pair.infrared, pair.visible, saturate=False), rel=1e-12
    )


class _Rule(CLFNet):
    """A network that follows a rule."""

    def __init__(self, rule: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__(1)
        self.rule = rule

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        assert not self.training
        for image in (infrared, visible):
            assert image.ndim == 4
            assert -1 <= image.min() <= image.max() <= 1
        return self.rule(infrared, visible)


def test_pictures_are_stretched(pair: Pair) -> None:
    picture = fuse_levels(_Rule(lambda ir, vi: 0.1 * ir - 0.7), pair)
    assert picture.dtype == np.uint8
    assert (picture.min(), picture.max()) == (0, 255)
    np.testing.assert_allclose(picture.astype(int), stretched(pair.infrared.astype(float)), atol=1)


@pytest.mark.parametrize("level", [0.3, float("nan")])
def test_a_picture_without_contrast_is_grey_and_scores_nothing(pair: Pair, level: float) -> None:
    network = _Rule(lambda ir, vi: torch.full_like(ir, level))
    assert (fuse_levels(network, pair) == 128).all()
    values, _ = Validator([pair])(network)
    assert values["score"] == 0
    assert all(isfinite(value) for value in values.values())


def test_a_collapsed_network_loses_against_one_that_keeps_both(
    street: Pair, textured_pair: PairMaker
) -> None:
    validate = Validator([street, textured_pair(1, 64, 72)])
    scores = {
        name: validate(_Rule(rule))[0]["score"]
        for name, rule in {
            "infrared": lambda ir, vi: ir,
            "visible": lambda ir, vi: vi,
            "average": lambda ir, vi: (ir + vi) / 2,
            "maximum": torch.maximum,
        }.items()
    }
    assert max(scores["infrared"], scores["visible"]) < min(scores["average"], scores["maximum"])


def test_values_are_means_over_the_pairs(street: Pair, textured_pair: PairMaker) -> None:
    pairs = [street, textured_pair(1, 64, 72)]
    network = _Rule(lambda ir, vi: (ir + vi) / 2)
    values, pictures = Validator(pairs)(network)
    each = [Validator([pair])(network)[0] for pair in pairs]
    for name, value in values.items():
        assert value == pytest.approx(sum(row[name] for row in each) / 2), name
    assert set(values) == {"score", "MI", "VIF", "SD", "SF", *PARTS}
    for picture, pair in zip(pictures, pairs, strict=True):
        assert np.array_equal(picture, fuse_levels(network, pair))


def _targets(
    rule: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    pairs: list[Pair],
) -> list[NDArray[np.uint16]]:
    """A teacher's images, 0..65535, by a rule on [0, 1]."""
    return [
        np.rint(rule(pair.infrared / 255, pair.visible / 255) * 65535).astype(np.uint16)
        for pair in pairs
    ]


def test_an_imitation_is_judged_by_its_worst_deviation(
    street: Pair, textured_pair: PairMaker
) -> None:
    pairs = [street, textured_pair(1, 64, 72)]
    validate = ImitationValidator(pairs, _targets(np.maximum, pairs))
    exact, _ = validate(_Rule(torch.maximum))
    assert exact["score"] == 0
    assert exact["teacher PSNR"] == pytest.approx(100, abs=1e-3)
    assert exact["fusion score"] == Validator(pairs)(_Rule(torch.maximum))[0]["score"]

    values, pictures = validate(_Rule(lambda ir, vi: (ir + vi) / 2))
    for picture, pair in zip(pictures, pairs, strict=True):
        assert np.array_equal(picture, fuse_levels(_Rule(lambda ir, vi: (ir + vi) / 2), pair))
    averages = [stretched(pair.infrared / 2 + pair.visible / 2) for pair in pairs]
    maxima = [stretched(np.maximum(pair.infrared, pair.visible).astype(float)) for pair in pairs]
    worst = 0.0
    for name in ("EN", "MI", "VIF", "SD", "AG", "SF", "SCD", "Qabf"):
        got, wanted = (
            sum(measure(picture, pair)[name] for picture, pair in zip(pictures, pairs, strict=True))
            for pictures in (averages, maxima)
        )
        assert values[f"{name} deviation"] == pytest.approx(got / wanted - 1, abs=2e-3), name
        worst = max(worst, abs(got / wanted - 1))
    assert values["score"] == pytest.approx(-worst, abs=2e-3)
    assert values["score"] < -0.05


def test_psnr_is_of_the_range_from_black_to_white(textured_pair: PairMaker) -> None:
    pairs = [textured_pair(1, 64, 72)]
    darker = _targets(lambda ir, vi: np.clip(ir, 0.1, 1) - 0.1, pairs)
    values, _ = ImitationValidator(pairs, darker)(_Rule(lambda ir, vi: ir.clamp(min=-0.8)))
    assert values["teacher PSNR"] == pytest.approx(20, abs=1e-2)  # 0.1 off everywhere
