"""SD: the standard deviation of the fused image."""

import numpy as np

from clfnet.metrics.image import GreyImage, check
from clfnet.metrics.image import saturate as to_uint8


def sd(fused: GreyImage, *, saturate: bool) -> float:
    """Return the standard deviation of the fused image: sqrt(mean((F − mean F)²)).

    Source: Rao, "In-fibre Bragg grating sensors", Meas. Sci. Technol. 8(4), 355 (1997), which the
    fusion literature cites for it.

    Args:
        fused: uint8, (H, W), 0..255.
        saturate: whether to compute in uint8 as the older reference implementation does (the
            `paper` dialect): t = sat(F − mean F), negatives at 0, SD = sqrt(mean(min(t², 255))).
            This is below 16 and no measure of contrast; show the plain one beside it.

    Returns:
        Levels, 0 to 127.5; 0 to 15.97 where it saturates. Higher is better.

    Raises:
        ImageError: `fused` is no uint8 array of shape (H, W).

    Example:
        >>> a = np.array([[100, 200]], np.uint8)
        >>> sd(a, saturate=False)
        50.0
        >>> round(sd(a, saturate=True), 4)
        11.2916
    """
    check(fused=fused)
    if not saturate:
        return float(fused.std())
    t = to_uint8(fused - fused.mean()).astype(np.int64)
    return float(np.sqrt(np.minimum(t * t, 255).mean()))
