"""A projection head for a network that has lost its own: what `clfnet explain` asks.

Training drops the head of Eq. (6), since fusing does not need it; Eq. (7)'s choice does. Here a new
one is trained by the same loss (Eq. 8) while the network stays as it is.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from clfnet.nn import ProjectionHead
from clfnet.training.config import HeadConfig
from clfnet.training.dataset import Crops, Pair, Pixels, load_pairs
from clfnet.training.objective import Objective
from clfnet.training.task import Context, Task, places, start_network

_BATCHES = 25
"""Of held-out crops, in a validation."""


class HeadTask(Task):
    """Training a head for a frozen network.

    Args:
        config: the recipe.
        context: where the run takes place.

    Raises:
        InputError: the data cannot be used.
        WeightsError: `model.start` is not a network.
    """

    def __init__(self, config: HeadConfig, context: Context) -> None:  # noqa: ARG002 -- every task's
        pairs, held_out = load_pairs(config.data)
        torch.manual_seed(config.run.seed)
        self._objective = Objective(config)
        self._objective.network.load_state_dict(start_network(config).state_dict())
        self._objective.network.requires_grad_(False)
        self._crops = Crops(pairs, config.data, config.run.seed)
        self._samples = config.loss.samples
        super().__init__(
            config,
            self._objective,
            head_of(self._objective),
            crops=len(self._crops),
            validate=HeadValidator(self._objective, held_out) if held_out else None,
        )

    def enter(self, step: int) -> str:  # noqa: ARG002 -- all steps are alike
        """The head trains, the network normalises as in use."""
        self._objective.train()
        self._objective.network.eval()
        return "train"

    def batch(self, step: int, first: int) -> tuple[Tensor, ...]:
        """Infrared, visible and the places of the step."""
        run, crop = self.config.run, self.config.data.crop
        images = self._crops.batch(first, run.batch)
        return *images, places(run.seed, step, crop, self._samples)


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


def head_of(objective: Objective) -> ProjectionHead:
    """The head of an objective that has one."""
    assert objective.head is not None  # noqa: S101 -- a recipe's `check` has seen to λ1
    return objective.head
