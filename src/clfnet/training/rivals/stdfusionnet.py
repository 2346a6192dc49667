"""Training STDFusionNet: hot targets are wanted as the infrared image has them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor, nn

from clfnet.losses import salient_loss
from clfnet.nn.rivals import STDFusionNet
from clfnet.training.dataset import Crops, Images, Pixels
from clfnet.training.objective import full_precision
from clfnet.training.rivals.base import Entry, RivalConfig, RivalTask, Tensors
from clfnet.training.task import Context

SHARE = 0.001, 0.05
"""Of an image's pixels, what a target may have."""


@dataclass(frozen=True)
class STDFusionNetConfig(RivalConfig):
    """The recipe of STDFusionNet."""

    kind = "stdfusionnet"


class Salience(nn.Module):
    """The network with its loss.

    Args:
        network: the network.
    """

    def __init__(self, network: STDFusionNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, infrared: Tensor, visible: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """The loss of a batch, (B, 1, H, W): images in [-1, 1], the mask 0 or 1."""
        fused = self.network(infrared, visible)
        with full_precision(fused):
            loss = salient_loss(fused.float(), infrared, visible, mask)
        return {"loss": loss, "mask share": mask.mean()}


class STDFusionNetTask(RivalTask):
    """Training STDFusionNet.

    Args:
        config: the recipe.
        context: where the run takes place.
    """

    def __init__(self, config: STDFusionNetConfig, context: Context) -> None:
        def objective(network: STDFusionNet, _: STDFusionNetConfig, __: Crops) -> Salience:
            return Salience(network)

        super().__init__(config, context, network=STDFusionNet, objective=objective)
        masks = [salient_mask(pair.infrared).astype(np.uint8) * 255 for pair in self.pairs]
        self._masks = Images(masks)
        self._masks.to(context.process.device)

    def batch(self, *plan: Tensor) -> Tensors:
        """Infrared, visible and the masks of the same crops."""
        images = super().batch(*plan)
        (mask,) = self._masks.cut(plan[0], self.config.data.crop)
        return *images, (mask + 1) / 2


def salient_mask(infrared: Pixels) -> NDArray[np.bool_]:
    """Hot targets of an image, in place of masks that the authors drew by hand.

    Pixels hotter than the mean by two deviations, and than a Gaussian mean of σ 30 around them by
    as much; of what hangs together, that which has 0.1 to 5 % of the image; 2 pixels wider.

    Args:
        infrared: uint8, (H, W).

    Returns:
        (H, W).

    Example:
        >>> picture = np.full((100, 100), 50, np.uint8)
        >>> picture[20:30, 40:45] = 250
        >>> int(salient_mask(picture).sum())
        114
    """
    levels = infrared.astype(float)
    hot = levels > levels.mean() + 2 * levels.std()
    hot &= levels - ndimage.gaussian_filter(levels, 30) > 2 * levels.std()
    parts, count = ndimage.label(hot)
    sizes = np.bincount(parts.ravel(), minlength=count + 1) / infrared.size
    kept = (sizes >= SHARE[0]) & (sizes <= SHARE[1])
    kept[0] = False
    mask: NDArray[np.bool_] = ndimage.binary_dilation(kept[parts], iterations=2)
    return mask


ENTRY = Entry(STDFusionNet, STDFusionNetConfig, STDFusionNetTask)
