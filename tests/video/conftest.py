"""Small videos, made where they are needed."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Array = NDArray[Any]

HEIGHT, WIDTH = 48, 64
STEP = 8  # grey levels between frames: what coding does to a level is less


class Clips:
    """Encodes clips into a folder and reads them back, with PyAV alone."""

    @staticmethod
    def stamped(count: int, shape: tuple[int, ...] = (HEIGHT, WIDTH)) -> list[Array]:
        """Frames that tell their number by their grey level."""
        return [np.full(shape, 24 + STEP * (index % 28), np.uint8) for index in range(count)]

    @staticmethod
    def number(pixels: Array) -> int:
        """Which of `stamped` a decoded frame is."""
        return round((float(pixels.mean()) - 24) / STEP)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self,
        name: str,
        frames: Sequence[Array],
        *,
        rate: Fraction | float = 25,
        times: Iterable[float] | None = None,
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        form: str | None = None,
        sound: str | None = None,
        options: dict[str, str] | None = None,
    ) -> Path:
        """Encode; `sound` is an audio codec: a beep, silent but for the second half of the clip."""
        path = self.folder / name
        rate = Fraction(rate).limit_denominator(1001)
        times = [float(i / rate) for i in range(len(frames))] if times is None else list(times)
        with av.open(str(path), "w", options=options or {}) as container:
            stream: Any = container.add_stream(codec, rate=rate)
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = pix_fmt
            stream.codec_context.time_base = Fraction(1, 90_000)
            voice: Any = None
            if sound:
                voice = container.add_stream(sound, rate=48000)
                voice.layout = "mono"
            for time, pixels in zip(times, frames, strict=True):
                default = "gray" if pixels.ndim == 2 else "rgb24"
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), form or default)
                frame.pts, frame.time_base = round(time * 90_000), Fraction(1, 90_000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
            if voice:
                self._add_sound(container, voice, times[-1] + float(1 / rate))
        return path

    @staticmethod
    def _add_sound(container: Any, voice: Any, seconds: float) -> None:
        count = round(48000 * seconds)
        wave = 0.5 * np.sin(np.arange(count) * 2 * np.pi * 1000 / 48000)
        wave[: count // 2] = 0
        for start in range(0, count, 1024):
            samples = (wave[start : start + 1024] * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
            frame.sample_rate, frame.pts = 48000, start
            frame.time_base = Fraction(1, 48000)
            container.mux(voice.encode(frame))
        container.mux(voice.encode(None))

    @staticmethod
    def read(path: Path) -> list[tuple[float, Array]]:
        """Time and RGB of every frame."""
        with av.open(str(path)) as container:
            return [
                (float(frame.time), frame.to_ndarray(format="rgb24"))
                for frame in container.decode(video=0)
            ]

    def numbers(self, path: Path) -> list[int]:
        return [self.number(pixels) for _, pixels in self.read(path)]

    @staticmethod
    def beep(path: Path) -> tuple[float, float]:
        """When the sound becomes loud, and when it ends; seconds."""
        with av.open(str(path)) as container:
            loud, end = [], 0.0
            for frame in container.decode(audio=0):
                samples = frame.to_ndarray().astype(np.float64)
                samples = samples / (32768 if frame.format.name.startswith("s16") else 1)
                wave = np.abs(samples[0])
                if wave.max() > 0.2:
                    loud.append((frame.time or 0.0) + float((wave > 0.2).argmax()) / 48000)
                end = (frame.time or 0.0) + frame.samples / 48000
        return loud[0], end


@pytest.fixture
def clips(tmp_path: Path) -> Clips:
    return Clips(tmp_path)
