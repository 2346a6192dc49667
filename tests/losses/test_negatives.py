import pytest
import torch

from clfnet.losses import STRATEGIES, Keys

OWN, OTHER, CROSSED = (torch.full((1, 2, 3), float(i)) for i in range(3))


@pytest.mark.parametrize(("name", "expected"), [("a", OTHER), ("b", CROSSED), ("c", OWN)])
def test_each_strategy_takes_its_pool(name: str, expected: torch.Tensor) -> None:
    assert STRATEGIES[name](Keys(OWN, OTHER, CROSSED)) is expected


def test_b_needs_the_crossed_embeddings() -> None:
    with pytest.raises(ValueError, match="strategy"):
        STRATEGIES["b"](Keys(OWN, OTHER))
