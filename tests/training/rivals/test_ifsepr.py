"""The balance of the two terms when training starts."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from clfnet.nn.rivals import IFSepR
from clfnet.training import parse_any
from clfnet.training.dataset import Crops, Pair
from clfnet.training.rivals.ifsepr import IFSepRConfig, _objective


def test_separation_starts_at_its_share(textured_pair: Callable[..., Pair], tmp_path: Path) -> None:
    config = parse_any({
        "kind": "ifsepr", "data": {"infrared": "ir", "visible": "vi", "crop": 16, "stride": 16},
        "loss": {"separation": 0.25}, "run": {"steps": 1, "batch": 2},
    })  # fmt: skip
    assert isinstance(config, IFSepRConfig)
    torch.manual_seed(0)
    crops = Crops([textured_pair(0)], config.data, 0)
    objective = _objective(IFSepR(), config, crops)
    terms = objective(*crops.batch(0, 2))
    share = (terms["loss"] / terms["reconstruction"]).item() - 1
    assert share == pytest.approx(0.25, rel=1e-4)
