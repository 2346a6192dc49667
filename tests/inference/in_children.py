"""Fuse in children of a process that has fused: run as `in_children.py HOW MODEL...`."""

import multiprocessing
import os
import sys
from typing import Any

import numpy as np

import clfnet

PAIR = np.random.default_rng(0).integers(0, 256, (2, 80, 120), np.uint8)


class Fused:
    """One pair, fused, three times: by a fuser of its own, and by the one kept in the module."""

    def __init__(self, model: str) -> None:
        self.fuser, self.model = clfnet.Fuser(model, threads=2), model

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        return np.stack([self.fuser(*PAIR), clfnet.fuse(*PAIR, model=self.model, threads=2)])


def in_pool(dataset: Fused, how: str) -> list[Any]:
    with multiprocessing.get_context(how).Pool(2) as pool:
        return pool.map(dataset.__getitem__, range(len(dataset)))


def in_loader(dataset: Any) -> list[Any]:
    """In PyTorch's own workers, as it starts them by default."""
    from torch.utils.data import DataLoader

    return [np.asarray(each) for each in DataLoader(dataset, num_workers=2, batch_size=None)]


def in_child(dataset: Fused) -> list[Any]:
    """Fork by hand, with an ordinary end of the child, whether it fuses or not."""
    for uses in (True, False):
        child = os.fork()
        if not child:
            sys.exit(uses and not (dataset[0] == dataset[1]).all())
        assert os.waitpid(child, 0)[1] == 0
    return []


def main(how: str, *models: str) -> None:
    for model in models:
        dataset = Fused(model)
        expected = dataset[0]
        if how == "os.fork":
            found = in_child(dataset)
        else:
            found = in_loader(dataset) if how == "DataLoader" else in_pool(dataset, how)
        assert all((each == expected).all() for each in found)


if __name__ == "__main__":
    main(*sys.argv[1:])
