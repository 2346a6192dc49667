"""The ground, the far houses, the cafe's sign and the street lamps."""

from collections.abc import Sequence

import numpy as np

from scene.arithmetic import Floats, Triple, edge, length, mix, ramp, times
from scene.layout import CARS, FAR, KERBS, LAMP_HEIGHT, PARK_X, WALL_X, WARM
from scene.noise import Noise
from scene.renderer import EYE, SIGN, STATIC, THING, Canvas, Surface
from scene.shapes import Bone, blend, box, limb, march


def draw_ground(canvas: Canvas, noise: Noise, rows: slice) -> None:
    """Wet asphalt with markings between two pavements, and grass on the right."""
    index = rows.start + np.flatnonzero(canvas.ray_y[rows] < -EYE / FAR)
    depth = EYE / -canvas.ray_y[index]
    x, _, z = canvas.points(index, depth)
    pixel = z / canvas.focal  # a pixel covers this much of x, and `far` of z
    far = pixel * z / EYE
    left, right = KERBS
    on_road = edge(left - x, pixel) * edge(x - right, pixel)
    paving = np.maximum(edge(x - left, pixel), edge(right - x, pixel))
    lawn = edge(PARK_X - x, pixel)
    cover = length(x + 1.5, z - 7.2)  # a cast-iron cover: a street has one

    coarse, fine = noise.at(x, z, 9.0), noise.at(x, z, 47.0)
    speckle = (noise.at(x + 7, z, 160.0) - 0.5) * np.clip(1.6 - 60 * pixel, 0, 1)
    tar = 0.045 + 0.05 * (fine - 0.5) + 0.055 * speckle + 0.03 * (coarse - 0.5)
    crack = np.abs(coarse - 0.5) * 9 + np.clip(30 * pixel - 0.3, 0, 9)
    tar = np.maximum(tar * (0.55 + 0.45 * ramp(crack, 0.02, 0.16)), 0.012)
    paint = _road_paint(x, z, pixel, far) * (0.35 + 0.65 * ramp(fine + 0.5 * coarse, 0.52, 0.78))
    colour = mix((tar, tar, tar * 1.06), (0.50, 0.49, 0.45), paint * on_road)
    colour = mix(colour, (0.05, 0.05, 0.053), edge(np.abs(cover - 0.29) - 0.03, far))
    colour = mix(colour, _slabs(noise, x, z, far, fine + speckle), paving)
    kerb = np.minimum(np.abs(x - left + 0.12), np.abs(x - right - 0.12)) - 0.11
    stone = 0.20 + 0.08 * (fine - 0.5) - 0.10 * edge(np.mod(z, 0.9) - 0.025, far)
    colour = mix(colour, (stone, stone, stone * 0.97), edge(kerb, pixel))
    blades = 0.5 + 1.4 * (fine - 0.5) + 2.0 * speckle + (coarse - 0.5)
    colour = mix(colour, (0.025 * blades + 0.01, 0.06 * blades + 0.02, 0.02 * blades), lawn)

    # To the infrared camera the road is one sheet, warmer where wheels roll and under engines.
    engine = np.zeros(x.shape, np.float32)
    for car in CARS:
        off_x, off_z = x - car.x - 1.3 * car.heading[0], z - car.z - 1.3 * car.heading[1]
        engine += car.engine / (1 + (off_x * off_x + off_z * off_z) ** 2)
    lanes = 0.9 * ramp(-np.abs(np.abs(x - 0.65) - 1.9), -1.1, -0.3) * on_road
    heat = 10.0 + 2.2 * on_road + 1.4 * (coarse - 0.5) - 2.2 * lawn + 0.3 * engine + lanes
    heat = heat + 1.6 * edge(cover - 0.33, far)

    tilt = 0.10 * (1 - 0.6 * paving)
    bump_x, bump_z = (fine - 0.5) * tilt + 0.06 * speckle, (coarse - 0.5) * tilt - 0.06 * speckle
    wet = ramp(coarse + 0.25 * noise.at(x, z, 2.5), 0.44, 0.80) * on_road * (1 - 0.5 * paint)
    surface = Surface(
        (bump_x, 1.0 - 0.5 * (bump_x * bump_x + bump_z * bump_z), bump_z),
        colour,
        heat,
        roughness=0.42 - 0.26 * wet + 0.4 * lawn,
        gloss=(0.025 + 0.15 * wet) * (1 - 0.7 * paving) * (1 - lawn),
    )
    canvas.put(index, depth, surface, STATIC)


