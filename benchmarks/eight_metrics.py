"""The metrics that compare a quicker model with the full one, in `fast.py` and `int8.py`."""

from clfnet.metrics import GreyImage, score

PAPER = ("EN", "MI", "VIF", "SD", "AG", "SF")
PLAIN = ("SCD", "Qabf")


def measured(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> dict[str, float]:
    """The six of the paper in its dialect, SCD and Qabf in `plain`."""
    images = fused, infrared, visible
    return score(*images, dialect="paper", metrics=PAPER) | score(
        *images, dialect="plain", metrics=PLAIN
    )
