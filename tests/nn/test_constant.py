"""Constants are made once for each type and device."""

import torch

from clfnet.nn.constant import constant


def test_a_constant_is_made_once_per_type() -> None:
    numbers = ((1.0, 2.0), (3.0, 4.5))
    single, double = torch.zeros(1), torch.zeros(1, dtype=torch.float64)
    kept = constant(numbers, single)
    assert kept is constant(numbers, single + 1)
    assert torch.equal(kept, torch.tensor(numbers))
    assert constant(numbers, double).dtype == torch.float64


def test_one_made_for_inference_can_be_trained_with() -> None:
    with torch.inference_mode():
        kept = constant((7.0, 11.0), torch.zeros(1))
    weight = torch.ones(2, requires_grad=True)
    torch.autograd.backward((weight * kept).sum())
    assert weight.grad is not None
    assert weight.grad.tolist() == [7.0, 11.0]
