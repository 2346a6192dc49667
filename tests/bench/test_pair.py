"""The scene at any size."""

import numpy as np

from clfnet.bench.pair import scene_pair
from clfnet.bench.size import Size
from clfnet.scene import night_street


def test_the_scene_at_its_own_size_and_at_others() -> None:
    scene = night_street()
    infrared, visible = scene_pair(Size(640, 480))
    assert (infrared == scene.infrared).all()
    assert (visible == scene.visible).all()
    small, colour = scene_pair(Size(33, 21))
    assert (small.shape, colour.shape) == ((21, 33), (21, 33, 3))
    assert small.dtype == colour.dtype == np.uint8
    assert abs(small.mean() - infrared.mean()) < 3
