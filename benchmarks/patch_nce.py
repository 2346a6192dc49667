"""How much faster the vectorised patchNCE is than a loop over places: `make bench`.

B = 4, S = 200, D = 256, forward and backward, float32. Medians of repeated runs. Writes
docs/results/patch-nce.json.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.bench import describe
from clfnet.losses import patch_nce

B, S, D, TAU = 4, 200, 256, 0.07
RESULT = Path(__file__).parents[1] / "docs" / "results" / "patch-nce.json"


def naive(q_ir: Tensor, q_vi: Tensor, ir: Tensor, vi: Tensor) -> Tensor:
    """Eqs. (7) and (8), one place after the other, keys gathered and normalised at each."""
    losses = []
    for b in range(B):
        for s in range(S):
            like_ir = F.cosine_similarity(q_ir[b, s], ir[b, s], dim=0)
            like_vi = F.cosine_similarity(q_vi[b, s], vi[b, s], dim=0)
            infrared = bool(like_ir > like_vi)
            query, keys = (q_ir, ir) if infrared else (q_vi, vi)
            others = torch.cat(
                (keys.flatten(0, 1)[: b * S + s], keys.flatten(0, 1)[b * S + s + 1 :])
            )
            unlike = F.cosine_similarity(query[b, s][None], others) / TAU
            like = (like_ir if infrared else like_vi) / TAU
            losses.append(torch.logsumexp(torch.cat((like[None], unlike)), 0) - like)
    return torch.stack(losses).mean()


def seconds(loss: Callable[..., Tensor], repeats: int) -> float:
    """Median time of the loss and its gradient."""
    times = []
    for seed in range(repeats):
        torch.manual_seed(seed)
        inputs = [torch.randn(B, S, D, requires_grad=True) for _ in range(4)]
        start = perf_counter()
        loss(*inputs).backward()  # type: ignore[no-untyped-call]
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    """Time both, print and write."""
    fast = seconds(lambda *z: patch_nce(*z, temperature=TAU).loss, 20)
    slow = seconds(naive, 3)
    result = {
        "command": "python benchmarks/patch_nce.py",
        "machine": describe(),
        "seconds": {"vectorised": fast, "loop": slow},
        "ratio": slow / fast,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
