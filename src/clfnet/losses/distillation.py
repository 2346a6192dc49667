"""Distillation: how far a student's image is from its teacher's."""

from torch import Tensor

EPSILON = 1e-6
"""Of the roots; it rounds their corner, 1/1000 of the range wide."""


def distillation_loss(
    fused: Tensor, teacher: Tensor, *, gradient: float = 1.0, magnitude: float = 0.5
) -> Tensor:
    """Charbonnier distance, distance of the gradients and of their magnitudes; not in the paper.

    mean √((f − t)² + ε) + gradient · (mean |∂y f − ∂y t| + mean |∂x f − ∂x t|) + magnitude · mean
    | |∇f| − |∇t| |, where derivatives are differences of neighbours and |∇f| is √(∂y² + ∂x² + ε).
    The first two alone would be served by a blurred image where the student is in doubt; the
    third is not, and AG and SF, which rise with |∇f|, come out right.

    Args:
        fused: the student's, (B, 1, H, W) in [0, 1], H, W ≥ 2.
        teacher: the same shape and range.
        gradient: weight of the second term.
        magnitude: weight of the third.

    Returns:
        A scalar ≥ 0.

    Example:
        >>> import torch
        >>> x = torch.rand(1, 1, 8, 8)
        >>> distillation_loss(x, x)
        tensor(0.0010)
    """
    loss = ((fused - teacher) ** 2 + EPSILON).sqrt().mean()
    (fy, fx), (ty, tx) = ((image.diff(dim=-2), image.diff(dim=-1)) for image in (fused, teacher))
    loss = loss + gradient * ((fy - ty).abs().mean() + (fx - tx).abs().mean())
    return loss + magnitude * (_magnitude(fy, fx) - _magnitude(ty, tx)).abs().mean()


def _magnitude(y: Tensor, x: Tensor) -> Tensor:
    """|∇| where both derivatives are: (B, 1, H - 1, W - 1)."""
    return (y[..., :, :-1] ** 2 + x[..., :-1, :] ** 2 + EPSILON).sqrt()
