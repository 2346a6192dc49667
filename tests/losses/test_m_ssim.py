import math

import numpy as np
import pytest
import torch
from torch import Tensor

from clfnet.errors import InputError, SizeMismatchError
from clfnet.losses import m_ssim_loss
from clfnet.losses.windows import Window


def _reference(batches: list[Tensor], window: str, size: int) -> float:
    """Eqs. (2)–(5) with one explicit 2-D window after the other, float64."""
    profile = [
        1.0 if window == "uniform" else math.exp(-((i - (size - 1) / 2) ** 2) / (2 * 1.5**2))
        for i in range(size)
    ]
    weights = np.outer(profile, profile)
    weights /= weights.sum()

    def ssim(x: np.ndarray, y: np.ndarray) -> float:
        mx, my = (weights * x).sum(), (weights * y).sum()
        vx, vy = (weights * (x - mx) ** 2).sum(), (weights * (y - my) ** 2).sum()
        cov = (weights * (x - mx) * (y - my)).sum()
        c1, c2 = 1e-4, 9e-4
        return float((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2)))

    scores = []
    count, _, height, width = batches[0].shape
    for n in range(count):
        images = [batch[n, 0].numpy() for batch in batches]
        for y in range(height - size + 1):
            for x in range(width - size + 1):
                wf, wa, wb = (i[y : y + size, x : x + size] for i in images)
                infrared = (weights * wa).sum() > (weights * wb).sum()
                scores.append(ssim(wf, wa) if infrared else ssim(wf, wb))
    return 1 - sum(scores) / len(scores)


def _images(*size: int) -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.rand(2, 1, *size, dtype=torch.float64) * 2 - 1 for _ in range(3)]


@pytest.mark.parametrize("window", ["uniform", "gaussian"])
def test_matches_the_loop_over_windows(window: Window) -> None:
    images = _images(21, 18)  # not square
    got = float(m_ssim_loss(*images, window=window))
    assert got == pytest.approx(_reference(images, window, 16), abs=1e-9)


def test_gradient() -> None:
    fused, a, b = _images(5, 6)
    fused.requires_grad_()
    assert torch.autograd.gradcheck(lambda f: m_ssim_loss(f, a, b, size=4), (fused,))


@pytest.mark.parametrize("window", ["uniform", "gaussian"])
def test_the_brighter_source_itself_costs_nothing(window: Window) -> None:
    x = _images(16, 16)[0]
    assert float(m_ssim_loss(x, x, x - 0.1, window=window)) == pytest.approx(0, abs=1e-12)
    assert float(m_ssim_loss(x - 0.1, x, x - 0.1, window=window)) > 0


def test_swapping_the_sources_changes_nothing() -> None:
    f, a, b = _images(17, 20)
    assert float(m_ssim_loss(f, a, b)) == pytest.approx(float(m_ssim_loss(f, b, a)))


def test_flat_images_are_finite_and_so_is_the_gradient() -> None:
    flat = torch.zeros(1, 1, 16, 16, requires_grad=True)
    loss = m_ssim_loss(flat, flat.detach(), flat.detach())
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == pytest.approx(0)
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()


def test_refuses_what_has_no_window() -> None:
    f, a, b = _images(15, 40)
    with pytest.raises(InputError, match=r"16×16.*15×40"):
        m_ssim_loss(f, a, b)
    with pytest.raises(SizeMismatchError, match="one shape"):
        m_ssim_loss(f, a, b[..., :39])
