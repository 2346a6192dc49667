"""Several processes, as torchrun starts them; one process is the case of world size 1."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import distributed as dist


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
def process_group() -> Iterator[Process]:
    """Join the group that torchrun describes in the environment, if any.

    Uses one GPU per process where there are GPUs (NCCL), else the CPU (gloo).
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if size == 1:
        yield Process(device=device)
        return
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Process(rank=dist.get_rank(), size=size, device=device)
    finally:
        dist.destroy_process_group()
