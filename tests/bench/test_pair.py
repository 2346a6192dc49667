"""The scene at any size."""

import numpy as np

from clfnet.bench.pair import scene_pair
from clfnet.bench.size import Size


def test_the_same_scene_at_every_size() -> None:
    large, small = scene_pair(Size(640, 480)), scene_pair(Size(33, 21))
    assert [picture.shape for picture in large] == [(480, 640), (480, 640, 3)]
    assert [picture.shape for picture in small] == [(21, 33), (21, 33, 3)]
    for one, other in zip(large, small, strict=True):
        assert one.dtype == other.dtype == np.uint8
        assert abs(one.mean() - other.mean()) < 3
        assert one.std() > 20
