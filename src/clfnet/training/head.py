"""A projection head for a network that has lost its own: what `clfnet explain` asks.

Training drops the head of Eq. (6), since fusing does not need it; Eq. (7)'s choice does. Here a new
one is trained by the same loss (Eq. 8) while the network stays as it is.
"""

from collections.abc import Sequence

import torch
from torch import nn

from clfnet.training.config import HeadConfig
from clfnet.training.dataset import Crops, Pair, Pixels
from clfnet.training.objective import Objective
from clfnet.training.task import Context, FusionTask, Validation, places

_BATCHES = 25
"""Of held-out crops, in a validation."""


class HeadTask(FusionTask):
    """Training a head for a frozen network.

    Args:
        config: the recipe.
        context: where the run takes place.

    Raises:
        InputError: the data cannot be used.
        WeightsError: `model.start` is not a network.
    """

    def __init__(self, config: HeadConfig, context: Context) -> None:
        super().__init__(config, context)
        assert isinstance(self.objective, Objective)  # noqa: S101 -- for the type checker
        assert self.objective.head is not None  # noqa: S101 -- the recipe's `check` has seen to λ1
        self.objective.network.requires_grad_(False)
        self.network = self.objective.head

    def validation(self, objective: Objective, held_out: Sequence[Pair]) -> Validation:
        """By the loss on them."""
        return HeadValidator(objective, held_out)

    def mode(self, step: int) -> str:  # noqa: ARG002 -- all steps are alike
        """Always the same."""
        return "train"

    def enter(self, mode: str) -> None:
        """The head trains, the network normalises as in use."""
        super().enter(mode)
        self.objective.get_submodule("network").eval()


class HeadValidator:
    """Says how well network and head tell places of held-out crops apart.

    Args:
        objective: of the run.
        pairs: the held-out pairs.
    """

    def __init__(self, objective: Objective, pairs: Sequence[Pair]) -> None:
        self.pairs, self._objective = pairs, objective
        self._crops = Crops(pairs, objective.config.data, 0)

    @torch.inference_mode()
    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Means of "patch_nce" and "infrared_share" over some batches; no images."""
        self._objective.eval()
        config, device = self._objective.config, next(network.parameters()).device
        terms = []
        for step in range(_BATCHES):
            images = self._crops.batch(step * config.run.batch, config.run.batch)
            where = places(0, step, config.data.crop, config.loss.samples)
            terms.append(self._objective(*(each.to(device) for each in (*images, where))))
        values = {
            name: sum(float(each[name]) for each in terms) / len(terms)
            for name in ("patch_nce", "infrared_share")
        }
        return {"score": -values["patch_nce"], **values}, []