def _road_paint(x: Floats, z: Floats, pixel: Floats, far: Floats) -> Floats:
    """Where the road is painted: a dashed middle, a line at each kerb, a zebra crossing."""
    left, right = KERBS
    zebra = np.abs(z - 12.7) - 1.35
    dash = np.abs(np.mod(z + 0.4, 4.0) - 2.0) - 1.0
    paint = edge(np.abs(x - 0.65) - 0.06, pixel) * edge(dash, far) * edge(2.2 - zebra, far)
    for line in (left + 0.25, right - 0.25):
        paint = np.maximum(paint, edge(np.abs(x - line) - 0.05, pixel) * edge(-zebra, far))
    bars = np.abs(np.mod(x - left, 1.07) - 0.535) - 0.27
    return np.maximum(paint, edge(bars, pixel) * edge(zebra, far))


def _slabs(noise: Noise, x: Floats, z: Floats, far: Floats, grain: Floats) -> Triple:
    """Colour of the pavement: square slabs, each of its own tone, with dark joints."""
    across, along = np.mod(x, 0.62), np.mod(z, 0.62)
    joint = edge(np.minimum(np.minimum(across, 0.62 - across) - 0.012, along - 0.02), far)
    tone = noise.pick(np.floor(x / 0.62) + 99, np.floor(z / 0.62))
    stone = (0.10 + 0.05 * tone + 0.07 * (grain - 0.5)) * (1 - 0.6 * joint)
    return stone * 1.05, stone, stone * 0.92


def draw_skyline(canvas: Canvas, noise: Noise) -> None:
    """Far houses that close the street, with a few lit windows."""
    # Only where nothing is yet: most of it is hidden.
    index = np.flatnonzero(np.isinf(canvas.depth) & (canvas.ray_y < 0.35))
    depth = np.full(index.shape, np.float32(FAR))
    x, y, _ = canvas.points(index, depth)
    block = np.floor((x + 400) / 7.3)
    zero = block * 0
    top = 6.5 + 11.0 * noise.pick(block, zero + 3) / (1 + (x / 55) ** 2)
    gable = 1.6 * (1 - np.abs(np.mod(x + 400, 7.3) / 3.65 - 1)) * (noise.pick(block, block) > 0.4)
    column, row = np.floor(x / 1.5), np.floor(y / 2.4)
    pane = box(np.mod(x, 1.5) - 0.75, np.mod(y, 2.4) - 1.2, 0.36, 0.62)
    lit = (noise.pick(column + 200, row + 90) > 0.80) * noise.pick(column, row + 9)
    lamp = edge(pane, FAR / canvas.focal) * lit * 0.55 * (y < top)
    tone = 0.035 + 0.03 * noise.pick(block, zero + 8)
    heat = 7.5 + 1.2 * noise.pick(block, zero + 5) + 1.5 * lamp
    depth[y > top + gable] = np.inf
    surface = Surface((0.0, 0.0, -1.0), (tone, tone * 0.9, tone * 0.95), heat, times(WARM, lamp))
    canvas.put(index, depth, surface, THING)


# Pen strokes of the letters on a grid of 4 x 6, from the lower left corner.
_LETTERS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "C": ((3.9, 4.8, 3.1, 5.7), (3.1, 5.7, 2, 6), (2, 6, 0.9, 5.6), (0.9, 5.6, 0.2, 4.6),
          (0.2, 4.6, 0, 3), (0, 3, 0.2, 1.4), (0.2, 1.4, 0.9, 0.4), (0.9, 0.4, 2, 0),
          (2, 0, 3.1, 0.3), (3.1, 0.3, 3.9, 1.2)),
    "A": ((0, 0, 2, 6), (2, 6, 4, 0), (0.8, 2.2, 3.2, 2.2)),
    "F": ((0, 0, 0, 6), (0, 6, 3.7, 6), (0, 3.2, 2.8, 3.2)),
    "E": ((3.8, 0, 0, 0), (0, 0, 0, 6), (0, 6, 3.8, 6), (0, 3.1, 3, 3.1)),
}  # fmt: skip


