"""What holds for all nine."""

import pytest
import torch

from clfnet.nn.rivals import RIVALS

PARAMETERS = {
    "densefuse": 74_193,
    "rfn_nest": 7_524_249,
    "fusiongan": 925_633,
    "ganmcc": 1_864_129,
    "ifcnn": 83_587,
    "pmgi": 42_017,
    "u2fusion": 659_217,
    "stdfusionnet": 282_513,
    "ifsepr": 513_827,
}
"""Counted in the releases."""


def test_all_nine_have_the_releases_number_of_weights() -> None:
    counted = {name: sum(p.numel() for p in kind().parameters()) for name, kind in RIVALS.items()}
    assert counted == PARAMETERS


@pytest.mark.parametrize("name", [name for name, kind in RIVALS.items() if kind.margin is not None])
def test_a_pixel_depends_on_no_more_than_the_margin(name: str) -> None:
    """Reach is seen by gradient; random weights make no path vanish."""
    torch.manual_seed(0)
    network = RIVALS[name]().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.rand_like(parameter) / parameter[0].numel())
    margin = network.margin
    assert margin is not None
    side = 2 * margin + 7
    images = torch.rand(2, 1, 1, side, side, requires_grad=True)
    network(*images)[0, 0, side // 2, side // 2].backward()
    assert images.grad is not None
    rows = images.grad.abs().amax((0, 1, 2, 4)).nonzero()[:, 0]
    assert (int(rows.min()), int(rows.max())) == (side // 2 - margin, side // 2 + margin)


@pytest.mark.parametrize("name", RIVALS)
def test_the_smallest_image_is_fused(name: str) -> None:
    network = RIVALS[name]().eval()
    side = network.least if name not in {"fusiongan", "ganmcc", "pmgi"} else 2  # norm needs two
    with torch.inference_mode():
        fused = network(*torch.rand(2, 1, 1, side, side + 1))
    assert fused.shape == (1, 1, side, side + 1)
    assert torch.isfinite(fused).all()
