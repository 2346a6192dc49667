"""InfoNCE (Eq. 1)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.errors import InputError


def info_nce(
    query: Tensor,
    positive: Tensor,
    negatives: Tensor,
    *,
    temperature: float = 0.07,
    excluded: Tensor | None = None,
) -> Tensor:
    """−log of the positive's share among the positive and N negatives, per query (Eq. 1).

    Similarity is the dot product of L2-normalised vectors divided by `temperature`. Indifference
    (all similarities equal) costs log(N + 1).

    Args:
        query: (M, D), any length of vector.
        positive: (M, D), the partner of each query.
        negatives: (N, D), one pool for all queries.
        temperature: τ > 0.
        excluded: bool, (M, N), True where an entry of the pool is no negative of that query.

    Returns:
        The loss of each query, (M,), ≥ 0.

    Raises:
        InputError: if `temperature` is not positive.

    Example:
        >>> z = torch.eye(3)
        >>> info_nce(z, z, -z[:1]).max() < 1e-5
        tensor(True)
    """
    if not temperature > 0:
        raise InputError(f"`temperature` must be positive, got {temperature}. The paper's is 0.07.")
    query = F.normalize(query, dim=-1)
    like = (query * F.normalize(positive, dim=-1)).sum(-1) / temperature  # (M,)
    unlike = query @ F.normalize(negatives, dim=-1).T / temperature  # (M, N)
    if excluded is not None:
        unlike = unlike.masked_fill(excluded, -torch.inf)
    return torch.logsumexp(torch.cat((like[:, None], unlike), dim=1), dim=1) - like
