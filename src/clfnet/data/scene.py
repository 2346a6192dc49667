"""The built-in demo pair: a night street, rendered by code in infrared and in visible light.

A small deferred renderer. Every surface (ground, wall, person, leaf ...) writes what it is into one
buffer: depth, normal, albedo, glow, temperature. Two cameras then read the same buffer, so that the
pair is aligned to the pixel: the visible one lights it with street lamps, the infrared one shows its
temperature. Lengths are metres, temperatures °C, light is linear and in arbitrary units; x runs to
the right, y up, z away from the viewer, who stands at (0, 2.4, 0).

Only + - * / and square roots touch the pixels: IEEE 754 rounds these alike on every machine, so the
bytes do not depend on the processor's sine or exponential.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Value = Floats | float
Triple = tuple[Value, Value, Value]
Vector = tuple[float, float, float]

MIN_SIZE = 64
_SEED = 20240611
_SUPERSAMPLING = 2
_EYE = 2.4
_FAR = 75.0
_WALL_X = -5.2
_KERBS = (-3.1, 4.4)
_PARK_X = 6.1
_LAMP_HEIGHT = 5.1

_SKY, _STATIC, _THING, _PERSON, _SIGN = range(5)


class ScenePair(NamedTuple):
    """An aligned infrared and visible picture of one scene, with masks of what is worth measuring.

    Attributes:
        infrared: uint8, (H, W), brighter is warmer.
        visible: uint8, (H, W, 3), RGB.
        people: bool, (H, W), true on people.
        sign: bool, (H, W), true on the lettered sign.
    """

    infrared: NDArray[np.uint8]
    visible: NDArray[np.uint8]
    people: NDArray[np.bool_]
    sign: NDArray[np.bool_]


class _Surface(NamedTuple):
    """What a surface is made of: numbers for all of it, or arrays (N,) with one value a pixel."""

    normal: Triple
    albedo: Triple
    heat: Value
    glow: Triple = (0.0, 0.0, 0.0)
    roughness: Value = 0.8
    gloss: Value = 0.04


class _Light(NamedTuple):
    """A point light; `beam` is the share of its light that is thrown downwards."""

    at: Vector
    colour: Vector
    beam: float


class _Caster(NamedTuple):
    """An upright cylinder that throws a soft shadow on ground and walls."""

    x: float
    z: float
    radius: float
    bottom: float
    top: float


class _Person(NamedTuple):
    """A walker: the place, the direction of walking (unit length, x and z), and the looks."""

    x: float
    z: float
    heading: tuple[float, float]
    size: float
    coat: Vector
    trousers: Vector
    lead: int = 1
    long_coat: bool = False
    backpack: bool = False


class _CarLook(NamedTuple):
    """A parked car: place of its middle, direction (unit length), paint, °C of engine over air."""

    x: float
    z: float
    heading: tuple[float, float]
    paint: Vector
    engine: float


_WARM: Vector = (1.0, 0.60, 0.26)
_LAMPS = ((4.75, 13.4, 3.3), (-3.4, 19.0, -2.1), (4.75, 27.0, 3.4), (-3.4, 38.0, -2.1))
_LIGHTS = (
    *(_Light((head, _LAMP_HEIGHT - 0.15, z), (52.0, 30.0, 11.5), 0.95) for _, z, head in _LAMPS),
    _Light((-4.3, 1.7, 16.0), (3.2, 1.9, 0.8), 0.0),
    _Light((-4.0, 3.3, 11.2), (0.16, 0.24, 0.26), 0.0),
)
_CARS = (
    _CarLook(3.05, 9.5, (-0.6, -0.8), (0.045, 0.075, 0.13), 19.0),
    _CarLook(3.35, 19.5, (-0.1, -0.995), (0.16, 0.15, 0.14), 0.0),
)
_PEOPLE = (
    _Person(-3.6, 7.9, (0.6, -0.8), 1.0, (0.085, 0.075, 0.07), (0.07, 0.062, 0.06), 1, long_coat=True),
    _Person(-0.75, 12.6, (0.98, 0.199), 1.02, (0.17, 0.04, 0.035), (0.04, 0.05, 0.09), -1, backpack=True),
    _Person(7.6, 13.6, (-0.8, 0.6), 0.97, (0.02, 0.025, 0.02), (0.015, 0.015, 0.018), -1),
    _Person(-4.3, 21.5, (0.28, -0.96), 1.0, (0.04, 0.04, 0.05), (0.02, 0.02, 0.03), 1, long_coat=True),
)
_TREES = (
    (8.6, 10.0, 4.9, 2.1),
    (7.7, 17.5, 4.6, 2.0),
    (8.2, 25.0, 5.0, 2.3),
    (8.0, 36.0, 5.0, 2.6),
)


def night_street(width: int = 640, height: int = 480) -> ScenePair:
    """Render the demo pair: a night street that neither camera shows whole.

    The visible picture has the sign's lettering, the road markings and the textures; two of its
    four people are lost in shadow. The infrared picture has all people and the parked car's warm
    engine, and almost no texture. Calls with the same size return the same bytes.

    Args:
        width: of both pictures, pixels, at least 64.
        height: of both pictures, pixels, at least 64.

    Returns:
        The pair with its masks, all of size (height, width).

    Raises:
        InputError: if a side is shorter than 64 pixels.

    Example:
        >>> pair = night_street(96, 72)
        >>> pair.infrared.shape, pair.visible.shape
        ((72, 96), (72, 96, 3))
        >>> bool(pair.infrared[pair.people].mean() > 2 * pair.infrared[~pair.people].mean())
        True
    """
    for name, side in (("width", width), ("height", height)):
        if side < MIN_SIZE:
            raise InputError(
                f"`{name}` must be at least {MIN_SIZE}, got {side}. "
                f"Ask for a larger picture, e.g. night_street(640, 480)."
            )
    rng = np.random.default_rng(_SEED)
    canvas = _Canvas(width * _SUPERSAMPLING, height * _SUPERSAMPLING)
    noise = _Noise(rng)
    _ground(canvas, noise)
    _facade(canvas, noise)
    _skyline(canvas, noise)
    _sign(canvas, noise)
    for post_x, z, head_x in _LAMPS:
        _lamp(canvas, post_x, z, head_x)
    _foliage(canvas, noise, rng)
    for car in _CARS:
        _car(canvas, noise, car)
    for person in _PEOPLE:
        _walker(canvas, noise, person)
    infrared = _thermal_camera(canvas, noise, rng)
    visible = _visible_camera(canvas, noise, rng)
    return ScenePair(infrared, visible, canvas.mask(_PERSON), canvas.mask(_SIGN))


class _Noise:
    """Two tileable tables of numbers in [0, 1]: `grain` is white, `cloud` has all scales."""

    size = 512

    def __init__(self, rng: np.random.Generator) -> None:
        self.grain: Floats = rng.random((self.size, self.size), dtype=np.float32)
        cloud: Floats = np.full((4, 4), 0.5, np.float32)
        amplitude = 1.0
        while len(cloud) < self.size:
            # Doubling with a [1 2 1] smoothing is value noise with quadratic interpolation.
            cloud = cloud.repeat(2, axis=0).repeat(2, axis=1)
            for axis in (0, 1):
                sides = np.roll(cloud, 1, axis) + np.roll(cloud, -1, axis)
                cloud = np.float32(0.25) * sides + np.float32(0.5) * cloud
            amplitude *= 0.62
            cloud += np.float32(amplitude) * (rng.random(cloud.shape, dtype=np.float32) - 0.5)
        low, high = cloud.min(), cloud.max()
        self.cloud: Floats = (cloud - low) / (high - low)

    def at(self, x: Floats, y: Floats, scale: float) -> Floats:
        """Sample `cloud` bilinearly at (x, y), `scale` table cells to the metre."""
        x, y = x * np.float32(scale), y * np.float32(scale)
        left, top = np.floor(x), np.floor(y)
        fx, fy = x - left, y - top
        last, table = self.size - 1, self.cloud.ravel()
        column, row = left.astype(np.intp), top.astype(np.intp)
        c0, c1 = column & last, (column + 1) & last
        r0, r1 = (row & last) * self.size, ((row + 1) & last) * self.size
        upper = table.take(r0 + c0) * (1 - fx) + table.take(r0 + c1) * fx
        lower = table.take(r1 + c0) * (1 - fx) + table.take(r1 + c1) * fx
        return upper * (1 - fy) + lower * fy

    def pick(self, column: Floats, row: Floats) -> Floats:
        """One white number for each cell (column, row), e.g. for each brick."""
        last = self.size - 1
        return self.grain[row.astype(np.intp) & last, column.astype(np.intp) & last]


class _Canvas:
    """The buffer that all surfaces write into, and the camera that sees them.

    `data` is (15, H * W): depth, normal (3), albedo (3), heat, glow (3), roughness, gloss, and the
    two image coordinates of the ray through the pixel at unit depth.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        # The whole of the 640 x 480 view fits into any other shape; the rest shows more street.
        self.scale = min(width / 640, height / 480)
        self.focal = 500 * self.scale
        self.centre_x = 0.45 * width
        self.horizon = 0.40 * height
        ray_x = (np.arange(width, dtype=np.float32) + 0.5 - self.centre_x) / self.focal
        ray_y = (self.horizon - np.arange(height, dtype=np.float32) - 0.5) / self.focal
        self.ray_x: Floats = np.tile(ray_x.astype(np.float32), height)
        self.ray_y: Floats = np.repeat(ray_y.astype(np.float32), width)
        self.depth: Floats = np.full(width * height, np.inf, np.float32)
        self.data: Floats = np.zeros((12, width * height), np.float32)
        self.tag: NDArray[np.uint8] = np.zeros(width * height, np.uint8)

    def put(self, index: Indices, depth: Floats, surface: _Surface, tag: int) -> None:
        """Write a surface at the pixels `index` where nothing nearer is there yet."""
        near = depth < self.depth[index]
        target = index[near]
        self.depth[target] = depth[near]
        self.tag[target] = tag
        first = (*surface.normal, *surface.albedo, surface.heat)
        rest = (*surface.glow, surface.roughness, surface.gloss)
        for channel, value in enumerate((*first, *rest)):
            self.data[channel, target] = value[near] if isinstance(value, np.ndarray) else value

    def points(self, index: Indices, depth: Floats) -> tuple[Floats, Floats, Floats]:
        """World coordinates of the pixels `index` at `depth`."""
        return depth * self.ray_x[index], _EYE + depth * self.ray_y[index], depth

    def window(self, low: Vector, high: Vector) -> Indices:
        """Flat indices of the pixels that the world box from `low` to `high` may cover."""
        corners = [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1])
                   for z in (low[2], high[2])]  # fmt: skip
        columns = [self.centre_x + self.focal * x / z for x, _, z in corners]
        rows = [self.horizon - self.focal * (y - _EYE) / z for _, y, z in corners]
        left, right = max(int(min(columns)) - 1, 0), min(int(max(columns)) + 2, self.width)
        top, bottom = max(int(min(rows)) - 1, 0), min(int(max(rows)) + 2, self.height)
        row, column = np.arange(top, bottom), np.arange(left, right)
        return (row[:, None] * self.width + column[None, :]).ravel()

    def shrink(self, pixels: Floats) -> Floats:
        """Average the supersamples of (H * W,) or (C, H * W) into the final pixels."""
        step = _SUPERSAMPLING
        grid = pixels.reshape(*pixels.shape[:-1], self.height, self.width)
        total = sum(grid[..., i::step, j::step] for i in range(step) for j in range(step))
        return np.asarray(total, np.float32) / np.float32(step * step)

    def mask(self, tag: int) -> NDArray[np.bool_]:
        """Where at least half of the final pixel (H, W) is of one kind."""
        return self.shrink((self.tag == tag).astype(np.float32)) >= 0.5


