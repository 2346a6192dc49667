"""The projection head H of Eq. (6): a two-layer MLP on the encoders' last features."""

import torch
from torch import Tensor, nn

from clfnet.nn.base import Network
from clfnet.nn.block import SLOPE


class ProjectionHead(Network):
    """Linear, batch norm, LeakyReLU, linear; shared by both encoders and used in training only.

    Weights start from N(0, 0.02), biases at zero.

    Args:
        inputs: channels of the encoders' last layer.
        hidden: width of the hidden layer (Sec. IV-A.3).
        outputs: width D of the embedding.

    Example:
        >>> import torch
        >>> ProjectionHead()(torch.randn(4, 200, 64)).shape
        torch.Size([4, 200, 256])
    """

    kind = "head"

    def __init__(self, inputs: int = 64, hidden: int = 2048, outputs: int = 256) -> None:
        super().__init__()
        self.sizes = {"inputs": inputs, "hidden": hidden, "outputs": outputs}
        self.first = nn.Linear(inputs, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.activation = nn.LeakyReLU(SLOPE)
        self.second = nn.Linear(hidden, outputs)
        for layer in (self.first, self.second):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Features (B, S, inputs) -> embeddings (B, S, outputs), not normalised."""
        rows = features.flatten(0, -2)  # (B·S, inputs)
        z: Tensor = self.second(self.activation(self.norm(self.first(rows))))
        return torch.unflatten(z, 0, features.shape[:-1])  # (B, S, outputs)
