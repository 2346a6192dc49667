"""Several processes, as torchrun starts them; one process is the case of world size 1."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import distributed as dist

from clfnet.errors import ConfigError

DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Process:
    """This process among `size`; number 0 writes files and shows progress."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def leads(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0


@contextmanager
def process_group(device: str = "cpu") -> Iterator[Process]:
    """Join the group that torchrun describes in the environment, if any.

    Args:
        device: "cpu" (gloo), or "cuda", one GPU per process (NCCL).

    Raises:
        ConfigError: no such device, or PyTorch sees no GPU.
    """
    if device not in DEVICES:
        raise ConfigError(f"`device` must be one of {', '.join(DEVICES)}, got {device!r}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            f"`device` must be cpu where PyTorch {torch.__version__} finds no GPU, got 'cuda'. "
            "Check the driver, or install a build of PyTorch for CUDA."
        )
    size = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    cuda = device == "cuda"
    place = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(place)
    if size == 1:
        yield Process(device=place)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Process(rank=dist.get_rank(), size=size, device=place)
    finally:
        dist.destroy_process_group()


def allow_tf32(allowed: bool) -> None:
    """Whether a GPU may round factors to ten bits in convolutions and matrix products."""
    parts, name, values = _tf32()
    for part in parts:
        setattr(part, name, values[allowed])


@contextmanager
def without_tf32() -> Iterator[None]:
    """Keep a GPU from rounding factors to ten bits: its results would not be a CPU's."""
    parts, name, _ = _tf32()
    before = [getattr(part, name) for part in parts]
    allow_tf32(False)
    try:
        yield
    finally:
        for part, value in zip(parts, before, strict=True):
            setattr(part, name, value)


def _tf32() -> tuple[tuple[Any, Any], str, tuple[Any, Any]]:
    """PyTorch's switches of matrix products and convolutions, their name, values off and on."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    convolutions = getattr(cudnn, "conv", None)
    if hasattr(convolutions, "fp32_precision"):
        return (matmul, convolutions), "fp32_precision", ("ieee", "tf32")
    return (matmul, cudnn), "allow_tf32", (False, True)  # PyTorch before 2.9