# --- small helpers -------------------------------------------------------------------------------


def _ramp(value: Floats, low: Value, high: Value) -> Floats:
    """Smooth step: 0 below `low`, 1 above `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _edge(distance: Floats, footprint: Value) -> Floats:
    """Antialiased inside of a shape: 1 where `distance` < 0, soft over one pixel's `footprint`."""
    return np.asarray(np.clip(0.5 - distance / footprint, 0, 1), np.float32)


def _mix(first: Triple, second: Triple, share: Value) -> Triple:
    """Blend two colours; `share` is how much of the second."""
    a, b, c = (one + (two - one) * share for one, two in zip(first, second, strict=True))
    return a, b, c


def _times(colour: Triple, factor: Value) -> Triple:
    """Scale a colour."""
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _length(x: Value, y: Value, z: Value = 0.0) -> Floats:
    """Euclidean length."""
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float32)


def _fourth(value: Floats) -> Floats:
    """The fourth power, by products: a general power is not rounded alike everywhere."""
    square = value * value
    return square * square


def _box(x: Floats, y: Floats, half_x: float, half_y: float) -> Floats:
    """Signed distance (Chebyshev) to a rectangle about the origin."""
    return np.maximum(np.abs(x) - half_x, np.abs(y) - half_y)


def _blend(first: Floats, second: Floats, radius: float) -> Floats:
    """Union of two solids whose seam is rounded by `radius` (polynomial smooth minimum)."""
    overlap = np.maximum(radius - np.abs(first - second), 0)
    return np.minimum(first, second) - overlap * overlap * np.float32(0.25 / radius)


def _bone(
    point: Sequence[Floats], start: Vector, end: Vector, radii: tuple[float, float]
) -> Floats:
    """Signed distance to a round limb that tapers from one radius to the other."""
    axis = [b - a for a, b in zip(start, end, strict=True)]
    square = sum(c * c for c in axis) or 1.0
    offset = [p - a for p, a in zip(point, start, strict=True)]
    along = sum((o * c for o, c in zip(offset, axis, strict=True)), np.float32(0)) / square
    t = np.clip(along, 0, 1)
    gap = [o - t * c for o, c in zip(offset, axis, strict=True)]
    return _length(gap[0], gap[1], gap[2]) - (radii[0] + (radii[1] - radii[0]) * t)


def _march(
    canvas: _Canvas, low: Vector, high: Vector, solid: Callable[[Sequence[Floats]], Floats]
) -> tuple[Indices, Floats, list[Floats], Triple]:
    """Find where the rays through a world box meet a solid given as a signed distance.

    Returns:
        The pixels hit (N,), their depth (N,), the points (3 x (N,)) and the unit normals.
    """
    index = canvas.window(low, high)
    depth = np.full(index.shape, low[2], np.float32)
    slant = _length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    hit = np.zeros(index.shape, bool)
    active = np.arange(len(index))
    for _ in range(40):
        distance = solid(canvas.points(index[active], depth[active]))
        depth[active] += np.maximum(distance, 0) / slant[active] * np.float32(0.95)
        done = distance < 0.002
        hit[active[done]] = True
        active = active[~done & (depth[active] < high[2])]
        if not len(active):
            break
    index, depth = index[hit], depth[hit]
    point = list(canvas.points(index, depth))
    # Four samples at the corners of a tetrahedron give the slope along all three axes.
    slopes: list[Floats] = [np.zeros_like(depth) for _ in range(3)]
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        steps = [np.float32(0.003 * side) for side in corner]
        value = solid([p + step for p, step in zip(point, steps, strict=True)])
        for slope, side in zip(slopes, corner, strict=True):
            slope += side * value
    size = np.maximum(_length(*slopes), np.float32(1e-6))
    return index, depth, point, (slopes[0] / size, slopes[1] / size, slopes[2] / size)


# --- the street ----------------------------------------------------------------------------------


