"""Frames into a pipe."""

import io
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clfnet.errors import VideoError
from clfnet.video.frames import Frame
from clfnet.video.pipe_sink import PipeSink


def test_raw_is_rgb_row_by_row() -> None:
    pipe = io.BytesIO()
    sink = PipeSink("raw", pipe)
    colours = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    grey = np.array([[0.0, 0.5, 1.0]] * 2, np.float32)
    for pixels in (colours, grey, colours.astype(np.uint16) * 257):
        sink.write(Frame(0.0, pixels))
    first, second, third = np.frombuffer(pipe.getvalue(), np.uint8).reshape(3, 2, 3, 3)
    np.testing.assert_array_equal(first, colours)
    np.testing.assert_array_equal(second[..., 1], [[0, 128, 255]] * 2)
    np.testing.assert_array_equal(third, colours)
    assert (sink.count, sink.width, sink.height) == (3, 3, 2)


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 3)])
def test_mjpeg_is_one_image_after_the_other(shape: Any) -> None:
    pipe = io.BytesIO()
    sink = PipeSink("mjpeg", pipe)
    ends = []
    for level in (40, 200):
        sink.write(Frame(0.0, np.full(shape, level, np.uint8)))
        ends.append(pipe.tell())
    data = pipe.getvalue()
    for level, part in ((40, data[: ends[0]]), (200, data[ends[0] :])):
        with Image.open(io.BytesIO(part)) as image:
            assert image.size == (64, 48)
            assert np.asarray(image).mean() == pytest.approx(level, abs=1.5)


def test_a_reader_that_has_gone_is_one_line() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        sink = PipeSink("raw", pipe)
        with pytest.raises(VideoError, match="must be read to the end, but after 0 frames: Broken"):
            sink.write(Frame(0.0, np.zeros((2, 3), np.uint8)))
