"""GANMcC: two streams, for contrast and for gradients, and a discriminator with two judgements.

Source: J. Ma, H. Zhang, Z. Shao, P. Liang and H. Xu, "GANMcC: A generative adversarial network with
multiclassification constraints for infrared and visible image fusion", IEEE Trans. Instrumentation
and Measurement 70 (2021). Its discriminator is `fusiongan.Discriminator` with two judgements.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals.fusiongan import BORDER, stream
from clfnet.nn.rivals.rival import Rival, start_normal


class GANMcC(Rival):
    """The generator: 1,864,129 parameters, in [-1, 1]; its border is repeated by 6 pixels.

    Norms and spectral norms are as in `FusionGAN`. As released, the join repeats both streams, so
    that half of the last layer's weights say nothing of their own.

    Example:
        >>> sum(p.numel() for p in GANMcC().parameters())
        1864129
    """

    kind = "ganmcc"
    title = "GANMcC"

    def __init__(self) -> None:
        super().__init__()
        self.contrast = stream(3)
        self.gradient = stream(3)
        self.last = nn.Conv2d(128, 1, 1)
        start_normal(self, 1e-3)

    def forward(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch; see `Rival`."""
        around = (BORDER,) * 4
        return self.inner(*(F.pad(x, around, mode="replicate") for x in (infrared, visible)))

    def inner(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch, less 6 pixels on each side: (B, 1, H, W) -> (B, 1, H − 12, W − 12)."""
        contrast = self.contrast(torch.cat((infrared, infrared, visible), dim=1))
        gradient = self.gradient(torch.cat((visible, visible, infrared), dim=1))
        both = torch.cat((contrast, gradient, contrast, gradient), dim=1)
        return torch.tanh(self.last(both))