def _ground(canvas: _Canvas, noise: _Noise) -> None:
    """Wet asphalt with markings between two pavements, and grass on the right."""
    index = np.flatnonzero(canvas.ray_y < -_EYE / _FAR)
    depth = np.float32(_EYE) / -canvas.ray_y[index]
    x, _, z = canvas.points(index, depth)
    pixel = z / np.float32(canvas.focal)
    far = pixel * z / np.float32(_EYE)  # a pixel covers this much of z
    left, right = _KERBS

    coarse, fine = noise.at(x, z, 9.0), noise.at(x, z, 47.0)
    speckle = (noise.at(x + 7, z, 160.0) - 0.5) * np.clip(1.6 - 60 * pixel, 0, 1)
    tar = np.float32(0.045) + 0.05 * (fine - 0.5) + 0.055 * speckle + 0.03 * (coarse - 0.5)
    tracks = 0.012 * (_ramp(np.abs(np.abs(x - 0.65) - 1.9), 0.2, 0.6) - 0.5)
    crack = np.abs(noise.at(x, z, 14.0) - 0.5) * 9 + np.clip(30 * pixel - 0.3, 0, 9)
    tar = np.maximum((tar + tracks) * (0.55 + 0.45 * _ramp(crack, 0.02, 0.16)), 0.012)
    colour: Triple = (tar, tar * 1.0, tar * 1.06)

    # Paint: a dashed centre line, a line along each kerb and the bars of a zebra crossing.
    zebra_z = np.abs(z - 12.7) - 1.35
    dash = np.abs(np.mod(z + 0.4, 4.0) - 2.0) - 1.0
    paint = _edge(np.abs(x - 0.65) - 0.06, pixel) * _edge(dash, far) * _edge(2.2 - zebra_z, far)
    for kerb in (left + 0.25, right - 0.25):
        paint = np.maximum(paint, _edge(np.abs(x - kerb) - 0.05, pixel) * _edge(-zebra_z, far))
    bars = _edge(np.abs(np.mod(x - left, 1.07) - 0.535) - 0.27, pixel) * _edge(zebra_z, far)
    on_road = _edge(left - x, pixel) * _edge(x - right, pixel)
    paint = np.maximum(paint, bars) * (0.35 + 0.65 * _ramp(fine + 0.5 * coarse, 0.52, 0.78))
    colour = _mix(colour, (0.50, 0.49, 0.45), paint)

    # A cast-iron cover, because a street has one.
    ring = _length(x + 1.5, z - 7.2)
    ribs = 0.5 + 0.5 * np.sign(np.mod((x + z) * 9, 1) - 0.5) * np.sign(np.mod((x - z) * 9, 1) - 0.5)
    iron = 0.03 + 0.05 * ribs * _edge(ring - 0.27, far)
    colour = _mix(colour, (iron, iron, iron * 1.05), _edge(ring - 0.33, far))

    # Pavement slabs with dark joints and a pale kerb stone.
    slab_x, slab_z = np.mod(x, 0.62), np.mod(z, 0.62)
    joint = _edge(np.minimum(np.minimum(slab_x, 0.62 - slab_x) - 0.012, slab_z - 0.02), far)
    tone = noise.pick(np.floor(x / 0.62) + 99, np.floor(z / 0.62))
    stone = (0.10 + 0.05 * tone + 0.07 * (fine - 0.5) + 0.05 * speckle) * (1 - 0.6 * joint)
    paving = np.maximum(_edge(x - left, pixel), _edge(right - x, pixel))
    colour = _mix(colour, (stone * 1.05, stone, stone * 0.92), paving)
    inner = np.minimum(np.abs(x - left + 0.12), np.abs(x - right - 0.12)) - 0.11
    kerb_stone = 0.20 + 0.08 * (fine - 0.5) - 0.10 * _edge(np.mod(z, 0.9) - 0.025, far)
    colour = _mix(colour, (kerb_stone, kerb_stone, kerb_stone * 0.97), _edge(inner, pixel))

    blades = 0.5 + (noise.at(x, z * 0.4, 90.0) - 0.5) * 1.4 + (coarse - 0.5)
    lawn = _edge(_PARK_X - x + 0.25 * (fine - 0.5), pixel)
    colour = _mix(colour, (0.025 * blades + 0.01, 0.06 * blades + 0.02, 0.02 * blades), lawn)

    tilt = 0.10 * (1 - 0.6 * paving)
    bump_x, bump_z = (fine - 0.5) * tilt + speckle * 0.06, (noise.at(z, x, 61.0) - 0.5) * tilt
    wet = _ramp(coarse + 0.25 * noise.at(x, z, 2.5), 0.44, 0.80) * on_road * (1 - 0.5 * paint)
    engine = np.zeros(x.shape, np.float32)
    for car in _CARS:
        off_x, off_z = x - car.x - 1.3 * car.heading[0], z - car.z - 1.3 * car.heading[1]
        engine += car.engine / (1 + (off_x * off_x + off_z * off_z) ** 2)
    lanes = 0.9 * _ramp(-np.abs(np.abs(x - 0.65) - 1.9), -1.1, -0.3) * on_road
    heat = 10.0 + 2.2 * on_road + 1.4 * (coarse - 0.5) - 2.2 * lawn + 0.3 * engine + lanes
    heat = heat + 1.6 * _edge(ring - 0.33, far)
    surface = _Surface(
        (bump_x, 1.0 - 0.5 * (bump_x * bump_x + bump_z * bump_z), bump_z),
        colour,
        heat,
        roughness=0.42 - 0.26 * wet + 0.4 * lawn,
        gloss=(0.02 + 0.10 * wet) * (1 - 0.7 * paving) * (1 - lawn),
    )
    canvas.put(index, depth, surface, _STATIC)


