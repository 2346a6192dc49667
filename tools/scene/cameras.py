"""The two cameras: what each shows of the buffer, with its own noise."""

import numpy as np
from numpy.typing import NDArray

from scene.arithmetic import Floats, Indices, ramp
from scene.layout import LAMP_HEIGHT, LAMPS, WARM
from scene.lighting import lit
from scene.noise import Noise
from scene.renderer import EYE, SKY, Canvas


def _bell(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Noise of mean 0 and deviation 1: sums of uniform numbers, which are the same everywhere."""
    total: Floats = np.zeros(shape, np.float32)
    for _ in range(3):
        total = total + rng.random(shape, dtype=np.float32) * 2 - 1
    return total


def _soften(image: Floats, side: float) -> Floats:
    """Blur (H, W) with the kernel [side, 1 - 2 side, side] along both axes."""
    for _ in range(2):
        padded = np.pad(image, ((1, 1), (0, 0)), mode="edge")
        image = (side * (padded[:-2] + padded[2:]) + (1 - 2 * side) * image).T
    return image


def thermal_camera(canvas: Canvas, noise: Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What an uncooled microbolometer shows of the temperatures: uint8, (H, W)."""
    up = np.maximum(canvas.ray_y, 0)
    sky = 2.0 - 14.0 * up / (up + 0.22) + 2.0 * (noise.at(canvas.ray_x, up * 2, 60.0) - 0.5)
    # The air on the way to the camera has its own temperature.
    clear = 1 / (1 + np.minimum(canvas.depth, 300) / 260)
    heat = np.where(canvas.tag == SKY, sky, 9.0 + (canvas.data[6] - 9.0) * clear)
    image = _soften(_soften(canvas.shrink(heat), 0.16), 0.10)
    height, width = image.shape
    image = image + 0.22 * _bell(rng, (height, width)) + 0.08 * _bell(rng, (1, width))
    # A toe for the cold half leaves more greys to the warm half.
    level = np.clip((image + 8.0) / 42.0, 0, 1)
    level = level * (0.22 + 0.78 * level)
    return np.asarray(level * 255 + 0.5, np.uint8)


def _night_sky(canvas: Canvas, noise: Noise, index: Indices) -> Floats:
    """Light (3, N) of the sky: dark above, the town's glow low down, thin cloud and stars."""
    across, up = canvas.ray_x[index], np.maximum(canvas.ray_y[index], 0)
    town = 1 / (1 + (up / 0.11) ** 2)
    cloud = ramp(noise.at(across + 3, up * 2.6 / (0.3 + up), 90.0), 0.42, 0.85) * (0.4 + town)
    star = ramp(noise.pick(np.floor(across * 640), np.floor(up * 640)), 0.9988, 1.0) * (1 - town)
    tones = ((0.010, 0.085, 0.020), (0.017, 0.060, 0.018), (0.042, 0.075, 0.026))
    return np.stack(
        [dark + (low - dark) * town + puff * cloud + 0.7 * star for dark, low, puff in tones]
    )


def _halos(canvas: Canvas, rows: slice) -> Floats:
    """Glow (N,) about each lamp: its light that mist and lens scatter."""
    glow: Floats = np.zeros(rows.stop - rows.start, np.float32)
    for _, z, head_x in LAMPS:
        off_x = canvas.ray_x[rows] - head_x / z
        off_y = canvas.ray_y[rows] - (LAMP_HEIGHT - EYE) / z
        square = off_x * off_x + off_y * off_y
        glow += 0.0036 / z / (square + 0.00012) + 0.010 / (1 + square * 60)
    return glow


def visible_camera(canvas: Canvas, noise: Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a colour camera shows of the lit street: uint8, (H, W, 3)."""
    pixels: Floats = np.zeros((3, len(canvas.depth)), np.float32)
    for rows in canvas.bands():
        light = lit(canvas, rows)
        sky = np.flatnonzero(canvas.tag[rows] == SKY)
        light[:, sky] = _night_sky(canvas, noise, rows.start + sky)
        light += np.array(WARM, np.float32)[:, None] * _halos(canvas, rows)
        # Film-like: the shadows keep their depth, the lamps run softly into white.
        light = light * 2.5
        light = light * (light + 0.035) / (light + 0.06)
        light = light * (1 + light * 0.08) / (1 + light)
        pixels[:, rows] = np.sqrt(np.clip(light, 0, 1))
    image = canvas.shrink(pixels)
    grain = _bell(rng, image.shape[1:]) * 0.7 + _bell(rng, image.shape) * 0.5
    image = image * 255 + grain * (1.0 + 2.2 * (1 - image))
    return np.asarray(np.moveaxis(np.clip(image + 0.5, 0, 255), 0, -1), np.uint8, order="C")