def draw_sign(canvas: Canvas, noise: Noise) -> None:
    """A light box that hangs from the wall and reads CAFE: letters of light, all of one warmth."""
    z, left, right, low, high = 11.6, WALL_X + 0.15, WALL_X + 2.45, 3.0, 3.95
    index = canvas.window((left, low, z), (right, high, z))
    depth = np.full(index.shape, np.float32(z))
    x, y, _ = canvas.points(index, depth)
    board = box(x - (left + right) / 2, y - (low + high) / 2, (right - left) / 2, (high - low) / 2)
    depth[board > 0] = np.inf
    unit = 0.095
    stroke = np.full(x.shape, np.float32(9))
    for place, letter in enumerate("CAFE"):
        start_x = left + 0.19 + place * 5.6 * unit
        for x0, y0, x1, y1 in _LETTERS[letter]:
            start = (start_x + x0 * unit, low + 0.19 + y0 * unit, 0.0)
            end = (start_x + x1 * unit, low + 0.19 + y1 * unit, 0.0)
            stroke = np.minimum(stroke, limb((x, y, x * 0), (start, end, (0.0, 0.0))))
    pixel = z / canvas.focal
    ink = edge(stroke - 0.048, pixel)
    halo = 0.10 / (1 + (stroke / 0.07) ** 2) * (1 - ink)
    rim = edge(-board - 0.05, pixel)
    glow = mix((0.012, 0.07, 0.085), (1.5, 1.35, 1.0), ink)
    glow = times((glow[0] + halo, glow[1] + halo, glow[2] + halo * 0.8), 1 - rim)
    heat = 14.0 + 0.5 * rim + 0.3 * (noise.at(x, y, 8.0) - 0.5)
    surface = Surface((0.0, 0.0, -1.0), mix((0.02, 0.05, 0.06), (0.1, 0.1, 0.1), rim), heat, glow)
    canvas.put(index, depth, surface, SIGN)


def draw_lamp(canvas: Canvas, post_x: float, z: float, head_x: float) -> None:
    """A street lamp: post, arm and a warm, glowing head."""
    top, lean = LAMP_HEIGHT, 0.25 * (head_x - post_x)
    bones: tuple[Bone, ...] = (
        ((post_x, 0.0, z), (post_x, top - 0.5, z), (0.085, 0.05)),
        ((post_x, 0.0, z), (post_x, 0.9, z), (0.13, 0.10)),
        ((post_x, top - 0.5, z), (post_x + lean, top - 0.02, z), (0.05, 0.045)),
        ((post_x + lean, top - 0.02, z), (head_x, top + 0.05, z), (0.045, 0.05)),
    )
    head: Bone = ((head_x - 0.28, top, z), (head_x + 0.28, top, z), (0.12, 0.12))

    def solid(point: Sequence[Floats]) -> Floats:
        distance = limb(point, head)
        for bone in bones:
            distance = blend(distance, limb(point, bone), 0.03)
        return distance

    low = (min(post_x, head_x) - 0.5, 0.0, z - 0.4)
    high = (max(post_x, head_x) + 0.5, top + 0.5, z + 0.4)
    index, depth, point, normal = march(canvas, low, high, solid)
    near_head = edge(limb(point, head) - 0.02, 0.02)
    shining = near_head * edge(np.asarray(normal[1], np.float32) - 0.2, 0.5)
    heat = 9.0 + 0.12 * point[1] + 21 * near_head
    glow = times((14.0, 10.0, 5.5), shining)
    surface = Surface(normal, (0.05, 0.055, 0.06), heat, glow, roughness=0.4)
    canvas.put(index, depth, surface, THING)
