"""The example pair at any size."""

import numpy as np

from clfnet.example import night_street


def test_the_same_scene_at_every_size() -> None:
    large, small = night_street(), night_street(33, 21)
    assert [image.shape for image in large] == [(480, 640), (480, 640, 3)]
    assert [image.shape for image in small] == [(21, 33), (21, 33, 3)]
    for one, other in zip(large, small, strict=True):
        assert one.dtype == other.dtype == np.uint8
        assert one.flags.c_contiguous
        assert one.flags.writeable
        assert abs(one.mean() - other.mean()) < 3
        assert one.std() > 20
