import pytest
import torch

from clfnet.losses import product_ms_ssim
from clfnet.losses.residual_fusion import residual_fusion_loss


def test_is_the_sum_of_its_terms() -> None:
    torch.manual_seed(0)
    fused, visible = torch.rand(2, 2, 1, 32, 32, dtype=torch.float64) * torch.tensor(
        [2000.0, 255.0], dtype=torch.float64
    ).reshape(2, 1, 1, 1, 1)
    codes = [
        [torch.rand(2, 3, 32 >> m, 32 >> m, dtype=torch.float64) for m in range(4)]
        for _ in range(3)
    ]
    low, high = float(fused.min()), float(fused.max())
    expected = 700 * (
        1
        - float(
            product_ms_ssim(
                (fused - low) / (high - low + 1e-5) * 255, visible, data_range=255, scales=3
            )
        )
    )
    for m, weight in enumerate((1, 10, 100, 1000)):
        total = 0.0
        for phi, a, b in zip(*(each[m].flatten().tolist() for each in codes), strict=True):
            total += (phi - 6 * a - 3 * b) ** 2
        expected += weight * total / codes[0][m].numel()
    found = residual_fusion_loss(fused, visible, *codes, scales=3)
    assert float(found) == pytest.approx(expected)
