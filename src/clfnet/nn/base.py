"""The base class of all networks: kind, and the sizes that rebuild it."""

from typing import ClassVar

from torch import nn


class Network(nn.Module):
    """A module that a file of weights can rebuild: ``type(network)(**network.sizes)``.

    Attributes:
        kind: the name of such networks, in recipes and in files of weights.
        sizes: the keyword arguments that it was made with: numbers, or words where one chooses.
    """

    kind: ClassVar[str]
    sizes: dict[str, int | str]
