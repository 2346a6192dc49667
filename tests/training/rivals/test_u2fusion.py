"""The scale of information, and both orders of the sources."""

from collections.abc import Callable

import pytest
import torch

from clfnet.losses import information
from clfnet.nn.rivals import U2Fusion
from clfnet.training.config import DataConfig
from clfnet.training.dataset import Crops, Pair
from clfnet.training.rivals.u2fusion import Information, information_scale


def test_the_scale_is_the_mean_difference(textured_pair: Callable[..., Pair]) -> None:
    crops = Crops([textured_pair(0)], DataConfig(("ir",), ("vi",), crop=16, stride=16), 0)
    differences = []
    for number in range(len(crops)):
        a, b = (float(information((image + 1) / 2)) for image in crops.batch(number, 1))
        differences.append(abs(a - b))
    assert information_scale(crops) == pytest.approx(sum(differences) / len(differences), rel=1e-5)


def test_sources_change_places_in_the_network_alone() -> None:
    torch.manual_seed(0)
    objective = Information(U2Fusion(), 0.01)
    a, b = torch.rand(2, 1, 1, 16, 16) * 2 - 1
    yes, no = torch.tensor([True]), torch.tensor([False])
    torch.testing.assert_close(objective(a, b, yes)["loss"], objective(b, a, no)["loss"])
    assert objective(a, b, no)["loss"].item() != objective(a, b, yes)["loss"].item()
