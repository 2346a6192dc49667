"""The straightforward step and ours are the same function with the same gradient."""

from collections.abc import Callable
from copy import deepcopy
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from clfnet.training.config import parse
from clfnet.training.objective import Objective, freeze_statistics


@pytest.fixture(scope="module")
def straightforward(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("benchmarks/straightforward.py")


def _gradients(model: nn.Module, batch: tuple[Tensor, ...]) -> tuple[dict[str, Tensor], Tensor]:
    """The loss with its terms, and the gradient of every parameter, (P,)."""
    terms = model(*batch)
    torch.autograd.backward(terms["loss"])
    gradients = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
    return terms, torch.cat(gradients)


@pytest.mark.parametrize("frozen", [False, True])
def test_values_gradients_and_statistics_agree(
    straightforward: ModuleType, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In double precision: in single, rounding moves a few maps across the kink of LeakyReLU."""
    monkeypatch.setattr(Tensor, "float", Tensor.double)  # the losses leave mixed precision by it
    torch.manual_seed(0)
    data = {"infrared": "ir", "visible": "vi"}
    ours = Objective(parse({"data": data, "loss": {"samples": 40}, "run": {"steps": 1}})).double()
    infrared, visible = torch.rand(2, 3, 1, 32, 28, dtype=torch.float64) * 2 - 1
    batch = (infrared, visible, torch.randperm(32 * 28)[:40])
    if frozen:
        ours(*batch)  # statistics that are no longer 0 and 1
        freeze_statistics(ours.network)
    twin = deepcopy(ours)
    terms, gradients = _gradients(ours, batch)
    expected, reference = _gradients(
        straightforward.Straightforward(twin.network, twin.head), batch
    )
    assert 0 < terms["infrared_share"] < 1  # else one branch alone was compared
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value, rtol=1e-9, atol=1e-9)
    assert len(gradients) == sum(p.numel() for p in ours.parameters())
    torch.testing.assert_close(gradients, reference, rtol=1e-5, atol=1e-8)
    for got, by_hand in zip(ours.buffers(), twin.buffers(), strict=True):
        torch.testing.assert_close(got, by_hand, rtol=1e-9, atol=1e-9)
