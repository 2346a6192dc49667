"""Distillation: how far a student's picture is from its teacher's."""

from torch import Tensor
from torch.nn.functional import avg_pool2d

EPSILON = 1e-6
"""Of the roots; it rounds their corner, 1/1000 of the range wide."""

WINDOW = 8
"""Side of the squares, half overlapping, over which magnitudes are averaged, in pixels."""


def distillation_loss(
    fused: Tensor, teacher: Tensor, *, gradient: float = 1.0, magnitude: float = 0.5
) -> Tensor:
    """Charbonnier distance, distance of the gradients and of their magnitudes; not in the paper.

    mean √((f − t)² + ε) + gradient · (mean |∂y f − ∂y t| + mean |∂x f − ∂x t|) + magnitude · mean
    |m(|∇f|) − m(|∇t|)|, where derivatives are differences of neighbours, |∇f| is √(∂y² + ∂x² + ε)
    and m is the mean over a window. The first two alone would be served by a blurred picture where
    the student is in doubt; the third is not, and AG and SF, which rise with |∇f|, come out right.
    Were it of single pixels, it would ask for their median, which is below the mean.

    Args:
        fused: the student's, (B, 1, H, W) in [0, 1], H, W > `WINDOW`.
        teacher: the same shape and range.
        gradient: weight of the second term.
        magnitude: weight of the third.

    Returns:
        A scalar ≥ 0.

    Example:
        >>> import torch
        >>> x = torch.rand(1, 1, 9, 9)
        >>> distillation_loss(x, x)
        tensor(0.0010)
    """
    loss = ((fused - teacher) ** 2 + EPSILON).sqrt().mean()
    (fy, fx), (ty, tx) = ((image.diff(dim=-2), image.diff(dim=-1)) for image in (fused, teacher))
    loss = loss + gradient * ((fy - ty).abs().mean() + (fx - tx).abs().mean())
    return loss + magnitude * (_steepness(fy, fx) - _steepness(ty, tx)).abs().mean()


def _steepness(y: Tensor, x: Tensor) -> Tensor:
    """|∇| where both derivatives are, averaged over windows."""
    magnitude = (y[..., :, :-1] ** 2 + x[..., :-1, :] ** 2 + EPSILON).sqrt()  # H - 1, W - 1
    return avg_pool2d(magnitude, WINDOW, stride=WINDOW // 2)