def _facade(canvas: _Canvas, noise: _Noise) -> None:
    """The terrace on the left: brick, plaster, brick; windows on a grid and one lit cafe."""
    index = np.flatnonzero(canvas.ray_x < _WALL_X / 56)
    depth = np.float32(_WALL_X) / canvas.ray_x[index]
    _, y, z = canvas.points(index, depth)
    house = np.searchsorted(np.array([26.0, 41.0], np.float32), z)
    roof = np.array([9.6, 7.9, 10.5], np.float32)[house]
    inside = (y > 0) & (y < roof)
    index, depth, y, z = index[inside], depth[inside], y[inside], z[inside]
    house, roof = house[inside], roof[inside]
    pixel = z / np.float32(canvas.focal)
    wide = pixel * z / np.float32(-_WALL_X)

    # Bricks: every second course is shifted by half a brick.
    course = np.floor(y / 0.085)
    along = z / 0.25 + 0.5 * np.mod(course, 2)
    brick = np.floor(along)
    mortar = np.minimum(np.mod(along, 1) * 0.25, np.mod(y, 0.085)) - 0.013
    joint = _edge(mortar, np.maximum(pixel, 0.014)) * np.clip(1.5 - 22 * pixel, 0.0, 1)
    shade = 0.62 + 0.65 * noise.pick(brick, course) * np.clip(1.8 - 25 * pixel, 0.25, 1)
    stain = 0.65 + 0.7 * noise.at(z, y * 0.5, 22.0)
    shade = shade * stain
    red = _mix((0.21, 0.075, 0.045), (0.16, 0.14, 0.12), 0.75 * joint)
    plaster = (0.24, 0.215, 0.17)
    colour = _times(_mix(red, plaster, (house == 1).astype(np.float32)), shade)

    # Windows in a grid of bays and storeys; d < 0 inside the opening.
    bay, storey = np.floor(z / 2.6), np.floor((y - 3.5) / 3.05)
    across, up = z - (bay + 0.5) * 2.6, y - 3.5 - storey * 3.05 - 1.45
    opening = _box(across, up, 0.58, 0.86)
    opening = np.where((storey < 0) | (y > roof - 0.9), np.float32(9), opening)
    cafe = _box(z - 16.0, y - 1.62, 3.4, 1.02)
    door = np.maximum(np.abs(np.mod(z - 1.1, 7.8) - 3.9) - 0.55, np.abs(y - 1.2) - 1.2)
    door = np.where(np.abs(z - 16.0) < 4.2, np.float32(9), door)
    hole = np.minimum(opening, cafe)

    trim = _edge(np.minimum(np.minimum(hole, door) - 0.15, np.abs(y - 3.35) - 0.13), pixel * 1.5)
    trim = np.maximum(trim, _edge(np.abs(y - roof + 0.22) - 0.22, pixel * 1.5))
    trim = np.maximum(trim, _edge(y - 0.5, pixel))
    pale = 0.17 * stain
    colour = _mix(colour, (pale * 1.1, pale, pale * 0.86), trim)
    soffit = _edge(np.abs(y - roof + 0.55) - 0.1, pixel * 2) + _edge(np.abs(y - 3.12) - 0.08, pixel)
    colour = _times(colour, 1 - 0.6 * np.clip(soffit, 0, 1))

    # A striped awning's front hangs over the cafe, its hem in scallops.
    hem = 2.70 + 0.09 * (np.mod(z / 0.42, 1) * 2 - 1) ** 2
    awning = _edge(np.maximum(np.abs(z - 16.0) - 3.6, np.abs(y - (hem + 3.16) / 2) - (3.16 - hem) / 2), pixel)
    stripe = _edge(np.abs(np.mod(z / 0.84, 1) - 0.5) - 0.25, wide / 0.84)
    colour = _mix(colour, _mix((0.30, 0.27, 0.21), (0.26, 0.03, 0.03), stripe), awning)
    leaf = _edge(door, wide)
    colour = _mix(colour, (0.012, 0.03, 0.026), leaf)
    glass = _edge(hole + 0.07, wide) * (1 - awning)
    bars = np.minimum(np.abs(across) - 0.03, np.abs(up - 0.3) - 0.03)
    bars = np.where(cafe < 0, np.abs(np.mod(z - 16.0, 1.7) - 0.85) * -1 + 0.81, bars)
    glass = glass * (1 - _edge(bars, wide))
    lit = (noise.pick(bay * 3 + 5, storey + 11) > 0.60).astype(np.float32)
    curtain = _ramp(np.abs(across), 0.12, 0.5) * (0.5 + 0.5 * np.mod(np.floor(across * 14), 2))
    room = (1.0 - 0.55 * curtain) * (0.75 + 0.3 * up) * (0.6 + 0.8 * noise.pick(bay, storey + 40))
    # The cafe: pendant lamps over a counter, guests as dim shapes.
    guest = np.full(z.shape, np.float32(9))
    for seat in (13.3, 14.2, 15.6, 17.1, 18.4):
        head = _length((z - seat) * 0.7, y - 1.52) - 0.14
        guest = np.minimum(guest, _blend(head, _length((z - seat) * 0.55, (y - 0.85) * 0.7) - 0.33, 0.08))
    guest = _edge(guest, 0.08)
    pendant = 0.010 / (0.008 + _length(np.mod(z, 1.15) - 0.575, (y - 2.12) * 1.2) ** 2)
    inside_cafe = (0.22 + 0.30 * _ramp(y, 0.7, 1.5)) * (1 - 0.7 * guest) + pendant
    inside_cafe = inside_cafe * (0.75 + 0.5 * noise.at(z, y, 30.0))
    glow = np.where(cafe < 0, 0.9 * inside_cafe, lit * room * 0.75) * glass
    cool = (noise.pick(bay + 77, storey) > 0.8) & (cafe > 0)
    tint = _mix(_WARM, (0.55, 0.75, 1.0), cool.astype(np.float32) * 0.8)
    dark_glass = glass * (1 - np.minimum(glow * 4, 1))
    sky = dark_glass * (0.010 + 0.006 * up)
    emitted = _times(tint, glow)
    emitted = (emitted[0] + sky * 0.5, emitted[1] + sky * 0.8, emitted[2] + sky * 1.4)
    frame = _edge(hole, wide) * (1 - glass) * (1 - awning)
    colour = _mix(colour, (0.10, 0.095, 0.085), frame)
    colour = _times(colour, 1 - glass)

    leak = 1.6 / (1 + np.maximum(hole, 0) ** 2 * 14)
    heat = 10.0 + 0.16 * y - 0.05 * (z - 8) + 1.5 * (stain - 1) + leak + 0.4 * joint
    warm_glass = np.where(cafe < 0, 17.0 + 1.5 * guest, 13.2 + 1.8 * lit + 0.4 * up)
    heat = heat + (warm_glass - heat) * np.maximum(glass, 0.6 * frame) + 1.8 * leaf
    rough_wall = (1 - glass) * (1 - awning)
    tilt = 0.25 * (noise.pick(brick, course) - 0.5) * rough_wall
    normal = (1.0 - 0.1 * joint * rough_wall, -0.25 * joint * rough_wall, tilt)
    surface = _Surface(normal, colour, heat, emitted, 0.8 - 0.65 * glass, 0.03)
    canvas.put(index, depth, surface, _STATIC)


def _skyline(canvas: _Canvas, noise: _Noise) -> None:
    """Far houses that close the street, with a few lit windows."""
    index = np.flatnonzero((canvas.ray_y > -0.04) & (canvas.ray_y < 0.35))
    depth = np.full(index.shape, np.float32(_FAR))
    x, y, _ = canvas.points(index, depth)
    block = np.floor((x + 400) / 7.3)
    top = 6.5 + 11.0 * noise.pick(block, block * 0 + 3) * (1 / (1 + (x / 55) ** 2))
    gable = 1.6 * (1 - np.abs(np.mod(x + 400, 7.3) / 3.65 - 1)) * (noise.pick(block, block) > 0.4)
    inside = (y < top + gable) & (y > -2)
    index, depth, x, y, block = (a[inside] for a in (index, depth, x, y, block))
    column, row = np.floor(x / 1.5), np.floor(y / 2.4)
    pane = _box(np.mod(x, 1.5) - 0.75, np.mod(y, 2.4) - 1.2, 0.36, 0.62)
    lit = (noise.pick(column + 200, row + 90) > 0.80) * noise.pick(column, row + 9)
    lamp = _edge(pane, np.float32(_FAR / canvas.focal)) * lit * 0.55 * (y < top[inside])
    tone = 0.035 + 0.03 * noise.pick(block, block * 0 + 8)
    heat = 7.5 + 1.2 * noise.pick(block, block * 0 + 5) + 1.5 * lamp
    surface = _Surface((0.0, 0.0, -1.0), (tone, tone * 0.9, tone * 0.95), heat, _times(_WARM, lamp))
    canvas.put(index, depth, surface, _THING)


# Pen strokes of the letters on a grid of 4 x 6, from the lower left corner.
_LETTERS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "C": ((4, 5, 3, 6), (3, 6, 1, 6), (1, 6, 0, 5), (0, 5, 0, 1), (0, 1, 1, 0), (1, 0, 3, 0), (3, 0, 4, 1)),
    "A": ((0, 0, 2, 6), (2, 6, 4, 0), (0.8, 2.2, 3.2, 2.2)),
    "F": ((0, 0, 0, 6), (0, 6, 4, 6), (0, 3.2, 3, 3.2)),
    "E": ((4, 0, 0, 0), (0, 0, 0, 6), (0, 6, 4, 6), (0, 3.1, 3, 3.1)),
}  # fmt: skip


