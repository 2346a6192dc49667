"""How many levels of grey fused images span, on which most metrics depend."""

from collections.abc import Mapping, Sequence

import numpy as np

from clfnet.metrics import GreyImage

_ALIKE = 0.9  # of the widest mean span: narrower ones are said


def stretch_levels(image: GreyImage) -> GreyImage:
    """Stretch an image linearly, so that it spans 0..255; one of one level stays.

    Example:
        >>> stretch_levels(np.array([[50, 75, 100]], np.uint8)).tolist()
        [[0, 128, 255]]
    """
    low, high = int(image.min()), int(image.max())
    if low == high:
        return image
    return np.rint((image.astype(np.float64) - low) * 255 / (high - low)).astype(np.uint8)


def span_note(spans: Mapping[str, Sequence[int]]) -> str:
    """Tell where the images of one method span fewer levels than those of another; else nothing.

    Args:
        spans: by method, of each image, the brightest level less the darkest.

    Example:
        >>> span_note({"ours": [255, 251], "theirs": [150, 170]})[:46]
        'fused images span different numbers of levels:'
    """
    means = {method: float(np.mean(of)) for method, of in spans.items() if of}
    if not means or min(means.values()) >= _ALIKE * max(means.values()):
        return ""
    told = ", ".join(f"{method} {mean:.0f}" for method, mean in sorted(means.items(), key=_mean))
    return (
        f"fused images span different numbers of levels: {told}. EN, SD, AG, SF and others grow "
        f"with it; --stretch scores all alike"
    )


def _mean(item: tuple[str, float]) -> float:
    return item[1]
