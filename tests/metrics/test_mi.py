from collections import Counter
from collections.abc import Hashable, Sequence
from functools import partial
from math import e, log

import numpy as np
import pytest

from clfnet.metrics import GreyImage, en, metrics_of, mi

mi_paper = partial(mi, base=2, share_top_bin=True)


def _reference_mi(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage, base: float, top: int
) -> float:
    def entropy(levels: Sequence[Hashable]) -> float:
        shares = (count / len(levels) for count in Counter(levels).values())
        return -sum(p * log(p, base) for p in shares)

    f = [int(level) for level in fused.flat]
    result = 0.0
    for source in (infrared, visible):
        x = [int(level) for level in source.flat]
        joint = [(min(i, top), min(j, top)) for i, j in zip(x, f, strict=True)]
        result += entropy(x) + entropy(f) - entropy(joint)
    return result


@pytest.mark.parametrize(("base", "share", "top"), [(2, True, 254), (e, False, 255)])
def test_reference(
    base: float, share: bool, top: int, fused: GreyImage, infrared: GreyImage, visible: GreyImage
) -> None:
    infrared[:9], fused[:7] = 254, 255  # so that the shared bin matters
    infrared[5:6] = 255
    expected = _reference_mi(fused, infrared, visible, base, top)
    assert mi(fused, infrared, visible, base=base, share_top_bin=share) == pytest.approx(
        expected, rel=1e-12
    )


def test_of_equal_images_is_twice_the_entropy(fused: GreyImage) -> None:
    fused = np.minimum(fused, 253)
    assert mi_paper(fused, fused, fused) == pytest.approx(2 * en(fused))


def test_a_constant_fused_image_tells_nothing(infrared: GreyImage, visible: GreyImage) -> None:
    fused = np.full_like(infrared, 9)
    assert mi(fused, infrared, visible, base=2, share_top_bin=False) == pytest.approx(0, abs=1e-12)
    infrared, visible = np.minimum(infrared, 253), np.minimum(visible, 253)
    assert mi_paper(fused, infrared, visible) == pytest.approx(0, abs=1e-12)


def test_the_shared_bin_lets_it_exceed_16_bits() -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8), [1] * 254 + [2] * 2)[None]
    highest = metrics_of("paper", ["MI"])[0].highest
    assert 16 < mi_paper(levels, levels, levels) == pytest.approx(highest, rel=1e-12)


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert mi_paper(fused, infrared, visible) == mi_paper(fused, visible, infrared)


def test_what_is_a_function_of_the_source_keeps_its_entropy(infrared: GreyImage) -> None:
    infrared = np.minimum(infrared, 120)
    assert mi_paper(infrared * 2, infrared, infrared) == pytest.approx(2 * en(infrared))
