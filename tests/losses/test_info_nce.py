from math import exp, hypot, log

import pytest
import torch
from torch import Tensor

from clfnet.errors import InputError
from clfnet.losses import info_nce


def _reference(query: Tensor, positive: Tensor, negatives: list[Tensor], tau: float) -> float:
    """Eq. (1) for one query, in plain Python."""

    def similarity(a: Tensor, b: Tensor) -> float:
        dot = sum(float(x) * float(y) for x, y in zip(a, b, strict=True))
        return dot / (hypot(*a.tolist()) * hypot(*b.tolist()))

    like = exp(similarity(query, positive) / tau)
    return -log(like / (like + sum(exp(similarity(query, n) / tau) for n in negatives)))


def _vectors(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


@pytest.mark.parametrize("tau", [0.07, 1.0])
def test_matches_eq_1(tau: float) -> None:
    torch.manual_seed(0)
    query, positive, negatives = _vectors(5, 6), _vectors(5, 6), _vectors(9, 6)
    got = info_nce(query, positive, negatives, temperature=tau)
    expected = [
        _reference(q, p, list(negatives), tau) for q, p in zip(query, positive, strict=True)
    ]
    assert got.tolist() == pytest.approx(expected, rel=1e-6)


def test_excluded_entries_do_not_count() -> None:
    torch.manual_seed(0)
    query, positive, negatives = _vectors(2, 4), _vectors(2, 4), _vectors(3, 4)
    excluded = torch.tensor([[True, False, False], [False, True, True]])
    got = info_nce(query, positive, negatives, excluded=excluded)
    assert float(got[0]) == pytest.approx(
        _reference(query[0], positive[0], [negatives[1], negatives[2]], 0.07), rel=1e-6
    )
    assert float(got[1]) == pytest.approx(
        _reference(query[1], positive[1], [negatives[0]], 0.07), rel=1e-6
    )


def test_indifference_costs_log_of_the_number_of_keys() -> None:
    same = torch.ones(1, 8, dtype=torch.float64)
    assert float(info_nce(same, same, same.expand(15, 8))) == pytest.approx(log(16))


def test_length_of_vectors_does_not_matter() -> None:
    torch.manual_seed(0)
    q, p, n = _vectors(2, 4), _vectors(2, 4), _vectors(3, 4)
    assert torch.allclose(info_nce(q, p, n), info_nce(3 * q, 0.1 * p, 7 * n))


def test_gradient() -> None:
    torch.manual_seed(0)
    inputs = [_vectors(2, 3).requires_grad_() for _ in range(3)]
    assert torch.autograd.gradcheck(lambda q, p, n: info_nce(q, p, n, temperature=0.5), inputs)


def test_temperature_must_be_positive() -> None:
    z = torch.eye(2)
    with pytest.raises(InputError, match="positive, got 0"):
        info_nce(z, z, z, temperature=0)
