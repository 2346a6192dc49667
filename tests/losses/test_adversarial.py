import pytest
import torch

from clfnet.losses import HIGH, LOW, judgement_loss, noisy_labels


def test_mean_of_squares() -> None:
    loss = judgement_loss(torch.tensor([0.5, 1.0]), torch.tensor([1.0, 0.2]))
    assert float(loss) == pytest.approx((0.25 + 0.64) / 2)


def test_labels_are_even_over_their_range_and_drawn_anew() -> None:
    generator = torch.Generator().manual_seed(0)
    for low, high in (HIGH, LOW):
        first, second = (noisy_labels((low, high), 4000, generator) for _ in range(2))
        assert low <= float(first.min()) < float(first.max()) < high
        assert float(first.mean()) == pytest.approx((low + high) / 2, abs=0.01)
        assert not torch.equal(first, second)
