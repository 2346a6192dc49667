"""A SHA-256 of values and tensors, whatever the file that holds them looks like."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor


def digest(value: Any) -> str:
    """Hash a nest of mappings, lists, tensors and plain values: 64 hexadecimal digits.

    Every key, number and byte of a tensor counts, and so do types, shapes and the order of lists;
    the order of keys does not.

    Example:
        >>> first = {"weight": torch.zeros(2), "step": 3}
        >>> digest(first) == digest({"step": 3, "weight": torch.zeros(2)})
        True
        >>> digest(first) == digest({"step": 3, "weight": torch.zeros(2, 1)})
        False
    """
    hashed = hashlib.sha256()
    for part in _parts(value):
        hashed.update(part)
    return hashed.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, Tensor):
        yield f"tensor {value.dtype} {tuple(value.shape)}\n".encode()
        plain = value.detach().cpu().contiguous().reshape(-1)
        yield plain.view(torch.uint8).numpy().tobytes()
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}\n".encode()
        for key in sorted(value, key=repr):
            yield f"{key!r}\n".encode()
            yield from _parts(value[key])
    elif isinstance(value, list | tuple):
        yield f"list {len(value)}\n".encode()
        for item in value:
            yield from _parts(item)
    else:
        yield f"{type(value).__name__} {value!r}\n".encode()
