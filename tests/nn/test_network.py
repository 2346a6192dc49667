from itertools import pairwise

import pytest
import torch

from clfnet.errors import ConfigError
from clfnet.nn import CLFNet


def _count(width: int) -> int:
    """Parameters by hand: 1×1 (i·i), 3×3 (9·i·o), two norms (2i + 2o), skip (i·o if i ≠ o)."""

    def chain(channels: list[int]) -> int:
        return sum(
            i * i + 9 * i * o + 2 * i + 2 * o + (i * o if i != o else 0)
            for i, o in pairwise(channels)
        )

    w = width
    return 2 * chain([1, w, w, 2 * w, 4 * w]) + chain([8 * w, 4 * w, 2 * w, w, 1])


@pytest.mark.parametrize("width", [1, 8, 16])
def test_parameters(width: int) -> None:
    assert sum(p.numel() for p in CLFNet(width).parameters()) == _count(width)


def test_the_paper_counts_two_unused_kernels_more() -> None:
    assert _count(16) == 190_120
    assert _count(16) + 2 * 16 * 16 == 190_632  # Table VII


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (16, 1), (33, 47)])
def test_any_size(size: tuple[int, int]) -> None:
    x = torch.rand(2, 1, *size) * 2 - 1
    fused = CLFNet(4).eval()(x, -x)
    assert fused.shape == x.shape
    assert fused.abs().max() <= 1


def test_state_has_the_same_keys_before_and_after_the_first_forward() -> None:
    network = CLFNet(4)
    before = list(network.state_dict())
    network(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    assert list(network.state_dict()) == before


def test_encoders_are_independent() -> None:
    network = CLFNet(4).eval()
    x = torch.rand(1, 1, 8, 8)
    ids = [
        {id(p) for p in e.parameters()} for e in (network.infrared_encoder, network.visible_encoder)
    ]
    assert not ids[0] & ids[1]
    assert not torch.equal(network.infrared_encoder(x), network.visible_encoder(x))


def test_a_pixel_reaches_eight_pixels_far() -> None:
    network = CLFNet(4).eval()
    a, b = torch.rand(2, 1, 1, 41, 41) * 2 - 1
    touched = a.clone()
    touched[..., 20, 20] += 0.5
    with torch.inference_mode():
        changed = (network(a, b) != network(touched, b))[0, 0].nonzero()
    assert int((changed - 20).abs().max()) == 8  # eight 3×3 kernels in a row


def test_width_must_be_positive() -> None:
    with pytest.raises(ConfigError, match="at least 1, got 0"):
        CLFNet(0)
