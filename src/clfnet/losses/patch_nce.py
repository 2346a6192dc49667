"""Adaptive patch-wise contrastive loss (Eqs. 6–8)."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.losses.info_nce import info_nce
from clfnet.losses.negatives import Keys, Strategy, same_source

Assignment = Literal["winner", "balanced", "both"]
"""Which branch counts at a place, see `patch_nce`."""


class PatchNCE(NamedTuple):
    """The loss, a scalar, and the share of places that the infrared branch wins, in [0, 1]."""

    loss: Tensor
    infrared_share: Tensor


def patch_nce(
    query_infrared: Tensor,
    query_visible: Tensor,
    infrared: Tensor,
    visible: Tensor,
    *,
    temperature: float = 0.07,
    assignment: Assignment = "winner",
    strategy: Strategy = same_source,
    crossed: tuple[Tensor, Tensor] | None = None,
) -> PatchNCE:
    """Contrast each place of the fused image with the source that it resembles more (Eqs. 7, 8).

    At each place the branch with the larger cosine between query and positive wins, and only its
    InfoNCE counts; ties go to the visible branch. Negatives are the other places of the whole
    batch, N = B·S − 1. The paper's Eq. (8) sums over the S places; here, as in its tables' scale
    and its training, it is the mean over places and batch.

    Args:
        query_infrared: z_f_ir, the fused image through the infrared encoder and H, (B, S, D).
        query_visible: z_f_vi, the fused image through the visible encoder and H, (B, S, D).
        infrared: z_ir, (B, S, D).
        visible: z_vi, (B, S, D).
        temperature: τ of Eq. (1).
        assignment: "winner" is Eq. (7). "balanced" gives each branch half of the places, those
            where it leads by more than the median of the batch, so that no source can take all of
            them. "both" lets both branches count half at every place: the fused image must be
            recognised as either source.
        strategy: where negatives come from; see `clfnet.losses.negatives`.
        crossed: the visible image through the infrared encoder and the infrared image through the
            visible encoder, each (B, S, D); needed by strategy (b) alone.

    Returns:
        The loss and the share of places where infrared is the more similar.

    Example:
        >>> z = torch.randn(2, 50, 8, generator=torch.Generator().manual_seed(0))
        >>> result = patch_nce(z, z, z, -z)
        >>> float(result.infrared_share)
        1.0
    """
    via_infrared, via_visible = crossed or (None, None)
    q_ir, q_vi, p_ir, p_vi = (
        z.flatten(0, 1) for z in (query_infrared, query_visible, infrared, visible)
    )  # (B·S, D)
    lead = F.cosine_similarity(q_ir, p_ir, dim=-1) - F.cosine_similarity(q_vi, p_vi, dim=-1)
    wins = lead > (lead.median() if assignment == "balanced" else 0)
    same_place = torch.eye(len(wins), dtype=torch.bool, device=wins.device)

    def branch(query: Tensor, keys: Keys) -> Tensor:
        pool = strategy(keys).flatten(0, 1)  # (B·S, D)
        return info_nce(
            query, keys.own.flatten(0, 1), pool, temperature=temperature, excluded=same_place
        )

    by_infrared = branch(q_ir, Keys(infrared, visible, via_infrared))  # (B·S,)
    by_visible = branch(q_vi, Keys(visible, infrared, via_visible))
    if assignment == "both":
        losses = (by_infrared + by_visible) / 2
    else:
        losses = torch.where(wins, by_infrared, by_visible)
    return PatchNCE(losses.mean(), (lead > 0).float().mean())
