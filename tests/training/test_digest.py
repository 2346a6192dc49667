"""The digest changes with everything that is of weight, and with nothing else."""

from typing import Any

import pytest
import torch

from clfnet.training.digest import digest

VALUE = {
    "step": 3,
    "best": 0.5,
    "name": "a",
    "state": {0: {"weight": torch.arange(6.0).reshape(2, 3)}, 1: [True, None]},
}


def changed(**entries: Any) -> dict[str, Any]:
    return {**VALUE, **entries}


def test_equal_values_have_one_digest() -> None:
    backwards = {key: VALUE[key] for key in reversed(VALUE)}
    strided = torch.arange(6.0).reshape(3, 2).T.contiguous().T.reshape(-1).reshape(2, 3)
    twin = changed(state={1: (True, None), 0: {"weight": strided.clone()}})
    assert digest(VALUE) == digest(backwards) == digest(twin)
    assert len(digest(VALUE)) == 64


@pytest.mark.parametrize(
    "other",
    [
        changed(step=4),
        changed(step=3.0),
        changed(best=float("nan")),
        changed(name="b"),
        changed(extra=1),
        changed(state={0: {"weight": torch.arange(6.0)}, 1: [True, None]}),
        changed(state={0: {"weight": torch.arange(6).reshape(2, 3)}, 1: [True, None]}),
        changed(state={0: {"weight": -torch.arange(6.0).reshape(2, 3)}, 1: [True, None]}),
        changed(state={0: VALUE["state"][0], 1: [None, True]}),  # type: ignore[index]
    ],
)
def test_every_change_shows(other: dict[str, Any]) -> None:
    assert digest(other) != digest(VALUE)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.bool, torch.int64, torch.uint8])
def test_tensors_of_any_type_and_shape(dtype: torch.dtype) -> None:
    for shape in ((), (0,), (2, 3)):
        assert digest(torch.ones(shape, dtype=dtype)) == digest(torch.ones(shape, dtype=dtype))
