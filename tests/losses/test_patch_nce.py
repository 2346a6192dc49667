from math import exp, log

import pytest
import torch
from torch import Tensor

from clfnet.losses import STRATEGIES, patch_nce

TAU = 0.3


def _unit(z: Tensor) -> Tensor:
    return z / (z**2).sum() ** 0.5


def _reference(
    q_ir: Tensor, q_vi: Tensor, ir: Tensor, vi: Tensor, crossed: tuple[Tensor, Tensor], which: str
) -> tuple[float, float]:
    """Eqs. (7) and (8), place by place and negative by negative: (loss, infrared share)."""
    images, places = ir.shape[:2]
    pools = {
        "a": (vi, ir),
        "b": crossed,
        "c": (ir, vi),
    }[which]
    total, wins = 0.0, 0
    for b in range(images):
        for s in range(places):
            like_ir = float(_unit(q_ir[b, s]) @ _unit(ir[b, s]))
            like_vi = float(_unit(q_vi[b, s]) @ _unit(vi[b, s]))
            infrared = like_ir > like_vi
            wins += infrared
            query = q_ir[b, s] if infrared else q_vi[b, s]
            pool = pools[0] if infrared else pools[1]
            positive = exp((like_ir if infrared else like_vi) / TAU)
            negative, count = 0.0, 0
            for other in range(images):
                for place in range(places):
                    if (other, place) != (b, s):
                        cosine = float(_unit(query) @ _unit(pool[other, place]))
                        negative += exp(cosine / TAU)
                        count += 1
            assert count == images * places - 1
            total += -log(positive / (positive + negative))
    return total / (images * places), wins / (images * places)


@pytest.fixture
def embeddings() -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.randn(2, 5, 4, dtype=torch.float64) for _ in range(6)]


@pytest.mark.parametrize("which", "abc")
def test_matches_the_loop_over_places(embeddings: list[Tensor], which: str) -> None:
    *four, via_ir, via_vi = embeddings
    crossed = (via_ir, via_vi)
    got = patch_nce(*four, temperature=TAU, strategy=STRATEGIES[which], crossed=crossed)
    q_ir, q_vi, ir, vi = four
    loss, share = _reference(q_ir, q_vi, ir, vi, crossed, which)
    assert float(got.loss) == pytest.approx(loss, rel=1e-6)
    assert float(got.infrared_share) == pytest.approx(share, abs=1e-7)
    assert 0 < share < 1


def test_gradient(embeddings: list[Tensor]) -> None:
    four = [z[:, :3].clone().requires_grad_() for z in embeddings[:4]]
    assert torch.autograd.gradcheck(lambda *z: patch_nce(*z, temperature=TAU).loss, four)


def test_chance_level() -> None:
    same = torch.ones(2, 50, 8)
    assert float(patch_nce(same, same, same, same).loss) == pytest.approx(log(100), rel=1e-5)


def test_swapping_the_modalities_mirrors_the_share(embeddings: list[Tensor]) -> None:
    q_ir, q_vi, ir, vi = embeddings[:4]
    one, two = patch_nce(q_ir, q_vi, ir, vi), patch_nce(q_vi, q_ir, vi, ir)
    assert float(one.loss) == pytest.approx(float(two.loss))
    assert float(one.infrared_share) == pytest.approx(1 - float(two.infrared_share))


def test_a_tie_goes_to_the_visible_branch() -> None:
    z = torch.eye(4)[None]
    assert float(patch_nce(z, z, z, z).infrared_share) == 0


def test_a_copy_of_one_source_is_cheap_and_won_by_it() -> None:
    torch.manual_seed(0)
    ir, vi = torch.randn(2, 1, 60, 64)
    copied = patch_nce(ir, torch.randn_like(ir), ir, vi)
    assert float(copied.infrared_share) == 1
    assert float(copied.loss) < 0.1


def test_balanced_gives_each_branch_half_of_the_places(embeddings: list[Tensor]) -> None:
    q_ir, q_vi, ir, vi, *_ = embeddings
    near = ir + 0.01 * q_ir  # infrared would win nearly everywhere
    wins = torch.tensor(
        [
            float(_unit(near[b, s]) @ _unit(ir[b, s]) - _unit(q_vi[b, s]) @ _unit(vi[b, s]))
            for b in range(2)
            for s in range(5)
        ]
    )
    half = wins > sorted(wins.tolist())[4]  # the lower median of ten
    one = [patch_nce(near, q_vi, ir, vi, temperature=TAU)]
    losses = []
    for query, key in ((near, ir), (q_vi, vi)):
        z, pool = query.flatten(0, 1), key.flatten(0, 1)
        z, pool = z / z.norm(dim=1, keepdim=True), pool / pool.norm(dim=1, keepdim=True)
        losses.append(-torch.log_softmax(z @ pool.T / TAU, dim=1).diagonal())
    wanted = torch.where(half, losses[0], losses[1]).mean()
    got = patch_nce(near, q_vi, ir, vi, temperature=TAU, assignment="balanced")
    assert float(got.loss) == pytest.approx(float(wanted))
    assert float(got.infrared_share) == float(one[0].infrared_share) > 0.8


def test_both_counts_each_branch_half_everywhere(embeddings: list[Tensor]) -> None:
    q_ir, q_vi, ir, vi, *_ = embeddings
    got = patch_nce(q_ir, q_vi, ir, vi, temperature=TAU, assignment="both")
    alone = [
        patch_nce(query, query, key, key, temperature=TAU).loss
        for query, key in ((q_ir, ir), (q_vi, vi))
    ]
    assert float(got.loss) == pytest.approx(float(sum(alone)) / 2)
