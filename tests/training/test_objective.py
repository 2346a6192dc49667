"""One step's computation: its terms, whose passes count in the statistics, what gets gradients."""

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from clfnet.losses import STRATEGIES, gradient_loss, intensity_loss, m_ssim_loss, patch_nce
from clfnet.training.config import TrainConfig
from clfnet.training.objective import Objective, freeze_statistics, untouched_statistics

Recipe = Callable[..., TrainConfig]
Batch = tuple[Tensor, Tensor, Tensor]


@pytest.fixture
def batch() -> Batch:
    """infrared, visible: (3, 1, 16, 18); places: (8,)."""
    random = torch.Generator().manual_seed(1)
    infrared, visible = torch.rand(2, 3, 1, 16, 18, generator=random) * 2 - 1
    return infrared, visible, torch.randperm(16 * 18, generator=random)[:8]


def make(config: TrainConfig) -> Objective:
    torch.manual_seed(0)
    return Objective(config)


def norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def statistics(network: nn.Module) -> list[Tensor]:
    return [
        statistic.clone()
        for norm in norms(network)
        for statistic in (norm.running_mean, norm.running_var)
        if statistic is not None
    ]


def _embeddings(objective: Objective, maps: Tensor, places: Tensor) -> Tensor:
    """H of the features at some places, place by place: (B, S, D)."""
    columns = maps.shape[-1]
    cells = [[image[:, p // columns, p % columns] for p in places.tolist()] for image in maps]
    assert objective.head is not None
    embedded: Tensor = objective.head(torch.stack([torch.stack(row) for row in cells]))
    return embedded


def _reference_nce(objective: Objective, batch: Batch) -> tuple[Tensor, Tensor]:
    """Eqs. (6)–(8) with every feature map computed anew from the images."""
    infrared, visible, places = batch
    network, loss = objective.network, objective.config.loss
    fused = network(infrared, visible)

    def z(encoder: nn.Module, image: Tensor) -> Tensor:
        return _embeddings(objective, encoder(image), places)

    crossed = (z(network.infrared_encoder, visible), z(network.visible_encoder, infrared))
    return patch_nce(
        z(network.infrared_encoder, fused),
        z(network.visible_encoder, fused),
        z(network.infrared_encoder, infrared),
        z(network.visible_encoder, visible),
        temperature=loss.temperature,
        strategy=STRATEGIES[loss.strategy],
        crossed=crossed,
    )


@pytest.mark.parametrize("strategy", ["a", "b", "c"])
@pytest.mark.parametrize("detach_keys", [False, True])
def test_the_loss_is_the_weighed_sum_of_its_terms(
    recipe: Recipe, batch: Batch, strategy: str, detach_keys: bool
) -> None:
    weights = {"lambda1": 0.3, "lambda2": 0.7, "intensity": 1.1, "gradient": 0.4}
    shapes = {
        "intensity_gain": 1.3,
        "intensity_mix": 0.2,
        "gradient_gain": 1.2,
        "window": "gaussian",
        "temperature": 0.2,
    }
    more = {"strategy": strategy, "detach_keys": detach_keys}
    objective = make(recipe(loss={"samples": 8, **weights, **shapes, **more}))
    terms = objective(*batch)
    infrared, visible, _ = batch
    fused = objective.network(infrared, visible)
    nce, share = _reference_nce(objective, batch)
    expected = {
        "m_ssim": m_ssim_loss(fused, infrared, visible, window="gaussian"),
        "patch_nce": nce,
        "intensity": intensity_loss(fused, infrared, visible, gain=1.3, mix=0.2),
        "gradient": gradient_loss(fused, infrared, visible, gain=1.2),
    }
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value)
    assert terms["infrared_share"] == share
    total = (
        0.3 * expected["patch_nce"]
        + 0.7 * expected["m_ssim"]
        + 1.1 * expected["intensity"]
        + 0.4 * expected["gradient"]
    )
    torch.testing.assert_close(terms["loss"], total)


def test_only_terms_that_count_are_computed(recipe: Recipe, batch: Batch) -> None:
    assert set(make(recipe())(*batch)) == {"loss", "m_ssim", "patch_nce", "infrared_share"}
    objective = make(recipe(loss={"lambda1": 0, "lambda2": 2}))
    assert objective.head is None
    assert {name.split(".")[0] for name in objective.state_dict()} == {"network"}
    terms = objective(*batch)
    assert set(terms) == {"loss", "m_ssim"}
    torch.testing.assert_close(terms["loss"], 2 * terms["m_ssim"])


def test_without_a_gain_the_intensity_has_no_curve(recipe: Recipe, batch: Batch) -> None:
    objective = make(recipe(loss={"lambda1": 0, "intensity": 1, "intensity_gain": 0}))
    fused = objective.network(*batch[:2])
    expected = (fused - torch.maximum(*batch[:2])).abs().mean()
    torch.testing.assert_close(objective(*batch)["intensity"], expected)


def test_places_are_the_same_for_every_image_and_matter(recipe: Recipe, batch: Batch) -> None:
    objective = make(recipe())
    infrared, visible, places = batch
    shuffled = objective(infrared, visible, places.flip(0))
    elsewhere = objective(infrared, visible, places + 1)
    torch.testing.assert_close(shuffled["patch_nce"], objective(*batch)["patch_nce"])
    assert elsewhere["patch_nce"] != objective(*batch)["patch_nce"]
    assert elsewhere["m_ssim"] == objective(*batch)["m_ssim"]


@pytest.mark.parametrize("strategy", ["b", "c"])
def test_only_the_sources_count_in_clean_statistics(
    recipe: Recipe, batch: Batch, strategy: str
) -> None:
    """One training pass against means and variances taken by hand from the sources' passes."""
    config = recipe(run={"statistics": "sources"}, loss={"strategy": strategy})
    objective = make(config)
    twin = deepcopy(objective.network)
    expected: list[Tensor] = []

    def observe(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        values = inputs[0].detach().double().transpose(0, 1).flatten(1)  # (C, B·H·W)
        mean, count = values.mean(1), values.shape[1]
        variance = ((values - mean[:, None]) ** 2).sum(1) / (count - 1)
        expected.extend((0.1 * mean, 0.9 * torch.ones_like(mean) + 0.1 * variance))

    for norm in norms(twin):
        norm.register_forward_pre_hook(observe)
    twin(*batch[:2])
    objective(*batch)
    got = statistics(objective.network)
    assert len(got) == len(expected) == 2 * 24
    for value, by_hand in zip(got, expected, strict=True):
        torch.testing.assert_close(value, by_hand.float(), rtol=1e-5, atol=1e-6)

    polluted = make(recipe(run={"statistics": "all"}, loss={"strategy": strategy}))
    polluted(*batch)
    encoders = [
        torch.cat(
            statistics(nn.ModuleList((o.network.infrared_encoder, o.network.visible_encoder)))
        )
        for o in (objective, polluted)
    ]
    assert (encoders[0] - encoders[1]).abs().max() > 1e-3


def test_which_statistics_count_does_not_change_a_training_pass(
    recipe: Recipe, batch: Batch
) -> None:
    losses = [make(recipe(run={"statistics": kind}))(*batch)["loss"] for kind in ("all", "sources")]
    assert losses[0] == losses[1]


def test_untouched_statistics_restores_the_momentum_after_an_error(recipe: Recipe) -> None:
    network = make(recipe()).network
    inside: set[float | None] = set()

    def fail() -> None:
        with untouched_statistics(network):
            inside.update(norm.momentum for norm in norms(network))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert inside == {0.0}
    assert {norm.momentum for norm in norms(network)} == {0.1}


def test_frozen_statistics_make_training_and_use_agree_bit_for_bit(
    recipe: Recipe, batch: Batch
) -> None:
    objective = make(recipe())
    for _ in range(3):
        objective(*batch)  # statistics that are no longer 0 and 1
    infrared, visible, _ = batch
    assert not torch.equal(
        objective.network(infrared, visible), objective.network.eval()(infrared, visible)
    )
    objective.train()
    freeze_statistics(objective.network)
    before = statistics(objective.network)
    frozen = objective.network(infrared, visible)
    loss = objective(*batch)["loss"]
    torch.autograd.backward(loss)
    assert all(map(torch.equal, before, statistics(objective.network)))
    assert torch.equal(frozen, objective.network.eval()(infrared, visible))
    norm = objective.network.decoder.get_submodule("blocks.0.norm1")
    assert isinstance(norm.weight, Tensor)
    assert norm.weight.grad is not None  # only the statistics are frozen
    assert norm.weight.grad.abs().max() > 0


@pytest.mark.parametrize("strategy", ["a", "b", "c"])
def test_detached_keys_get_no_gradient(recipe: Recipe, batch: Batch, strategy: str) -> None:
    gradients, head_gradients, values = [], [], []
    for detach in (False, True):
        objective = make(recipe(loss={"strategy": strategy, "detach_keys": detach}))
        assert objective.head is not None
        embeddings: list[Tensor] = []

        def keep(
            _module: nn.Module, _inputs: object, z: Tensor, kept: list[Tensor] = embeddings
        ) -> None:
            z.retain_grad()
            kept.append(z)

        objective.head.register_forward_hook(keep)
        loss = objective(*batch)["patch_nce"]
        torch.autograd.backward(loss)
        gradients.append([z.grad is not None for z in embeddings])
        head_gradients.append(objective.head.second.weight.grad)
        values.append(loss.detach())
    # two queries, the crossed keys where strategy (b) needs them, two keys
    keys = len(gradients[0]) - 2
    assert keys == (4 if strategy == "b" else 2)
    assert gradients == [[True] * (2 + keys), [True] * 2 + [False] * keys]
    assert values[0] == values[1]
    assert head_gradients[0] is not None
    assert head_gradients[1] is not None
    assert not torch.allclose(head_gradients[0], head_gradients[1], rtol=1e-2)


def test_strategy_b_encodes_each_source_by_the_other_encoder(recipe: Recipe, batch: Batch) -> None:
    seen: dict[str, list[Tensor]] = {}
    for strategy in ("b", "c"):
        objective = make(recipe(loss={"strategy": strategy}))
        seen[strategy] = []

        def keep(
            _module: nn.Module, inputs: tuple[Tensor], into: list[Tensor] = seen[strategy]
        ) -> None:
            into.append(inputs[0])

        objective.network.infrared_encoder.register_forward_pre_hook(keep)
        objective(*batch)
    visible = batch[1]
    assert [any(torch.equal(image, visible) for image in seen[s]) for s in "bc"] == [True, False]


def test_mixed_precision_spares_the_losses(recipe: Recipe, batch: Batch) -> None:
    """M-SSIM's variances are small differences of large means: bfloat16 would spoil them."""
    infrared, visible, places = batch
    bright = 0.9 + 0.02 * infrared, 0.9 + 0.02 * visible
    objective = make(recipe(loss={"intensity": 1.0, "gradient": 1.0}))
    with torch.autocast("cpu", torch.bfloat16):
        terms = objective(*bright, places)
        fused = objective.network(*bright)
    assert fused.dtype == torch.bfloat16
    expected = {
        "m_ssim": m_ssim_loss(fused.float(), *bright),
        "intensity": intensity_loss(fused.float(), *bright),
        "gradient": gradient_loss(fused.float(), *bright),
    }
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value)
    torch.testing.assert_close(terms["loss"], terms["patch_nce"] + sum(expected.values()))
    assert {value.dtype for value in terms.values()} == {torch.float32}