def _sign(canvas: _Canvas, noise: _Noise) -> None:
    """A light box that hangs from the wall and reads CAFE: letters of light, all of one warmth."""
    z, left, right, low, high = 11.6, _WALL_X + 0.15, _WALL_X + 2.45, 3.0, 3.95
    index = canvas.window((left, low, z), (right, high, z))
    depth = np.full(index.shape, np.float32(z))
    x, y, _ = canvas.points(index, depth)
    board = _box(x - (left + right) / 2, y - (low + high) / 2, (right - left) / 2, (high - low) / 2)
    keep = board < 0
    index, depth, x, y, board = (a[keep] for a in (index, depth, x, y, board))
    unit = 0.095
    stroke = np.full(x.shape, np.float32(9))
    for place, letter in enumerate("CAFE"):
        start_x = left + 0.23 + place * 5.2 * unit
        for x0, y0, x1, y1 in _LETTERS[letter]:
            start = (start_x + x0 * unit, low + 0.19 + y0 * unit, 0.0)
            end = (start_x + x1 * unit, low + 0.19 + y1 * unit, 0.0)
            stroke = np.minimum(stroke, _bone((x, y, x * 0), start, end, (0.0, 0.0)))
    pixel = z / canvas.focal
    ink = _edge(stroke - 0.055, pixel)
    halo = 0.10 / (1 + (stroke / 0.07) ** 2) * (1 - ink)
    rim = _edge(-board - 0.05, pixel)
    glow = _mix((0.012, 0.07, 0.085), (1.5, 1.35, 1.0), ink)
    glow = _times((glow[0] + halo, glow[1] + halo, glow[2] + halo * 0.8), 1 - rim)
    heat = 14.0 + 0.5 * rim + 0.3 * (noise.at(x, y, 8.0) - 0.5)
    surface = _Surface((0.0, 0.0, -1.0), _mix((0.02, 0.05, 0.06), (0.1, 0.1, 0.1), rim), heat, glow)
    canvas.put(index, depth, surface, _SIGN)


def _lamp(canvas: _Canvas, post_x: float, z: float, head_x: float) -> None:
    """A street lamp: post, arm and a warm, glowing head."""
    top, lean = _LAMP_HEIGHT, 0.25 * (head_x - post_x)
    bones: tuple[tuple[Vector, Vector, tuple[float, float]], ...] = (
        ((post_x, 0.0, z), (post_x, top - 0.5, z), (0.085, 0.05)),
        ((post_x, 0.0, z), (post_x, 0.9, z), (0.13, 0.10)),
        ((post_x, top - 0.5, z), (post_x + lean, top - 0.02, z), (0.05, 0.045)),
        ((post_x + lean, top - 0.02, z), (head_x, top + 0.05, z), (0.045, 0.05)),
    )
    head = ((head_x - 0.28, top, z), (head_x + 0.28, top, z), (0.12, 0.12))

    def solid(point: Sequence[Floats]) -> Floats:
        distance = _bone(point, *head)
        for bone in bones:
            distance = _blend(distance, _bone(point, *bone), 0.03)
        return distance

    low = (min(post_x, head_x) - 0.5, 0.0, z - 0.4)
    high = (max(post_x, head_x) + 0.5, top + 0.5, z + 0.4)
    index, depth, point, normal = _march(canvas, low, high, solid)
    near_head = _edge(_bone(point, *head) - 0.02, 0.02)
    shining = near_head * _edge(np.asarray(normal[1], np.float32) - 0.2, 0.5)
    heat = 9.0 + 0.12 * point[1] + 21 * near_head
    glow = _times((14.0, 10.0, 5.5), shining)
    canvas.put(index, depth, _Surface(normal, (0.05, 0.055, 0.06), heat, glow, 0.4), _THING)


# --- what grows ----------------------------------------------------------------------------------


