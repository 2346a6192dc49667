"""U2Fusion: one dense network for several tasks, with weights of the sources by their information.

Source: H. Xu, J. Ma, J. Jiang, X. Guo and H. Ling, "U2Fusion: A unified unsupervised image fusion
network", IEEE Trans. Pattern Analysis and Machine Intelligence 44(1), 502 (2022).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.rival import SLOPE, Rival, from_unit, start_normal, to_unit

GROWTH = 44


class U2Fusion(Rival):
    """U2Fusion: 659,217 parameters, in [0, 1].

    The infrared image is the first channel, as in the published images of TNO; the released
    script feeds the reverse.

    Example:
        >>> network = U2Fusion()
        >>> sum(p.numel() for p in network.parameters())
        659217
    """

    kind = "u2fusion"
    title = "U2Fusion"
    margin = 10
    least = 2

    def __init__(self) -> None:
        super().__init__()
        self.first = conv(2, GROWTH)
        self.dense = nn.ModuleList(conv(GROWTH * depth, GROWTH) for depth in range(1, 6))
        self.decoder = nn.Sequential(
            *(conv(6 * GROWTH, 128), nn.LeakyReLU(SLOPE)),
            *(conv(128, 64), nn.LeakyReLU(SLOPE)),
            *(conv(64, 32), nn.LeakyReLU(SLOPE)),
            conv(32, 1),
        )
        start_normal(self, 0.05)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        maps = F.leaky_relu(self.first(to_unit(torch.cat((infrared, visible), dim=1))), SLOPE)
        for layer in self.dense:
            maps = torch.cat((maps, F.leaky_relu(layer(maps), SLOPE)), dim=1)
        return from_unit(torch.tanh(self.decoder(maps)) / 2 + 0.5)


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    """3×3, the border mirrored."""
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect")
