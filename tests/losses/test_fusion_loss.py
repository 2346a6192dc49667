import pytest
import torch

from clfnet.losses import fusion_loss


def test_eq_9() -> None:
    nce, ssim = torch.tensor(6.7), torch.tensor(0.4)
    assert float(fusion_loss(nce, ssim)) == pytest.approx(7.1)
    assert float(fusion_loss(nce, ssim, lambda1=0.1, lambda2=2)) == pytest.approx(1.47)