def _foliage(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> None:
    """Trees and a hedge along the park on the right, leaf by leaf."""
    for x, z, height, spread in _TREES:
        trunk = ((x, 0.0, z), (x + 0.15, height - 1.0, z), (0.20, 0.10))
        branch = ((x + 0.1, height - 2.2, z), (x - 0.9, height - 0.6, z - 0.4), (0.09, 0.04))

        def solid(
            point: Sequence[Floats],
            bones: Sequence[tuple[Vector, Vector, tuple[float, float]]] = (trunk, branch),
        ) -> Floats:
            return _blend(_bone(point, *bones[0]), _bone(point, *bones[1]), 0.1)

        low, high = (x - 1.4, 0.0, z - 0.8), (x + 0.5, height, z + 0.4)
        index, depth, point, normal = _march(canvas, low, high, solid)
        bark = 0.4 + 1.2 * noise.at(point[0] * 3, point[1] * 0.6, 60.0)
        colour = (0.06 * bark, 0.045 * bark, 0.032 * bark)
        canvas.put(index, depth, _Surface(normal, colour, 9.6 + 0.6 * bark), _THING)
        centres = _cluster_centres(rng, (x, height + 0.3, z), spread, 26)
        _leaves(canvas, rng, centres, 0.42 * spread, 4500, 0.085)
    for z in (8.0, 9.6, 11.0, 12.6, 15.0, 16.6, 19.0, 21.5, 24.0, 28.0, 33.0):
        centres = _cluster_centres(rng, (_PARK_X + 0.6, 0.34, z), 0.6, 8)
        _leaves(canvas, rng, centres, 0.42, 1300, 0.055)


def _cluster_centres(rng: np.random.Generator, centre: Vector, spread: float, count: int) -> Floats:
    """Points (count, 3) in a flattened ball: its centre, then random ones."""
    offset = rng.random((count, 3), dtype=np.float32) * 2 - 1
    offset[0] = 0
    squash = np.array([1.0, 0.72, 0.8], np.float32)
    size = np.maximum(_length(offset[:, 0], offset[:, 1], offset[:, 2]), 1)
    return np.asarray(
        np.array(centre, np.float32) + spread * squash * offset / size[:, None], np.float32
    )


def _leaves(
    canvas: _Canvas,
    rng: np.random.Generator,
    centres: Floats,
    radius: float,
    count: int,
    size: float,
) -> None:
    """Scatter leaves over balls about `centres`; each is a small ellipse with its own tilt."""
    home = centres[rng.integers(0, len(centres), count)]
    direction = rng.random((count, 3), dtype=np.float32) * 2 - 1
    direction /= _length(*direction.T)[:, None]
    reach = np.sqrt(rng.random((count, 1), dtype=np.float32))
    place = home + direction * reach * np.float32(radius)
    x, y, z = place.T
    keep = (z > 1.5) & (y > 0.02)
    x, y, z, direction, reach = x[keep], y[keep], z[keep], direction[keep], reach[keep]
    tone = 0.55 + 0.9 * rng.random(len(x), dtype=np.float32)
    turn = rng.random((2, len(x)), dtype=np.float32) * 2 - 1
    turn /= _length(*turn)

    # Every leaf is painted on a small grid of pixels; far leaves first.
    column = canvas.centre_x + canvas.focal * x / z
    row = canvas.horizon - canvas.focal * (y - _EYE) / z
    half = size * canvas.focal / z
    side = max(int(half.max()) + 1, 1)
    grid_y, grid_x = np.mgrid[-side : side + 1, -side : side + 1].astype(np.float32)
    pixel_x = np.floor(column)[:, None, None] + grid_x
    pixel_y = np.floor(row)[:, None, None] + grid_y
    off_x = (pixel_x + 0.5 - column[:, None, None]) / half[:, None, None]
    off_y = (pixel_y + 0.5 - row[:, None, None]) / half[:, None, None]
    long = off_x * turn[0][:, None, None] + off_y * turn[1][:, None, None]
    short = off_x * turn[1][:, None, None] - off_y * turn[0][:, None, None]
    inside = long * long + 3.2 * short * short < 1
    inside &= (pixel_x >= 0) & (pixel_x < canvas.width) & (pixel_y >= 0) & (pixel_y < canvas.height)
    leaf = np.nonzero(inside)[0]
    leaf_order = np.argsort(-z[leaf], kind="stable")
    leaf = leaf[leaf_order]
    flat = (pixel_y * canvas.width + pixel_x)[inside][leaf_order].astype(np.intp)

    # Leaves deep in the crown and below it get less light; a bent blade is lighter on one side.
    open_air = (0.25 + 0.75 * reach[:, 0] ** 2) * (
        0.7 + 0.3 * np.clip((y - centres[0, 1]) / radius + 0.5, 0, 1)
    )
    bend = 1 + 0.25 * short[inside][leaf_order]
    shade = (tone * open_air)[leaf] * bend
    normal = direction + 0.9 * (rng.random(direction.shape, dtype=np.float32) - 0.5)
    normal /= _length(*normal.T)[:, None]
    green = (0.062 * shade, 0.17 * shade, 0.045 * shade)
    heat = 8.6 + 1.2 * open_air[leaf] + 0.4 * tone[leaf]
    nx, ny, nz = (normal[leaf, axis] for axis in range(3))
    canvas.put(flat, z[leaf], _Surface((nx, ny, nz), green, heat, roughness=0.6), _THING)


# --- who and what is warm ------------------------------------------------------------------------

# Planes of the car's outline: (forward, up, sideways) . point < limit; sideways counts both ways.
_BODY = (
    (1.0, 0.06, 0.10, 2.17),  # nose
    (0.12, 0.993, 0.10, 1.06),  # bonnet
    (0.0, 1.0, 0.0, 0.985),  # waist
    (-1.0, 0.10, 0.08, 2.11),  # tail
    (0.0, 0.14, 0.99, 0.99),  # flank
    (0.0, -0.30, 0.954, 0.79),  # sill
    (0.0, -1.0, 0.0, -0.24),  # floor
    (0.75, 0.66, 0.0, 2.02),  # bonnet edge
    (0.62, 0.1, 0.78, 1.92),  # front corner
    (-0.62, 0.1, 0.78, 1.87),  # rear corner
)
_CABIN = (
    (0.56, 0.83, 0.06, 1.39),  # windscreen
    (0.02, 1.0, 0.12, 1.48),  # roof
    (-0.85, 0.53, 0.06, 2.20),  # rear window
    (0.0, 0.33, 0.945, 1.095),  # side windows
    (-0.60, 0.25, 0.75, 1.80),  # rear corner
    (0.0, -1.0, 0.0, -0.6),
)


def _hull(along: Floats, up: Floats, aside: Floats, planes: Sequence[tuple[float, ...]]) -> Floats:
    """Signed distance to a convex solid with rounded edges."""
    distance = np.full(along.shape, np.float32(-9))
    for forward, upward, sideways, limit in planes:
        face = forward * along + upward * up + sideways * aside - limit
        distance = -_blend(-distance, -face, 0.10)
    return distance


def _car(canvas: _Canvas, noise: _Noise, car: _CarLook) -> None:
    """A parked car; one driven a minute ago has a warm bonnet, grille and tyres."""
    forward_x, forward_z = car.heading

    def local(point: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
        x, z = point[0] - car.x, point[2] - car.z
        return x * forward_x + z * forward_z, point[1], z * forward_x - x * forward_z

    def solid(point: Sequence[Floats]) -> Floats:
        along, up, side = local(point)
        aside = np.abs(side)
        crowned = _length(side, 0.22)  # rounds the roof and the bonnet across the middle
        axle = _length(np.abs(along - 0.02) - 1.32, up - 0.32)
        arch = np.maximum(axle - 0.40, 0.6 - aside)
        body = np.maximum(_hull(along, up, crowned, _BODY), -arch)
        shell = _blend(body, _hull(along, up, crowned, _CABIN), 0.04)
        tyre = np.maximum(axle - 0.325, np.abs(aside - 0.75) - 0.11)
        mirror = _length((along - 0.62) * 1.5, (up - 1.04) * 1.2, (aside - 0.95) * 0.8) - 0.10
        return np.minimum(np.minimum(shell, tyre), mirror * 0.7)

    reach = 2.4
    low = (car.x - reach, 0.0, car.z - reach)
    high = (car.x + reach, 1.6, car.z + reach)
    index, depth, point, normal = _march(canvas, low, high, solid)
    along, up, side = local(point)
    aside = np.abs(side)
    axle = _length(np.abs(along - 0.02) - 1.32, up - 0.32)
    pixel = np.float32(1.2 * car.z / canvas.focal)

    wheel = _edge(axle - 0.335, pixel) * _edge(0.62 - aside, pixel)
    rim = _edge(axle - 0.21, pixel) * wheel
    hub = _edge(np.abs(axle - 0.13) - 0.05, pixel) * (np.abs(np.mod(along * 7 + up * 9, 1) - 0.5) > 0.2)
    # Glass is what the cabin has between the waist and the roof, less the pillars.
    pillars = np.abs(np.mod(along + 0.40, 0.95) - 0.475) * -1 + 0.435
    side_glass = np.maximum(_box(along + 0.48, up - 1.18, 1.22, 0.15), 0.62 * (along - 0.02) + 0.83 * (up - 1.18) - 0.26)
    side_glass = np.maximum(np.maximum(side_glass, -0.85 * along + 0.53 * up - 1.92), -pillars)
    side_glass = np.where(aside > 0.56 + 0.6 * (1.40 - up) * 0.3, side_glass, np.float32(9))
    front_glass = np.maximum(_box(up - 1.19, side, 0.185, 0.9), aside - (0.70 - 0.36 * (up - 1.0)))
    front_glass = np.where(along > 0.1, front_glass, np.float32(9))
    glass = _edge(np.minimum(side_glass, front_glass), pixel)
    nose = along > 1.6
    slant = up - 0.70 - 0.10 * (aside - 0.62)
    lamp = _edge(_box(aside - 0.66, slant, 0.19 - 0.5 * np.abs(slant), 0.065), pixel) * nose
    bulb = 1 / (1 + ((aside - 0.62) ** 2 + slant * slant) * 600) * lamp
    grille = _edge(_box(side, up - 0.68, 0.40 + 0.3 * (up - 0.68), 0.065), pixel) * nose
    bars = grille * (0.4 + 0.6 * (np.mod(up * 34, 1) > 0.5))
    intake = _edge(_box(side, up - 0.37, 0.50, 0.065), pixel) * nose
    plate = _edge(_box(side, up - 0.52, 0.26, 0.05), pixel) * nose
    seams = np.minimum(np.abs(along - 0.80), np.minimum(np.abs(along + 0.38), np.abs(along + 1.25)))
    seam = _edge(seams - 0.008, pixel) * (aside > 0.7) * (up > 0.36) * (up < 0.96) * (1 - wheel)
    shut = _edge(np.abs(aside - 0.68) - 0.008, pixel) * (along > 0.95) * (normal[1] > 0.8)
    handle = _edge(_box(np.abs(along + 0.38) - 0.22, up - 0.80, 0.07, 0.015), pixel) * (aside > 0.7)
    dirt = 0.9 + 0.3 * (noise.at(along + 9, side + 9, 50.0) - 0.5)

    paint = _times(car.paint, dirt)
    for share, tone in (
        (np.maximum(seam, shut) * 0.8, (0.004, 0.005, 0.006)),
        (handle, (0.2, 0.2, 0.2)),
        (_edge(up - 0.30, pixel) + np.maximum(bars, intake), (0.006, 0.006, 0.007)),
        (lamp, (0.30, 0.31, 0.32)),
        (bulb, (0.8, 0.8, 0.8)),
        (plate, (0.55, 0.53, 0.42)),
        (wheel, (0.012, 0.012, 0.013)),
        (rim * (0.35 + 0.65 * hub), (0.22, 0.22, 0.23)),
        (glass, (0.003, 0.004, 0.005)),
    ):
        paint = _mix(paint, tone, np.clip(share, 0, 1))

    bonnet = 1 / (1 + _fourth((along - 1.45) / 0.62) + _fourth(side / 0.66))
    lines = np.maximum(seam, shut)
    warmth = bonnet + 0.2 * bars + 0.12 * intake - 0.1 * shut
    heat = 9.5 - 2.8 * np.clip(normal[1], 0, 1) + car.engine * warmth + 0.8 * (dirt - 0.9) - lines
    heat = heat + (5.5 - heat) * glass * 0.9 + (14 - heat) * lamp * 0.6
    heat = heat + (10.5 + car.engine * (0.25 + 0.45 * rim) - heat) * wheel
    rough = 0.28 - 0.14 * glass + 0.5 * wheel
    gloss = 0.10 + 0.03 * glass + 0.2 * lamp - 0.08 * wheel
    canvas.put(index, depth, _Surface(normal, paint, heat, roughness=rough, gloss=gloss), _THING)


_Limb = tuple[Vector, Vector, tuple[float, float], float, Vector]
_SKIN: Vector = (0.30, 0.18, 0.12)


def _limbs(person: _Person) -> list[_Limb]:
    """A walker in mid-stride: bones (forward, up, right), radii, °C, colour."""
    coat, legs, shoe, hair = person.coat, person.trousers, (0.01, 0.01, 0.01), (0.02, 0.014, 0.01)
    limbs: list[_Limb] = [
        ((0.00, 0.95, -0.06), (0.00, 0.95, 0.06), (0.115, 0.115), 26.0, coat),
        ((0.00, 0.98, 0.00), (0.02, 1.26, 0.00), (0.125, 0.145), 28.5, coat),
        ((0.015, 1.33, -0.10), (0.015, 1.33, 0.10), (0.095, 0.095), 28.0, coat),
        ((0.015, 1.39, 0.00), (0.03, 1.48, 0.00), (0.095, 0.06), 30.0, coat),
        ((0.03, 1.46, 0.00), (0.05, 1.54, 0.00), (0.056, 0.052), 33.0, _SKIN),
        ((0.075, 1.60, 0.00), (0.065, 1.65, 0.00), (0.076, 0.090), 35.0, _SKIN),
        ((0.030, 1.655, 0.00), (0.040, 1.68, 0.00), (0.094, 0.092), 28.5, hair),
        ((0.00, 0.92, -0.09), (0.20, 0.52, -0.08), (0.095, 0.065), 26.0, legs),
        ((0.20, 0.52, -0.08), (0.33, 0.11, -0.08), (0.065, 0.045), 24.0, legs),
        ((0.31, 0.06, -0.08), (0.49, 0.06, -0.09), (0.055, 0.040), 18.0, shoe),
        ((0.00, 0.92, 0.09), (-0.06, 0.50, 0.08), (0.095, 0.065), 26.0, legs),
        ((-0.06, 0.50, 0.08), (-0.37, 0.20, 0.08), (0.065, 0.045), 24.0, legs),
        ((-0.39, 0.15, 0.08), (-0.30, 0.03, 0.09), (0.055, 0.040), 18.0, shoe),
        ((0.01, 1.34, 0.155), (-0.13, 1.10, 0.20), (0.068, 0.055), 26.5, coat),
        ((-0.13, 1.10, 0.20), (-0.10, 0.86, 0.20), (0.055, 0.042), 26.0, coat),
        ((-0.09, 0.82, 0.20), (-0.07, 0.77, 0.19), (0.040, 0.034), 33.0, _SKIN),
        ((0.01, 1.34, -0.155), (0.06, 1.08, -0.20), (0.068, 0.055), 26.5, coat),
        ((0.06, 1.08, -0.20), (0.24, 0.93, -0.17), (0.055, 0.042), 26.0, coat),
        ((0.27, 0.91, -0.165), (0.31, 0.89, -0.16), (0.040, 0.034), 33.0, _SKIN),
    ]
    if person.long_coat:
        limbs.append(((0.0, 1.00, 0.0), (0.01, 0.70, 0.0), (0.14, 0.19), 25.0, coat))
    if person.backpack:
        limbs.append(((-0.17, 1.02, 0.0), (-0.16, 1.30, 0.0), (0.13, 0.11), 15.0, (0.05, 0.06, 0.03)))
    return limbs


def _walker(canvas: _Canvas, noise: _Noise, person: _Person) -> None:
    """A walking person; bare skin is warmest, shoes and hair least."""
    limbs = _limbs(person)
    forward_x, forward_z = person.heading

    def local(point: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
        x, y, z = (
            (point[0] - person.x) / person.size,
            point[1] / person.size,
            (point[2] - person.z) / person.size,
        )
        return x * forward_x + z * forward_z, y, (x * forward_z - z * forward_x) * person.lead

    def solid(point: Sequence[Floats]) -> Floats:
        place = local(point)
        distance = _bone(place, *limbs[0][:3])
        for start, end, radii, *_ in limbs[1:]:
            distance = _blend(distance, _bone(place, start, end, radii), 0.035)
        return distance * np.float32(person.size)

    low = (person.x - 0.7, 0.0, person.z - 0.7)
    high = (person.x + 0.7, 1.95, person.z + 0.7)
    index, depth, point, normal = _march(canvas, low, high, solid)
    place = local(point)
    nearest = np.full(depth.shape, np.float32(9))
    red, green, blue = np.zeros((3, len(depth)), np.float32)
    weight, warmth = np.zeros((2, len(depth)), np.float32)
    for start, end, radii, heat, colour in limbs:
        distance = _bone(place, start, end, radii)
        closer = distance < nearest
        nearest = np.where(closer, distance, nearest)
        red, green, blue = (
            np.where(closer, np.float32(new), old)
            for new, old in zip(colour, (red, green, blue), strict=True)
        )
        share = 1 / (np.maximum(distance, 0) + 0.012) ** 2
        weight, warmth = weight + share, warmth + share * heat
    # Folds of cloth lie close in some places and hang off in others; edges look away from the eye.
    folds = noise.at(place[0] + place[2] * 0.7, place[1] * 0.7, 70.0) - 0.5
    facing = np.clip(-normal[2], 0, 1)
    heat = warmth / weight + 4.0 * folds - 2.2 * (1 - facing) * (1 - facing)
    cloth = 1 + 0.8 * folds
    surface = _Surface(normal, (red * cloth, green * cloth, blue * cloth), heat, roughness=0.7)
    canvas.put(index, depth, surface, _PERSON)


# --- the two cameras -----------------------------------------------------------------------------


def _bell(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Noise of mean 0 and deviation 1: sums of uniform numbers, which are the same everywhere."""
    total = np.zeros(shape, np.float32)
    for _ in range(3):
        total += rng.random(shape, dtype=np.float32) * 2 - 1
    return total


def _soften(image: Floats, side: float) -> Floats:
    """Blur (H, W) with the kernel [side, 1 - 2 side, side] along both axes."""
    for axis in (0, 1):
        pad = [(1, 1) if axis == here else (0, 0) for here in (0, 1)]
        wide = np.pad(image, pad, mode="edge")
        before, after = np.delete(wide, [-1, -2], axis), np.delete(wide, [0, 1], axis)
        image = np.float32(side) * (before + after) + np.float32(1 - 2 * side) * image
    return image


def _thermal_camera(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What an uncooled microbolometer shows of the temperatures: uint8, (H, W)."""
    sky = canvas.tag == _SKY
    up = np.maximum(canvas.ray_y, 0)
    cold = 2.0 - 14.0 * up / (up + 0.22) + 2.0 * (noise.at(canvas.ray_x, up * 2, 60.0) - 0.5)
    heat = np.where(sky, cold, canvas.data[6])
    # Air between the scene and the camera has its own temperature.
    clear = 1 / (1 + np.minimum(canvas.depth, 300) / 260)
    heat = np.where(sky, heat, 9.0 + (heat - 9.0) * clear)
    image = _soften(_soften(canvas.shrink(heat.astype(np.float32)), 0.16), 0.10)
    shape = (canvas.height // _SUPERSAMPLING, canvas.width // _SUPERSAMPLING)
    image = image + 0.22 * _bell(rng, shape) + 0.08 * _bell(rng, (1, shape[1]))
    # A toe for the cold half leaves more greys to the warm half.
    level = np.clip((image + 8.0) / 42.0, 0, 1)
    level = level * (0.22 + 0.78 * level)
    return np.asarray(np.clip(level * 255 + 0.5, 0, 255), np.uint8)


def _car_discs(car: _CarLook) -> list[tuple[float, float, float]]:
    """Four discs (x, z, height) along the car that stand for it in shadows."""
    return [
        (car.x + shift * car.heading[0], car.z + shift * car.heading[1], top)
        for shift, top in ((-1.35, 0.95), (-0.45, 1.35), (0.45, 1.35), (1.35, 0.9))
    ]


def _casters(light: _Light) -> list[_Caster]:
    """What stands near enough to a light to throw a shadow that one can see."""
    casters = [_Caster(p.x, p.z, 0.2, 0.0, 1.72) for p in _PEOPLE]
    casters += [_Caster(x, z, 0.85, 0.0, top) for car in _CARS for x, z, top in _car_discs(car)]
    casters += [_Caster(x, z, r, top - 0.6 * r, top + r) for x, z, top, r in _TREES]
    x, _, z = light.at
    return [c for c in casters if (c.x - x) ** 2 + (c.z - z) ** 2 < 70 and z < 30]


def _shadow(
    x: Floats, y: Floats, z: Floats, light: _Light, receives: NDArray[np.bool_]
) -> Floats:
    """The share of a light (N,) that people, cars and trees leave to points (x, y, z)."""
    left = np.ones(x.shape, np.float32)
    for caster in _casters(light):
        near = np.flatnonzero(receives & (np.abs(z - caster.z) < 6))
        if not len(near):
            continue
        off_x, off_z = caster.x - x[near], caster.z - z[near]
        to_x, to_z = light.at[0] - x[near], light.at[2] - z[near]
        square = np.maximum(to_x * to_x + to_z * to_z, np.float32(1e-4))
        t = np.clip((off_x * to_x + off_z * to_z) / square, 0, 1)
        gap = _length(off_x - t * to_x, off_z - t * to_z)
        height = y[near] + t * (light.at[1] - y[near])
        blur = 0.10 + 0.5 * t * caster.radius
        inside = _ramp(-gap, -caster.radius - blur, -caster.radius + blur)
        inside = inside * _ramp(-height, -caster.top - 0.15, -caster.top + 0.05)
        left[near] *= 1 - inside * (height > caster.bottom)
    return left


def _lit(canvas: _Canvas, rows: slice) -> tuple[Floats, Floats, Floats]:
    """Light that leaves the surfaces of some pixels towards the eye, three of (N,)."""
    depth = canvas.depth[rows]
    seen = np.flatnonzero(np.isfinite(depth))
    index = seen + rows.start
    depth = depth[seen]
    x, y, z = canvas.points(index, depth)
    nx, ny, nz, red, green, blue, _, *glow, rough, gloss = canvas.data[:, index]
    distance = _length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    vx, vy, vz = -canvas.ray_x[index] / distance, -canvas.ray_y[index] / distance, -1 / distance
    still = canvas.tag[index] == _STATIC

    # What stands on the ground keeps the open sky off it.
    open_sky = np.ones(x.shape, np.float32)
    places = [(p.x, p.z, 0.16) for p in _PEOPLE]
    places += [(x0, z0, 0.8) for car in _CARS for x0, z0, _ in _car_discs(car)]
    for place_x, place_z, radius in places:
        near = ((x - place_x) ** 2 + (z - place_z) ** 2) / (radius * radius)
        open_sky *= 1 - 0.75 / (1 + near * near) * still
    ambient = (0.55 + 0.45 * ny) * open_sky * 0.055
    out = [red * ambient * 0.55, green * ambient * 0.75, blue * ambient * 1.35]
    # Smooth things mirror the sky: the town's glow low down, darkness high up.
    to_eye = nx * vx + ny * vy + nz * vz
    facing_eye = np.maximum(to_eye, 0)
    mirrored = np.abs(2 * facing_eye * ny - vy)
    rim = (1 - facing_eye) * (1 - facing_eye)
    mirror = gloss * (0.25 + 3.0 * rim * rim) * (1 - rough) * open_sky
    for channel, (high_sky, low_sky) in enumerate(((0.01, 0.085), (0.016, 0.07), (0.04, 0.08))):
        out[channel] += mirror * (high_sky + (low_sky - high_sky) / (1 + mirrored * mirrored * 30))
    alpha, shelter = rough * rough, 0.4 + 0.6 * open_sky
    for light in _LIGHTS:
        lx, ly, lz = light.at[0] - x, light.at[1] - y, light.at[2] - z
        square = lx * lx + ly * ly + lz * lz + np.float32(0.05)
        inverse = 1 / np.sqrt(square)
        lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
        facing = nx * lx + ny * ly + nz * lz
        strength = (1 - light.beam + light.beam * np.maximum(ly, 0) ** 2 * ly) / square
        strength = strength * shelter * _shadow(x, y, z, light, still)
        # The half vector h lies between light l and eye v: |l + v| gives all its products.
        half = np.sqrt(np.maximum(2 + 2 * (lx * vx + ly * vy + lz * vz), np.float32(1e-4)))
        towards = (facing + to_eye) / half
        spread = towards * towards * (alpha * alpha - 1) + 1
        grazing = (1 - 0.5 * half) ** 2
        fresnel = gloss + 4 * gloss * (1 - gloss) * grazing * grazing
        facing = np.maximum(facing, 0)
        shine = fresnel * alpha * alpha / (spread * spread) * np.minimum(facing * 6, 1)
        for channel, albedo in enumerate((red, green, blue)):
            out[channel] += light.colour[channel] * strength * (albedo * facing + shine)
    # Far things fade into the haze over the town.
    clear = 1 / (1 + (depth / 85) ** 2)
    full = np.zeros((3, rows.stop - rows.start), np.float32)
    for channel, haze in enumerate((0.026, 0.022, 0.034)):
        full[channel, seen] = haze + (out[channel] + glow[channel] - haze) * clear
    return full[0], full[1], full[2]


def _visible_camera(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a colour camera shows of the lit street: uint8, (H, W, 3)."""
    pixels = canvas.width * canvas.height
    light: Floats = np.zeros((3, pixels), np.float32)
    band = 16 * canvas.width
    for start in range(0, pixels, band):
        rows = slice(start, min(start + band, pixels))
        light[:, rows] = _lit(canvas, rows)

    sky = np.flatnonzero(canvas.tag == _SKY)
    across, up = canvas.ray_x[sky], np.maximum(canvas.ray_y[sky], 0)
    town = 1 / (1 + (up / 0.11) ** 2)
    cloud = _ramp(noise.at(across + 3, up * 2.6 / (0.3 + up), 90.0), 0.42, 0.85) * (0.4 + town)
    speck = noise.pick(np.floor(across * 640), np.floor(up * 640))
    star = _ramp(speck, 0.9988, 1.0) * 0.7 * (1 - town)
    for channel, (high, low, puff) in enumerate(
        ((0.010, 0.085, 0.020), (0.017, 0.060, 0.018), (0.042, 0.075, 0.026))
    ):
        light[channel, sky] = high + (low - high) * town + puff * cloud + star

    # The glow about each lamp: light that mist and lens scatter.
    for _, z, head_x in _LAMPS:
        off_x = canvas.ray_x - np.float32(head_x / z)
        off_y = canvas.ray_y - np.float32((_LAMP_HEIGHT - _EYE) / z)
        square = off_x * off_x + off_y * off_y
        halo = 0.00045 / (square + np.float32(0.00012)) * (8 / z) + 0.010 / (1 + square * 60)
        for channel in range(3):
            light[channel] += _WARM[channel] * halo

    # Film-like: the shadows keep their depth, the lamps run softly into white.
    bright = light * np.float32(2.5)
    bright = bright * (bright + np.float32(0.035)) / (bright + np.float32(0.06))
    bright = bright * (1 + bright * np.float32(0.08)) / (1 + bright)
    image = canvas.shrink(np.sqrt(np.clip(bright, 0, 1)))
    grain = _bell(rng, image.shape[1:]) * 0.7 + _bell(rng, image.shape) * 0.5
    image = image * 255 + grain * (1.0 + 2.2 * (1 - image))
    return np.asarray(np.clip(np.moveaxis(image, 0, -1) + 0.5, 0, 255), np.uint8)
