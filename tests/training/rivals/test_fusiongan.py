"""The turns of FusionGAN and GANMcC against their formulas."""

import pytest
import torch

from clfnet.errors import ConfigError
from clfnet.nn.rivals import FusionGAN, GANMcC
from clfnet.training import parse_any
from clfnet.training.rivals.fusiongan import (
    DiscriminatorTurn,
    FusionGANLoss,
    Game,
    GeneratorTurn,
    central,
)
from clfnet.training.rivals.ganmcc import ClassificationGame, GANMcCLoss

SIDE = 43  # 31 without the border, which the discriminator halves to 15, 7, 3, 1


@pytest.fixture
def batch() -> tuple[torch.Tensor, ...]:
    """Infrared, visible, high and low labels."""
    torch.manual_seed(1)
    return (*torch.rand(2, 2, 1, SIDE, SIDE) * 2 - 1, *torch.rand(2, 3, 4, 2))


def _squares(judgements: torch.Tensor, labels: torch.Tensor) -> float:
    pairs = zip(judgements.tolist(), labels.tolist(), strict=True)
    return float(sum((judgement - label) ** 2 for judgement, label in pairs)) / 2


@pytest.mark.parametrize("turn", [0, 1])
def test_the_discriminator_of_fusiongan(batch: tuple[torch.Tensor, ...], turn: int) -> None:
    torch.manual_seed(0)
    game = Game(FusionGAN(), SIDE, FusionGANLoss())
    infrared, visible, high, low = batch
    loss = DiscriminatorTurn(game, turn)(*batch)["loss"]
    game.discriminator.eval()  # the norms stay as they were estimated
    fused = game.fused(infrared, visible)
    expected = _squares(game.discriminator(central(visible))[:, 0], high[turn, 0])
    expected += _squares(game.discriminator(fused)[:, 0], low[turn, 0])
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    loss.backward()
    assert all(weight.grad is None for weight in game.network.parameters())


def test_the_discriminator_of_ganmcc(batch: tuple[torch.Tensor, ...]) -> None:
    torch.manual_seed(0)
    game = ClassificationGame(GANMcC(), SIDE, GANMcCLoss())
    infrared, visible, high, low = batch
    loss = DiscriminatorTurn(game, 1)(*batch)["loss"]
    game.discriminator.eval()
    of_visible, of_infrared, of_fused = (
        game.discriminator(images)
        for images in (central(visible), central(infrared), game.fused(infrared, visible))
    )
    expected = _squares(of_visible[:, 0], high[1, 0]) + _squares(of_visible[:, 1], low[1, 0])
    expected += _squares(of_infrared[:, 1], high[1, 1]) + _squares(of_infrared[:, 0], low[1, 1])
    expected += _squares(of_fused[:, 0], low[1, 2]) + _squares(of_fused[:, 1], low[1, 3])
    assert loss.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", ["fusiongan", "ganmcc"])
def test_the_generator_is_judged_and_compared(kind: str, batch: tuple[torch.Tensor, ...]) -> None:
    torch.manual_seed(0)
    game: Game = (
        Game(FusionGAN(), SIDE, FusionGANLoss())
        if kind == "fusiongan"
        else ClassificationGame(GANMcC(), SIDE, GANMcCLoss())
    )
    infrared, visible, high, _ = batch
    fused = game.fused(infrared, visible)
    terms = GeneratorTurn(game)(*batch)
    game.discriminator.eval()
    judged = game.discriminator(fused)
    expected = sum(_squares(judged[:, i], high[2, i]) for i in range(game.judgements))
    assert terms["adversarial"].item() == pytest.approx(expected, rel=1e-5)
    a, b, fused = central(infrared), central(visible), fused.detach()
    content = float(((fused - a) ** 2).mean())
    kernel = torch.tensor([[[[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]]])
    edges = [torch.conv2d(image, kernel, padding=1) for image in (fused, a, b)]
    content += 5 * float(((edges[0] - edges[2]) ** 2).mean())
    if kind == "ganmcc":
        content += 0.4 * float(((fused - b) ** 2).mean())
        content += 4 * float(((edges[0] - edges[1]) ** 2).mean())
    assert terms["loss"].item() == pytest.approx(expected + 100 * content, rel=1e-5)
    assert game.discriminator.training is False  # as this test left it
    terms["loss"].backward()
    assert all(weight.grad is not None for weight in game.network.parameters())


def test_the_picture_of_a_step_is_made_once(batch: tuple[torch.Tensor, ...]) -> None:
    torch.manual_seed(0)
    game = Game(FusionGAN(), SIDE, FusionGANLoss())
    first = game.fused(*batch[:2])
    assert game.fused(*batch[:2]) is first
    GeneratorTurn(game)(*batch)
    assert game.discriminator.training
    assert game.fused(*batch[:2]) is not first


def test_a_crop_that_is_too_small_is_refused() -> None:
    data = {"infrared": "ir", "visible": "vi", "crop": 42}
    with pytest.raises(ConfigError, match=r"`data\.crop` must be at least 43 for a discriminator"):
        parse_any({"kind": "ganmcc", "data": data, "run": {"steps": 1}})
