"""Training IFCNN: two images of one scene, each sharp elsewhere, to the one that is sharp."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from clfnet.nn.rivals import IFCNN
from clfnet.nn.rivals.rival import to_unit
from clfnet.training.dataset import Crops
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask, Tensors
from clfnet.training.task import Context

REACH = 15
"""Of the blur, in pixels."""

SIGMAS = 1.0, 5.0
"""Of the blur, in pixels, from and to."""

COARSE = 5
"""Places along a side at which the focus is drawn; between them it is smooth."""


@dataclass(frozen=True)
class IFCNNConfig(RivalConfig):
    """The recipe of IFCNN."""

    kind = "ifcnn"


class Focus(nn.Module):
    """The network with the squared distance from the sharp image; no loss of other features.

    Args:
        network: the network.
    """

    def __init__(self, network: IFCNN) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, infrared: Tensor, visible: Tensor, coarse: Tensor, sigma: Tensor
    ) -> dict[str, Tensor]:
        """The loss of a batch.

        Args:
            infrared: (B, 1, H, W) in [-1, 1]; a sharp image of its own.
            visible: the same.
            coarse: (2B, 1, 5, 5), where each of the 2B is in focus.
            sigma: (1,), of the blur in pixels.
        """
        sharp = to_unit(torch.cat((infrared, visible)))
        near, far = (each.expand(-1, 3, -1, -1) for each in two_foci(sharp, coarse, sigma))
        fused = self.network.fuse(near, far)
        with full_precision(fused):
            return {"loss": F.mse_loss(fused.float(), sharp.expand(-1, 3, -1, -1))}


class IFCNNTask(RivalTask):
    """Training IFCNN.

    Args:
        config: the recipe.
        context: where the run takes place.
    """

    def __init__(self, config: IFCNNConfig, context: Context) -> None:
        def objective(network: IFCNN, _: IFCNNConfig, __: Crops) -> Focus:
            return Focus(network)

        super().__init__(config, context, network=IFCNN, objective=objective)

    def draw(self, step: int, first: int) -> Tensors:
        """Where images are in focus, and how far they are blurred elsewhere."""
        del step
        random, batch = self.generator(first), self.config.run.batch
        coarse = torch.rand(2 * batch, 1, COARSE, COARSE, generator=random)
        low, high = SIGMAS
        return coarse, low + (high - low) * torch.rand(1, generator=random)


def two_foci(sharp: Tensor, coarse: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
    """Two images of each, sharp where the other is blurred.

    Args:
        sharp: (B, 1, H, W), H, W > 15.
        coarse: (B, 1, h, w) in [0, 1]: above a half the first is sharp, below the second; smooth
            between its places.
        sigma: (1,), of the blur in pixels.

    Returns:
        Both, (B, 1, H, W).

    Example:
        >>> sharp = torch.rand(2, 1, 20, 24)
        >>> near, far = two_foci(sharp, torch.ones(2, 1, 2, 2), torch.tensor([2.0]))
        >>> torch.allclose(near, sharp, atol=1e-3), torch.allclose(far, sharp, atol=1e-3)
        (True, False)
    """
    fine = F.interpolate(coarse, sharp.shape[-2:], mode="bicubic", align_corners=False)
    share = torch.sigmoid(20 * (fine - 0.5))
    blurred = blur(sharp, sigma)
    return share * sharp + (1 - share) * blurred, (1 - share) * sharp + share * blurred


def blur(images: Tensor, sigma: Tensor) -> Tensor:
    """Gaussian blur of (B, 1, H, W), the border mirrored."""
    at = torch.arange(-REACH, REACH + 1, device=images.device)
    profile = torch.exp(-(at**2) / (2 * sigma**2))
    profile = (profile / profile.sum()).to(images)
    padded = F.pad(images, (REACH,) * 4, mode="reflect")
    rows = F.conv2d(padded, profile[None, None, :, None])
    return F.conv2d(rows, profile[None, None, None, :])


ENTRY = Entry(IFCNN, IFCNNConfig, IFCNNTask)
