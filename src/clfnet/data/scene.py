"""The built-in demo pair: a night street, rendered by code in infrared and in visible light.

A small deferred renderer. Every surface (ground, wall, person, leaf ...) writes what it is into
one buffer: depth, normal, albedo, glow, temperature. Two cameras then read the same buffer, so that
the pair is aligned to the pixel: the visible one lights it with street lamps, the infrared one
shows its temperature. Lengths are metres, temperatures °C, light is linear and in arbitrary units;
x runs to the right, y up, z away from the viewer, who stands at (0, 2.4, 0).

Only + - * / and square roots touch the pixels: IEEE 754 rounds these alike on every machine, so the
bytes do not depend on the processor's sine or exponential.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Value = Floats | np.floating[Any] | float
Triple = tuple[Value, Value, Value]
Vector = tuple[float, float, float]
Floats3 = tuple[Floats, Floats, Floats]
_Bone = tuple[Vector, Vector, tuple[float, float]]  # start, end, radius at each

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
    people: Mask
    sign: Mask


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
    """A walker: the place, the direction of walking (unit length, x and z), and the looks.

    `lead` is 1 or -1: which leg is in front.
    """

    x: float
    z: float
    heading: tuple[float, float]
    lead: float
    coat: Vector
    trousers: Vector
    long_coat: bool = False
    backpack: bool = False


class _CarLook(NamedTuple):
    """A parked car: place of its middle, direction (unit length), paint, °C of engine over air."""

    x: float
    z: float
    heading: tuple[float, float]
    paint: Vector
    engine: float


_WARM: Vector = (1.0, 0.56, 0.22)
# x of the post, z, x of the head
_LAMPS = ((4.75, 13.4, 3.3), (-3.4, 19.0, -2.1), (4.75, 27.0, 3.4), (-3.4, 38.0, -2.1))
_LIGHTS = (
    *(_Light((head, _LAMP_HEIGHT - 0.15, z), (46.0, 24.0, 8.0), 0.94) for _, z, head in _LAMPS),
    _Light((-4.3, 1.7, 16.0), (3.2, 1.9, 0.8), 0.0),
    _Light((-4.0, 3.3, 11.2), (0.16, 0.24, 0.26), 0.0),
)
_CARS = (
    _CarLook(3.05, 9.5, (-0.6, -0.8), (0.04, 0.10, 0.19), 19.0),
    _CarLook(3.35, 19.5, (-0.1, -0.995), (0.16, 0.15, 0.14), 0.0),
)
_PEOPLE = (
    # Before the dark wall on the left: lost in the visible picture.
    _Person(-3.75, 7.8, (0.6, -0.8), 1.0, (0.11, 0.092, 0.08), (0.095, 0.08, 0.07), long_coat=True),
    # On the zebra crossing.
    _Person(-0.75, 12.6, (0.98, 0.2), -1.0, (0.17, 0.04, 0.035), (0.04, 0.05, 0.09), backpack=True),
    # In the park behind the hedge: nearly lost as well.
    _Person(7.6, 13.6, (-0.8, 0.6), -1.0, (0.008, 0.01, 0.008), (0.01, 0.01, 0.01)),
    # Far off, under the second lamp.
    _Person(-4.3, 21.5, (0.28, -0.96), 1.0, (0.04, 0.04, 0.05), (0.02, 0.02, 0.03), long_coat=True),
)
# x, z, height of the crown's middle, radius of the crown
_TREES = (
    (8.6, 10.0, 5.2, 2.1),
    (7.7, 17.5, 4.9, 2.0),
    (8.2, 25.0, 5.3, 2.3),
    (8.0, 36.0, 5.3, 2.6),
)
_BUSHES = (8.0, 9.6, 11.0, 12.6, 15.0, 16.6, 19.0, 21.5, 24.0, 28.0, 33.0)


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
    for rows in canvas.bands():
        _ground(canvas, noise, rows)
        _facade(canvas, noise, rows)
    _skyline(canvas, noise)
    _sign(canvas, noise)
    for lamp in _LAMPS:
        _lamp(canvas, *lamp)
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
        last = self.size - 1
        table: Floats = self.cloud.ravel()
        column, row = left.astype(np.intp), top.astype(np.intp)
        c0, c1 = column & last, (column + 1) & last
        r0, r1 = (row & last) * self.size, ((row + 1) & last) * self.size
        upper = table[r0 + c0] * (1 - fx) + table[r0 + c1] * fx
        lower = table[r1 + c0] * (1 - fx) + table[r1 + c1] * fx
        value: Floats = upper * (1 - fy) + lower * fy
        return value

    def pick(self, column: Floats, row: Floats) -> Floats:
        """One white number for each cell (column, row), e.g. for each brick."""
        last = self.size - 1
        value: Floats = self.grain[row.astype(np.intp) & last, column.astype(np.intp) & last]
        return value


class _Canvas:
    """The buffer that all surfaces write into, and the camera that sees them.

    All arrays are flat, one value a supersample: (H * W,), and (12, H * W) for `data`, which holds
    the fields of a `_Surface`: normal (3), albedo (3), heat, glow (3), roughness, gloss. The ray
    through a pixel is at (`ray_x`, `ray_y`, 1) x depth from the eye.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        # The whole of the 640 x 480 view fits into any other shape; the rest shows more street.
        self.focal = 500 * min(width / 640, height / 480)
        self.centre_x = 0.45 * width
        self.horizon = 0.40 * height
        ray_x = (np.arange(width, dtype=np.float32) + 0.5 - self.centre_x) / self.focal
        ray_y = (self.horizon - np.arange(height, dtype=np.float32) - 0.5) / self.focal
        self.ray_x: Floats = np.tile(ray_x.astype(np.float32), height)
        self.ray_y: Floats = np.repeat(ray_y.astype(np.float32), width)
        self.depth: Floats = np.full(width * height, np.inf, np.float32)
        self.data: Floats = np.zeros((12, width * height), np.float32)
        self.tag: NDArray[np.uint8] = np.zeros(width * height, np.uint8)

    def bands(self) -> Iterator[slice]:
        """The pixels in bands of some rows: small enough to stay in the processor's cache."""
        step = max(20_000 // self.width, 1) * self.width
        for start in range(0, len(self.depth), step):
            yield slice(start, min(start + step, len(self.depth)))

    def put(self, index: Indices, depth: Floats, surface: _Surface, tag: int) -> None:
        """Write a surface at the pixels `index` where nothing nearer is there yet."""
        near = depth < self.depth[index]
        target = index[near]
        self.depth[target] = depth[near]
        self.tag[target] = tag
        normal, albedo, heat, glow, roughness, gloss = surface
        for channel, value in enumerate((*normal, *albedo, heat, *glow, roughness, gloss)):
            self.data[channel, target] = value[near] if isinstance(value, np.ndarray) else value

    def points(self, index: Indices, depth: Floats) -> Floats3:
        """World coordinates of the pixels `index` at `depth`."""
        return depth * self.ray_x[index], _EYE + depth * self.ray_y[index], depth

    def window(self, low: Vector, high: Vector) -> Indices:
        """Flat indices of the pixels that the world box from `low` to `high` may cover."""
        depths = (low[2], high[2])
        columns = [self.centre_x + self.focal * x / z for x in (low[0], high[0]) for z in depths]
        rows = [
            self.horizon - self.focal * (y - _EYE) / z for y in (low[1], high[1]) for z in depths
        ]
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

    def mask(self, tag: int) -> Mask:
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


def _box(x: Floats, y: Floats, half_x: Value, half_y: Value) -> Floats:
    """Signed distance (Chebyshev) to a rectangle about the origin."""
    return np.maximum(np.abs(x) - half_x, np.abs(y) - half_y)


def _blend(first: Floats, second: Floats, radius: float) -> Floats:
    """Union of two solids whose seam is rounded by `radius` (polynomial smooth minimum)."""
    overlap = np.maximum(radius - np.abs(first - second), 0)
    return np.minimum(first, second) - overlap * overlap * np.float32(0.25 / radius)


def _bone(point: Sequence[Floats], bone: _Bone) -> Floats:
    """Signed distance to a round limb that tapers from one radius to the other."""
    start, end, (first, last) = bone
    axis_x, axis_y, axis_z = (b - a for a, b in zip(start, end, strict=True))
    square = axis_x * axis_x + axis_y * axis_y + axis_z * axis_z
    x, y, z = (p - a for p, a in zip(point, start, strict=True))
    along = x * axis_x + y * axis_y + z * axis_z
    t = np.minimum(np.maximum(along / square, 0), 1)
    gap: Floats = np.sqrt(np.maximum(x * x + y * y + z * z - t * (2 * along - t * square), 0))
    distance: Floats = gap - t * (last - first) - first
    return distance


def _march(
    canvas: _Canvas, low: Vector, high: Vector, solid: Callable[[Sequence[Floats]], Floats]
) -> tuple[Indices, Floats, Floats3, Floats3]:
    """Find where the rays through a world box meet a solid given as a signed distance.

    Returns:
        The pixels hit (N,), their depth (N,), the points and the unit normals, three of (N,) each.
    """
    index = canvas.window(low, high)
    depth = np.full(index.shape, low[2], np.float32)
    slant = _length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    hit = np.zeros(index.shape, bool)
    active = np.arange(len(index))
    reached = max(0.25 / canvas.focal, 0.0002)  # a quarter of a pixel, seen from 1 m
    for _ in range(48):
        distance = solid(canvas.points(index[active], depth[active]))
        depth[active] += np.maximum(distance, 0) / slant[active] * np.float32(0.95)
        done = distance < depth[active] * reached
        hit[active[done]] = True
        active = active[~done & (depth[active] < high[2])]
        if not len(active):
            break
    index, depth = index[hit], depth[hit]
    point = canvas.points(index, depth)
    # Four samples at the corners of a tetrahedron give the slope along all three axes.
    slopes: list[Floats] = [np.zeros_like(depth) for _ in range(3)]
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        value = solid([p + 0.003 * side for p, side in zip(point, corner, strict=True)])
        for slope, side in zip(slopes, corner, strict=True):
            slope += side * value
    size = np.maximum(_length(*slopes), np.float32(1e-6))
    return index, depth, point, (slopes[0] / size, slopes[1] / size, slopes[2] / size)


# --- the street ----------------------------------------------------------------------------------


def _ground(canvas: _Canvas, noise: _Noise, rows: slice) -> None:
    """Wet asphalt with markings between two pavements, and grass on the right."""
    index = rows.start + np.flatnonzero(canvas.ray_y[rows] < -_EYE / _FAR)
    depth = _EYE / -canvas.ray_y[index]
    x, _, z = canvas.points(index, depth)
    pixel = z / canvas.focal  # a pixel covers this much of x, and `far` of z
    far = pixel * z / _EYE
    left, right = _KERBS
    on_road = _edge(left - x, pixel) * _edge(x - right, pixel)
    paving = np.maximum(_edge(x - left, pixel), _edge(right - x, pixel))
    lawn = _edge(_PARK_X - x, pixel)
    cover = _length(x + 1.5, z - 7.2)  # a cast-iron cover: a street has one

    coarse, fine = noise.at(x, z, 9.0), noise.at(x, z, 47.0)
    speckle = (noise.at(x + 7, z, 160.0) - 0.5) * np.clip(1.6 - 60 * pixel, 0, 1)
    tar = 0.045 + 0.05 * (fine - 0.5) + 0.055 * speckle + 0.03 * (coarse - 0.5)
    crack = np.abs(coarse - 0.5) * 9 + np.clip(30 * pixel - 0.3, 0, 9)
    tar = np.maximum(tar * (0.55 + 0.45 * _ramp(crack, 0.02, 0.16)), 0.012)
    paint = _road_paint(x, z, pixel, far) * (0.35 + 0.65 * _ramp(fine + 0.5 * coarse, 0.52, 0.78))
    colour = _mix((tar, tar, tar * 1.06), (0.50, 0.49, 0.45), paint * on_road)
    colour = _mix(colour, (0.05, 0.05, 0.053), _edge(np.abs(cover - 0.29) - 0.03, far))
    colour = _mix(colour, _slabs(noise, x, z, far, fine + speckle), paving)
    kerb = np.minimum(np.abs(x - left + 0.12), np.abs(x - right - 0.12)) - 0.11
    stone = 0.20 + 0.08 * (fine - 0.5) - 0.10 * _edge(np.mod(z, 0.9) - 0.025, far)
    colour = _mix(colour, (stone, stone, stone * 0.97), _edge(kerb, pixel))
    blades = 0.5 + 1.4 * (fine - 0.5) + 2.0 * speckle + (coarse - 0.5)
    colour = _mix(colour, (0.025 * blades + 0.01, 0.06 * blades + 0.02, 0.02 * blades), lawn)

    # To the infrared camera the road is one sheet, warmer where wheels roll and under engines.
    engine = np.zeros(x.shape, np.float32)
    for car in _CARS:
        off_x, off_z = x - car.x - 1.3 * car.heading[0], z - car.z - 1.3 * car.heading[1]
        engine += car.engine / (1 + (off_x * off_x + off_z * off_z) ** 2)
    lanes = 0.9 * _ramp(-np.abs(np.abs(x - 0.65) - 1.9), -1.1, -0.3) * on_road
    heat = 10.0 + 2.2 * on_road + 1.4 * (coarse - 0.5) - 2.2 * lawn + 0.3 * engine + lanes
    heat = heat + 1.6 * _edge(cover - 0.33, far)

    tilt = 0.10 * (1 - 0.6 * paving)
    bump_x, bump_z = (fine - 0.5) * tilt + 0.06 * speckle, (coarse - 0.5) * tilt - 0.06 * speckle
    wet = _ramp(coarse + 0.25 * noise.at(x, z, 2.5), 0.44, 0.80) * on_road * (1 - 0.5 * paint)
    surface = _Surface(
        (bump_x, 1.0 - 0.5 * (bump_x * bump_x + bump_z * bump_z), bump_z),
        colour,
        heat,
        roughness=0.42 - 0.26 * wet + 0.4 * lawn,
        gloss=(0.025 + 0.15 * wet) * (1 - 0.7 * paving) * (1 - lawn),
    )
    canvas.put(index, depth, surface, _STATIC)


def _road_paint(x: Floats, z: Floats, pixel: Floats, far: Floats) -> Floats:
    """Where the road is painted: a dashed middle, a line at each kerb, a zebra crossing."""
    left, right = _KERBS
    zebra = np.abs(z - 12.7) - 1.35
    dash = np.abs(np.mod(z + 0.4, 4.0) - 2.0) - 1.0
    paint = _edge(np.abs(x - 0.65) - 0.06, pixel) * _edge(dash, far) * _edge(2.2 - zebra, far)
    for line in (left + 0.25, right - 0.25):
        paint = np.maximum(paint, _edge(np.abs(x - line) - 0.05, pixel) * _edge(-zebra, far))
    bars = np.abs(np.mod(x - left, 1.07) - 0.535) - 0.27
    return np.maximum(paint, _edge(bars, pixel) * _edge(zebra, far))


def _slabs(noise: _Noise, x: Floats, z: Floats, far: Floats, grain: Floats) -> Triple:
    """Colour of the pavement: square slabs, each of its own tone, with dark joints."""
    across, along = np.mod(x, 0.62), np.mod(z, 0.62)
    joint = _edge(np.minimum(np.minimum(across, 0.62 - across) - 0.012, along - 0.02), far)
    tone = noise.pick(np.floor(x / 0.62) + 99, np.floor(z / 0.62))
    stone = (0.10 + 0.05 * tone + 0.07 * (grain - 0.5)) * (1 - 0.6 * joint)
    return stone * 1.05, stone, stone * 0.92


class _Openings(NamedTuple):
    """What interrupts the wall: signed distances (N,), and the place (bay, storey) of windows.

    `across` and `up` are metres from the middle of the nearest window.
    """

    window: Floats
    cafe: Floats
    door: Floats
    bay: Floats
    storey: Floats
    across: Floats
    up: Floats


def _facade(canvas: _Canvas, noise: _Noise, rows: slice) -> None:
    """The terrace on the left: brick, plaster, brick; windows on a grid and one lit cafe."""
    index = rows.start + np.flatnonzero(canvas.ray_x[rows] < _WALL_X / 56)
    depth = _WALL_X / canvas.ray_x[index]
    _, y, z = canvas.points(index, depth)
    house = np.searchsorted(np.array([26.0, 41.0], np.float32), z)
    roof = np.array([9.6, 7.9, 10.5], np.float32)[house]
    inside = (y > 0) & (y < roof)
    index, depth, y, z = index[inside], depth[inside], y[inside], z[inside]
    house, roof = house[inside], roof[inside]
    pixel = z / canvas.focal  # a pixel covers this much of y, and `wide` of z
    wide = pixel * z / -_WALL_X

    stain = 0.65 + 0.7 * noise.at(z, y * 0.5, 22.0)
    bricks, joint, tilt = _bricks(noise, y, z, pixel)
    colour = _times(_mix(bricks, (0.2, 0.18, 0.14), (house == 1).astype(np.float32)), stain)
    at = _openings(y, z, roof)
    hole = np.minimum(at.window, at.cafe)
    for band in (
        np.minimum(hole, at.door) - 0.15,
        np.abs(y - 3.35) - 0.13,
        roof - y - 0.44,
        y - 0.5,
    ):
        pale = 0.17 * stain
        colour = _mix(colour, (pale * 1.1, pale, pale * 0.86), _edge(band, pixel * 1.5))
    for ledge in (np.abs(y - roof + 0.55) - 0.1, np.abs(y - 3.12) - 0.08):
        colour = _times(colour, 1 - 0.6 * _edge(ledge, pixel * 2))

    # A striped awning's front hangs over the cafe, its hem in scallops.
    hem = 2.70 + 0.09 * (np.mod(z / 0.42, 1) * 2 - 1) ** 2
    awning = _edge(_box(z - 16.0, y - (hem + 3.16) / 2, 3.6, (3.16 - hem) / 2), pixel)
    stripe = _edge(np.abs(np.mod(z / 0.84, 1) - 0.5) - 0.25, wide / 0.84)
    colour = _mix(colour, _mix((0.30, 0.27, 0.21), (0.26, 0.03, 0.03), stripe), awning)
    door = _edge(at.door, wide)
    colour = _mix(colour, (0.012, 0.03, 0.026), door)

    bars = np.minimum(np.abs(at.across) - 0.03, np.abs(at.up - 0.3) - 0.03)
    bars = np.where(at.cafe < 0, 0.81 - np.abs(np.mod(z - 16.0, 1.7) - 0.85), bars)
    glass = _edge(hole + 0.07, wide) * (1 - awning) * (1 - _edge(bars, wide))
    frame = _edge(hole, wide) * (1 - glass) * (1 - awning)
    colour = _times(_mix(colour, (0.10, 0.095, 0.085), frame), 1 - glass)
    lit = (noise.pick(at.bay * 3 + 5, at.storey + 11) > 0.60).astype(np.float32)
    glow = _times(_rooms(noise, y, z, at, lit), glass)

    # Heat leaks about the windows; glass is opaque in thermal infrared: no guests are seen there.
    leak = 1.6 / (1 + np.maximum(hole, 0) ** 2 * 14)
    heat = 10.0 + 0.16 * y - 0.05 * (z - 8) + 1.5 * (stain - 1) + leak + 0.4 * joint
    pane = np.where(at.cafe < 0, 16.4 + 0.5 * y, 13.2 + 1.8 * lit + 0.4 * at.up)
    heat = heat + (pane - heat) * np.maximum(glass, 0.6 * frame) + 1.8 * door
    wall = (1 - glass) * (1 - awning)
    normal = (1.0 - 0.1 * joint * wall, -0.25 * joint * wall, tilt * wall)
    surface = _Surface(normal, colour, heat, glow, 0.8 - 0.65 * glass, 0.03)
    canvas.put(index, depth, surface, _STATIC)


def _bricks(noise: _Noise, y: Floats, z: Floats, pixel: Floats) -> tuple[Triple, Floats, Floats]:
    """Colour of a brick wall, where its joints are, and how far each brick is turned."""
    course = np.floor(y / 0.085)
    along = z / 0.25 + 0.5 * np.mod(course, 2)  # every second course is shifted by half a brick
    one = noise.pick(np.floor(along), course)
    mortar = np.minimum(np.mod(along, 1) * 0.25, np.mod(y, 0.085)) - 0.013
    joint = _edge(mortar, np.maximum(pixel, 0.014)) * np.clip(1.5 - 22 * pixel, 0.0, 1)
    shade = 0.62 + 0.65 * one * np.clip(1.8 - 25 * pixel, 0.25, 1)
    colour = _mix((0.21, 0.075, 0.045), (0.16, 0.14, 0.12), 0.75 * joint)
    return _times(colour, shade), joint, 0.25 * (one - 0.5)


def _openings(y: Floats, z: Floats, roof: Floats) -> _Openings:
    """Lay out windows on a grid of bays and storeys, the cafe's front and the doors."""
    bay, storey = np.floor(z / 2.6), np.floor((y - 3.5) / 3.05)
    across, up = z - (bay + 0.5) * 2.6, y - 3.5 - storey * 3.05 - 1.45
    none = np.float32(9)
    window = np.where((storey < 0) | (y > roof - 0.9), none, _box(across, up, 0.58, 0.86))
    door = _box(np.mod(z - 1.1, 7.8) - 3.9, y - 1.2, 0.55, 1.2)
    door = np.where(np.abs(z - 16.0) < 4.2, none, door)
    cafe = _box(z - 16.0, y - 1.62, 3.4, 1.02)
    return _Openings(window, cafe, door, bay, storey, across, up)


def _rooms(noise: _Noise, y: Floats, z: Floats, at: _Openings, lit: Floats) -> Triple:
    """Light behind the glass: curtained rooms, the cafe, and the sky mirrored where it is dark."""
    folds = 0.5 + 0.5 * np.mod(np.floor(at.across * 14), 2)
    curtain = 1.0 - 0.55 * _ramp(np.abs(at.across), 0.12, 0.5) * folds
    room = lit * curtain * (0.75 + 0.3 * at.up) * (0.45 + 0.6 * noise.pick(at.bay, at.storey + 40))
    # The cafe: pendant lamps over a counter, guests as dim shapes.
    guest = np.full(z.shape, np.float32(9))
    for seat in (13.3, 14.2, 15.6, 17.1, 18.4):
        head = _length((z - seat) * 0.7, y - 1.52) - 0.14
        body = _length((z - seat) * 0.55, (y - 0.95) * 0.7) - 0.30
        guest = np.minimum(guest, _blend(head, body, 0.16))
    pendant = 0.009 / (0.008 + _length(np.mod(z, 1.15) - 0.575, (y - 2.12) * 1.2) ** 2)
    cafe = (0.20 + 0.27 * _ramp(y, 0.7, 1.5)) * (1 - 0.7 * _edge(guest, 0.08)) + pendant
    glow = np.where(at.cafe < 0, cafe * (0.75 + 0.5 * noise.at(z, y, 30.0)), room)
    cool = (noise.pick(at.bay + 77, at.storey) > 0.8) & (at.cafe > 0)
    red, green, blue = _times(_mix(_WARM, (0.55, 0.75, 1.0), 0.8 * cool), glow)
    sky = (1 - np.minimum(glow * 4, 1)) * (0.010 + 0.006 * at.up)
    return red + sky * 0.5, green + sky * 0.8, blue + sky * 1.4


def _skyline(canvas: _Canvas, noise: _Noise) -> None:
    """Far houses that close the street, with a few lit windows."""
    # Only where nothing is yet: most of it is hidden.
    index = np.flatnonzero(np.isinf(canvas.depth) & (canvas.ray_y < 0.35))
    depth = np.full(index.shape, np.float32(_FAR))
    x, y, _ = canvas.points(index, depth)
    block = np.floor((x + 400) / 7.3)
    zero = block * 0
    top = 6.5 + 11.0 * noise.pick(block, zero + 3) / (1 + (x / 55) ** 2)
    gable = 1.6 * (1 - np.abs(np.mod(x + 400, 7.3) / 3.65 - 1)) * (noise.pick(block, block) > 0.4)
    column, row = np.floor(x / 1.5), np.floor(y / 2.4)
    pane = _box(np.mod(x, 1.5) - 0.75, np.mod(y, 2.4) - 1.2, 0.36, 0.62)
    lit = (noise.pick(column + 200, row + 90) > 0.80) * noise.pick(column, row + 9)
    lamp = _edge(pane, _FAR / canvas.focal) * lit * 0.55 * (y < top)
    tone = 0.035 + 0.03 * noise.pick(block, zero + 8)
    heat = 7.5 + 1.2 * noise.pick(block, zero + 5) + 1.5 * lamp
    depth[y > top + gable] = np.inf
    surface = _Surface((0.0, 0.0, -1.0), (tone, tone * 0.9, tone * 0.95), heat, _times(_WARM, lamp))
    canvas.put(index, depth, surface, _THING)


# Pen strokes of the letters on a grid of 4 x 6, from the lower left corner.
_LETTERS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "C": ((3.9, 4.8, 3.1, 5.7), (3.1, 5.7, 2, 6), (2, 6, 0.9, 5.6), (0.9, 5.6, 0.2, 4.6),
          (0.2, 4.6, 0, 3), (0, 3, 0.2, 1.4), (0.2, 1.4, 0.9, 0.4), (0.9, 0.4, 2, 0),
          (2, 0, 3.1, 0.3), (3.1, 0.3, 3.9, 1.2)),
    "A": ((0, 0, 2, 6), (2, 6, 4, 0), (0.8, 2.2, 3.2, 2.2)),
    "F": ((0, 0, 0, 6), (0, 6, 3.7, 6), (0, 3.2, 2.8, 3.2)),
    "E": ((3.8, 0, 0, 0), (0, 0, 0, 6), (0, 6, 3.8, 6), (0, 3.1, 3, 3.1)),
}  # fmt: skip


def _sign(canvas: _Canvas, noise: _Noise) -> None:
    """A light box that hangs from the wall and reads CAFE: letters of light, all of one warmth."""
    z, left, right, low, high = 11.6, _WALL_X + 0.15, _WALL_X + 2.45, 3.0, 3.95
    index = canvas.window((left, low, z), (right, high, z))
    depth = np.full(index.shape, np.float32(z))
    x, y, _ = canvas.points(index, depth)
    board = _box(x - (left + right) / 2, y - (low + high) / 2, (right - left) / 2, (high - low) / 2)
    depth[board > 0] = np.inf
    unit = 0.095
    stroke = np.full(x.shape, np.float32(9))
    for place, letter in enumerate("CAFE"):
        start_x = left + 0.19 + place * 5.6 * unit
        for x0, y0, x1, y1 in _LETTERS[letter]:
            start = (start_x + x0 * unit, low + 0.19 + y0 * unit, 0.0)
            end = (start_x + x1 * unit, low + 0.19 + y1 * unit, 0.0)
            stroke = np.minimum(stroke, _bone((x, y, x * 0), (start, end, (0.0, 0.0))))
    pixel = z / canvas.focal
    ink = _edge(stroke - 0.048, pixel)
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
    bones: tuple[_Bone, ...] = (
        ((post_x, 0.0, z), (post_x, top - 0.5, z), (0.085, 0.05)),
        ((post_x, 0.0, z), (post_x, 0.9, z), (0.13, 0.10)),
        ((post_x, top - 0.5, z), (post_x + lean, top - 0.02, z), (0.05, 0.045)),
        ((post_x + lean, top - 0.02, z), (head_x, top + 0.05, z), (0.045, 0.05)),
    )
    head: _Bone = ((head_x - 0.28, top, z), (head_x + 0.28, top, z), (0.12, 0.12))

    def solid(point: Sequence[Floats]) -> Floats:
        distance = _bone(point, head)
        for bone in bones:
            distance = _blend(distance, _bone(point, bone), 0.03)
        return distance

    low = (min(post_x, head_x) - 0.5, 0.0, z - 0.4)
    high = (max(post_x, head_x) + 0.5, top + 0.5, z + 0.4)
    index, depth, point, normal = _march(canvas, low, high, solid)
    near_head = _edge(_bone(point, head) - 0.02, 0.02)
    shining = near_head * _edge(np.asarray(normal[1], np.float32) - 0.2, 0.5)
    heat = 9.0 + 0.12 * point[1] + 21 * near_head
    glow = _times((14.0, 10.0, 5.5), shining)
    surface = _Surface(normal, (0.05, 0.055, 0.06), heat, glow, roughness=0.4)
    canvas.put(index, depth, surface, _THING)


# --- what grows ----------------------------------------------------------------------------------


def _foliage(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> None:
    """Trees and a hedge along the park on the right."""
    for x, z, height, spread in _TREES:
        _trunk(canvas, noise, x, z, height - 0.3)
        crown = _clusters(rng, (x, height, z), spread, 26)
        _leaves(canvas, rng, crown, 0.42 * spread, 4200, 0.085)
    for z in _BUSHES:
        bush = _clusters(rng, (_PARK_X + 0.6, 0.34, z), 0.6, 8)
        _leaves(canvas, rng, bush, 0.42, 1100, 0.058)


def _trunk(canvas: _Canvas, noise: _Noise, x: float, z: float, height: float) -> None:
    """A trunk with one branch towards the street."""
    trunk: _Bone = ((x, 0.0, z), (x + 0.15, height - 1.0, z), (0.20, 0.10))
    branch: _Bone = ((x + 0.1, height - 2.2, z), (x - 0.9, height - 0.6, z - 0.4), (0.09, 0.04))

    def solid(point: Sequence[Floats]) -> Floats:
        return _blend(_bone(point, trunk), _bone(point, branch), 0.1)

    low, high = (x - 1.4, 0.0, z - 0.8), (x + 0.5, height, z + 0.4)
    index, depth, point, normal = _march(canvas, low, high, solid)
    bark = 0.4 + 1.2 * noise.at(point[0] * 3, point[1] * 0.6, 60.0)
    surface = _Surface(normal, (0.06 * bark, 0.045 * bark, 0.032 * bark), 9.6 + 0.6 * bark)
    canvas.put(index, depth, surface, _THING)


def _clusters(rng: np.random.Generator, centre: Vector, spread: float, count: int) -> Floats:
    """Points (count, 3) in a flattened ball: its centre, then random ones."""
    offset = rng.random((count, 3), dtype=np.float32) * 2 - 1
    offset[0] = 0
    offset /= np.maximum(_length(*offset.T), 1)[:, None]
    return np.array(centre, np.float32) + offset * np.array([1.0, 0.72, 0.8], np.float32) * spread


def _leaves(
    canvas: _Canvas,
    rng: np.random.Generator,
    clusters: Floats,
    radius: float,
    count: int,
    size: float,
) -> None:
    """Scatter leaves over balls about the `clusters`; each is a small ellipse of its own turn."""
    home = clusters[rng.integers(0, len(clusters), count)]
    outwards = rng.random((count, 3), dtype=np.float32) * 2 - 1
    outwards /= _length(*outwards.T)[:, None]
    reach = np.sqrt(rng.random(count, dtype=np.float32))
    x, y, z = (home + outwards * (reach * np.float32(radius))[:, None]).T
    turn_x, turn_y = rng.random((2, count), dtype=np.float32) * 2 - 1
    tone = 0.55 + 0.9 * rng.random(count, dtype=np.float32)
    normal = outwards + 0.9 * (rng.random((count, 3), dtype=np.float32) - 0.5)
    normal /= _length(*normal.T)[:, None]

    # Each leaf (N, 1, 1) is tested on a small grid of pixels (G, G) about its middle.
    column = (canvas.centre_x + canvas.focal * x / z)[:, None, None]
    row = (canvas.horizon - canvas.focal * (y - _EYE) / z)[:, None, None]
    half = (size * canvas.focal / z)[:, None, None]
    side = int(half.max()) + 1
    grid_y, grid_x = np.mgrid[-side : side + 1, -side : side + 1].astype(np.float32)
    pixel_x, pixel_y = np.floor(column) + grid_x, np.floor(row) + grid_y
    turn = (_length(turn_x, turn_y)[:, None, None] * half).astype(np.float32)
    turn_x, turn_y = turn_x[:, None, None] / turn, turn_y[:, None, None] / turn
    off_x, off_y = pixel_x + 0.5 - column, pixel_y + 0.5 - row
    long, short = off_x * turn_x + off_y * turn_y, off_x * turn_y - off_y * turn_x
    inside = (long * long + 3.2 * short * short < 1) & (y > 0.02)[:, None, None]
    inside &= (pixel_x >= 0) & (pixel_x < canvas.width) & (pixel_y >= 0) & (pixel_y < canvas.height)

    # Far leaves first, so that near ones cover them.
    leaf = np.nonzero(inside)[0]
    order = np.argsort(-z[leaf], kind="stable")
    leaf, short = leaf[order], short[inside][order]
    index = pixel_y[inside].astype(np.intp) * canvas.width + pixel_x[inside].astype(np.intp)
    # Inside the crown and under it there is less light; a bent blade is lighter on one side.
    height = np.clip((y - clusters[0, 1]) / radius + 0.5, 0, 1)
    open_air = (0.25 + 0.75 * reach * reach) * (0.7 + 0.3 * height)
    shade = (tone * open_air)[leaf] * (1 + 0.25 * short)
    heat = (8.6 + 1.2 * open_air + 0.4 * tone)[leaf]
    nx, ny, nz = normal[leaf].T
    green = (0.062 * shade, 0.17 * shade, 0.045 * shade)
    canvas.put(index[order], z[leaf], _Surface((nx, ny, nz), green, heat, roughness=0.6), _THING)


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
    distance: Floats = np.full(along.shape, np.float32(-9))
    for forward, upward, sideways, limit in planes:
        face = forward * along + upward * up + sideways * aside - limit
        distance = -_blend(-distance, -face, 0.10)
    return distance


def _axle(along: Floats, up: Floats) -> Floats:
    """Distance to the nearer wheel's axle, seen from the side."""
    return _length(np.abs(along - 0.02) - 1.32, up - 0.32)


def _car(canvas: _Canvas, noise: _Noise, car: _CarLook) -> None:
    """A parked car; one driven a minute ago has a warm bonnet, grille and tyres."""
    forward_x, forward_z = car.heading

    def local(point: Sequence[Floats]) -> Floats3:
        x, z = point[0] - car.x, point[2] - car.z
        return x * forward_x + z * forward_z, point[1], z * forward_x - x * forward_z

    def solid(point: Sequence[Floats]) -> Floats:
        along, up, side = local(point)
        aside = np.abs(side)
        crowned = _length(side, 0.22)  # rounds the roof and the bonnet across the middle
        axle = _axle(along, up)
        arch = np.maximum(axle - 0.40, 0.6 - aside)
        body = np.maximum(_hull(along, up, crowned, _BODY), -arch)
        shell = _blend(body, _hull(along, up, crowned, _CABIN), 0.04)
        tyre = np.maximum(axle - 0.325, np.abs(aside - 0.75) - 0.11)
        mirror = _length((along - 0.62) * 1.5, (up - 1.04) * 1.2, (aside - 0.95) * 0.8) - 0.10
        parts: Floats = np.minimum(np.minimum(shell, tyre), mirror * 0.7)
        return parts

    low, high = (car.x - 2.4, 0.0, car.z - 2.4), (car.x + 2.4, 1.6, car.z + 2.4)
    index, depth, point, normal = _march(canvas, low, high, solid)
    along, up, side = local(point)
    grime = noise.at(along + 9, side + 9, 50.0) - 0.5
    surface = _car_surface(car, along, up, side, normal, grime, 1.2 * car.z / canvas.focal)
    canvas.put(index, depth, surface, _THING)


def _car_glass(along: Floats, up: Floats, aside: Floats) -> Floats:
    """Signed distance to the windscreen and the side windows, in the plane of each."""
    pillars = 0.435 - np.abs(np.mod(along + 0.40, 0.95) - 0.475)
    ends = np.maximum(0.62 * along + 0.83 * up - 1.25, 0.53 * up - 0.85 * along - 1.92)
    beside = np.maximum(_box(along + 0.48, up - 1.18, 1.22, 0.15), np.maximum(ends, -pillars))
    beside = np.where(aside > 0.81 - 0.18 * up, beside, np.float32(9))
    front = np.maximum(_box(up - 1.19, aside, 0.185, 1.06 - 0.36 * up), 0.1 - along)
    panes: Floats = np.minimum(beside, front)
    return panes


def _car_surface(
    car: _CarLook,
    along: Floats,
    up: Floats,
    side: Floats,
    normal: Floats3,
    grime: Floats,
    pixel: float,
) -> _Surface:
    """Paint, glass, lamps and wheels of a car, and how warm each is."""
    aside, axle, nose = np.abs(side), _axle(along, up), along > 1.6
    wheel = _edge(axle - 0.335, pixel) * _edge(0.62 - aside, pixel)
    rim = _edge(axle - 0.21, pixel) * wheel
    spokes = _edge(np.abs(axle - 0.13) - 0.05, pixel) * (np.mod(along * 7 + up * 9, 1) > 0.4)
    glass = _edge(_car_glass(along, up, aside), pixel)
    slant = up - 0.70 - 0.10 * (aside - 0.62)
    lamp = _edge(_box(aside - 0.66, slant, 0.19 - 0.5 * np.abs(slant), 0.065), pixel) * nose
    bulb = 1 / (1 + ((aside - 0.62) ** 2 + slant * slant) * 600) * lamp
    grille = _edge(_box(side, up - 0.68, 0.196 + 0.3 * up, 0.065), pixel) * nose
    grille = grille * (0.4 + 0.6 * (np.mod(up * 34, 1) > 0.5))
    intake = _edge(_box(side, up - 0.37, 0.50, 0.065), pixel) * nose
    plate = _edge(_box(side, up - 0.52, 0.26, 0.05), pixel) * nose
    doors = np.minimum(np.abs(along - 0.80), np.minimum(np.abs(along + 0.38), np.abs(along + 1.25)))
    seam = _edge(doors - 0.008, pixel) * (aside > 0.7) * (np.abs(up - 0.66) < 0.3) * (1 - wheel)
    bonnet_gap = _edge(np.abs(aside - 0.68) - 0.008, pixel) * (along > 0.95) * (normal[1] > 0.8)
    seam = np.maximum(seam, bonnet_gap)

    paint = _times(car.paint, 0.9 + 0.3 * grime)
    finish: tuple[tuple[Floats, Vector], ...] = (
        (seam * 0.8, (0.004, 0.005, 0.006)),
        (_edge(up - 0.30, pixel) + np.maximum(grille, intake), (0.006, 0.006, 0.007)),
        (lamp, (0.30, 0.31, 0.32)),
        (bulb, (0.8, 0.8, 0.8)),
        (plate, (0.55, 0.53, 0.42)),
        (wheel, (0.012, 0.012, 0.013)),
        (rim * (0.35 + 0.65 * spokes), (0.22, 0.22, 0.23)),
        (glass, (0.003, 0.004, 0.005)),
    )
    for share, tone in finish:
        paint = _mix(paint, tone, np.clip(share, 0, 1))

    # The upper faces and the glass mirror the cold sky, to the infrared camera too.
    engine = 1 / (1 + _fourth((along - 1.45) / 0.62) + _fourth(side / 0.66))
    engine = car.engine * (engine + 0.2 * grille + 0.12 * intake)
    heat = 9.5 - 2.8 * np.clip(normal[1], 0, 1) + engine + 0.24 * grime - 1.5 * seam
    heat = heat + (5.5 - heat) * glass * 0.9 + (14 - heat) * lamp * 0.6
    heat = heat + (10.5 + car.engine * (0.25 + 0.45 * rim) - heat) * wheel
    roughness = 0.28 - 0.14 * glass + 0.5 * wheel
    gloss = 0.10 + 0.03 * glass + 0.2 * lamp - 0.08 * wheel
    return _Surface(normal, paint, heat, roughness=roughness, gloss=gloss)


_Limb = tuple[_Bone, float, Vector]  # shape, °C, colour
_SKIN: Vector = (0.30, 0.18, 0.12)
_SHOE: Vector = (0.01, 0.01, 0.01)
_HAIR: Vector = (0.02, 0.014, 0.01)


def _limbs(person: _Person) -> list[_Limb]:
    """A walker in mid-stride, 1.77 m tall: limbs in coordinates (forward, up, sideways)."""
    coat, legs = person.coat, person.trousers
    limbs: list[_Limb] = [
        (((0.00, 0.95, -0.06), (0.00, 0.95, 0.06), (0.115, 0.115)), 26.0, coat),  # hips
        (((0.00, 0.98, 0.00), (0.02, 1.26, 0.00), (0.125, 0.145)), 28.5, coat),  # trunk
        (((0.015, 1.33, -0.10), (0.015, 1.33, 0.10), (0.095, 0.095)), 28.0, coat),  # shoulders
        (((0.015, 1.39, 0.00), (0.03, 1.48, 0.00), (0.095, 0.06)), 30.0, coat),  # collar
        (((0.03, 1.46, 0.00), (0.05, 1.54, 0.00), (0.056, 0.052)), 33.0, _SKIN),  # neck
        (((0.075, 1.60, 0.00), (0.065, 1.65, 0.00), (0.076, 0.090)), 35.0, _SKIN),  # face
        (((0.030, 1.655, 0.00), (0.040, 1.68, 0.00), (0.094, 0.092)), 28.5, _HAIR),
        (((0.00, 0.92, -0.09), (0.20, 0.52, -0.08), (0.095, 0.065)), 26.0, legs),  # front leg
        (((0.20, 0.52, -0.08), (0.33, 0.11, -0.08), (0.065, 0.045)), 24.0, legs),
        (((0.31, 0.06, -0.08), (0.49, 0.06, -0.09), (0.055, 0.040)), 18.0, _SHOE),
        (((0.00, 0.92, 0.09), (-0.06, 0.50, 0.08), (0.095, 0.065)), 26.0, legs),  # rear leg
        (((-0.06, 0.50, 0.08), (-0.37, 0.20, 0.08), (0.065, 0.045)), 24.0, legs),
        (((-0.39, 0.15, 0.08), (-0.30, 0.03, 0.09), (0.055, 0.040)), 18.0, _SHOE),
        (((0.01, 1.34, 0.155), (0.06, 1.08, 0.20), (0.068, 0.055)), 26.5, coat),  # front arm
        (((0.06, 1.08, 0.20), (0.24, 0.93, 0.17), (0.055, 0.042)), 26.0, coat),
        (((0.27, 0.91, 0.165), (0.31, 0.89, 0.16), (0.040, 0.034)), 33.0, _SKIN),
        (((0.01, 1.34, -0.155), (-0.13, 1.10, -0.20), (0.068, 0.055)), 26.5, coat),  # rear arm
        (((-0.13, 1.10, -0.20), (-0.10, 0.86, -0.20), (0.055, 0.042)), 26.0, coat),
        (((-0.09, 0.82, -0.20), (-0.07, 0.77, -0.19), (0.040, 0.034)), 33.0, _SKIN),
    ]
    if person.long_coat:
        limbs.append((((0.0, 1.00, 0.0), (0.01, 0.70, 0.0), (0.14, 0.19)), 25.0, coat))
    if person.backpack:
        pack: _Bone = ((-0.17, 1.02, 0.0), (-0.16, 1.30, 0.0), (0.13, 0.11))
        limbs.append((pack, 15.0, (0.05, 0.06, 0.03)))
    return limbs


def _walker(canvas: _Canvas, noise: _Noise, person: _Person) -> None:
    """A walking person; bare skin is warmest, shoes and a backpack least."""
    limbs = _limbs(person)
    forward_x, forward_z = person.heading

    def local(point: Sequence[Floats]) -> Floats3:
        x, z = point[0] - person.x, point[2] - person.z
        side = (x * forward_z - z * forward_x) * person.lead
        return x * forward_x + z * forward_z, point[1], side

    def solid(point: Sequence[Floats]) -> Floats:
        place = local(point)
        distance = _bone(place, limbs[0][0])
        for bone, *_ in limbs[1:]:
            distance = _blend(distance, _bone(place, bone), 0.035)
        return distance

    reach_x, reach_z = 0.25 + 0.38 * abs(forward_x), 0.25 + 0.38 * abs(forward_z)
    low = (person.x - reach_x, 0.0, person.z - reach_z)
    high = (person.x + reach_x, 1.85, person.z + reach_z)
    index, depth, point, normal = _march(canvas, low, high, solid)
    place = local(point)
    nearest: Floats = np.full(depth.shape, np.float32(9))
    colour: Triple = (0.0, 0.0, 0.0)
    weight: Floats = np.zeros_like(nearest)
    warmth: Floats = np.zeros_like(nearest)
    for bone, celsius, tone in limbs:
        distance = _bone(place, bone)
        colour = _mix(colour, tone, (distance < nearest).astype(np.float32))
        nearest = np.minimum(distance, nearest)
        share = 1 / (np.maximum(distance, 0) + 0.012) ** 2
        weight, warmth = weight + share, warmth + share * celsius
    # Cloth lies close here and hangs off there; surfaces seen at a slant mirror the cold about.
    folds = noise.at(place[0] + place[2] * 0.7, place[1] * 0.7, 70.0) - 0.5
    turned = 1 - np.clip(-normal[2], 0, 1)
    heat = warmth / weight + 4.0 * folds - 2.2 * turned * turned
    surface = _Surface(normal, _times(colour, 1 + 0.8 * folds), heat, roughness=0.7)
    canvas.put(index, depth, surface, _PERSON)


# --- the two cameras -----------------------------------------------------------------------------


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


def _thermal_camera(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What an uncooled microbolometer shows of the temperatures: uint8, (H, W)."""
    up = np.maximum(canvas.ray_y, 0)
    sky = 2.0 - 14.0 * up / (up + 0.22) + 2.0 * (noise.at(canvas.ray_x, up * 2, 60.0) - 0.5)
    # The air on the way to the camera has its own temperature.
    clear = 1 / (1 + np.minimum(canvas.depth, 300) / 260)
    heat = np.where(canvas.tag == _SKY, sky, 9.0 + (canvas.data[6] - 9.0) * clear)
    image = _soften(_soften(canvas.shrink(heat), 0.16), 0.10)
    height, width = image.shape
    image = image + 0.22 * _bell(rng, (height, width)) + 0.08 * _bell(rng, (1, width))
    # A toe for the cold half leaves more greys to the warm half.
    level = np.clip((image + 8.0) / 42.0, 0, 1)
    level = level * (0.22 + 0.78 * level)
    return np.asarray(level * 255 + 0.5, np.uint8)


def _car_discs(car: _CarLook) -> list[Vector]:
    """Four discs (x, z, height) along the car that stand for it in shadows."""
    return [
        (car.x + shift * car.heading[0], car.z + shift * car.heading[1], top)
        for shift, top in ((-1.35, 0.95), (-0.45, 1.35), (0.45, 1.35), (1.35, 0.9))
    ]


def _casters(light: _Light) -> list[_Caster]:
    """What stands near enough to a light to throw a shadow that one can see."""
    casters = [_Caster(p.x, p.z, 0.2, 0.0, 1.72) for p in _PEOPLE]
    casters += [_Caster(x, z, 0.85, 0.0, top) for car in _CARS for x, z, top in _car_discs(car)]
    casters += [_Caster(x, z, r, top - 0.75 * r, top + 0.8 * r) for x, z, top, r in _TREES]
    x, _, z = light.at
    return [c for c in casters if (c.x - x) ** 2 + (c.z - z) ** 2 < 70 and z < 30]


def _shadow(x: Floats, y: Floats, z: Floats, light: _Light, receives: Mask) -> Floats:
    """The share of a light (N,) that people, cars and trees leave to points (x, y, z)."""
    left: Floats = np.ones(x.shape, np.float32)
    for caster in _casters(light):
        near = np.flatnonzero(receives & ((x - caster.x) ** 2 + (z - caster.z) ** 2 < 30))
        off_x, off_z = caster.x - x[near], caster.z - z[near]
        to_x, to_z = light.at[0] - x[near], light.at[2] - z[near]
        square = np.maximum(to_x * to_x + to_z * to_z, 1e-4)
        # The point of the ray to the light that is nearest to the caster's axis, in plan.
        t = np.clip((off_x * to_x + off_z * to_z) / square, 0, 1)
        gap = _length(off_x - t * to_x, off_z - t * to_z)
        height = y[near] + t * (light.at[1] - y[near])
        blur = 0.10 + 0.5 * t * caster.radius
        inside = _ramp(caster.radius - gap, -blur, blur)
        inside = inside * _ramp(caster.top - height, -0.05, 0.15) * (height > caster.bottom)
        left[near] *= 1 - inside
    return left


def _open_sky(x: Floats, z: Floats) -> Floats:
    """The share of the open sky that people and cars leave to the ground about them."""
    places = [(person.x, person.z, 0.16) for person in _PEOPLE]
    places += [(disc_x, disc_z, 0.8) for car in _CARS for disc_x, disc_z, _ in _car_discs(car)]
    left: Floats = np.ones(x.shape, np.float32)
    for place_x, place_z, radius in places:
        near = ((x - place_x) ** 2 + (z - place_z) ** 2) / radius**2
        left *= 1 - 0.75 / (1 + near * near)
    return left


def _lit(canvas: _Canvas, rows: slice) -> Floats:
    """Light (3, N) that leaves the surfaces of a band of pixels towards the eye."""
    seen = np.flatnonzero(np.isfinite(canvas.depth[rows]))
    index = rows.start + seen
    x, y, z = canvas.points(index, canvas.depth[index])
    nx, ny, nz, red, green, blue, _, *glow, roughness, gloss = canvas.data[:, index]
    eye = -1 / _length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    vx, vy, vz = canvas.ray_x[index] * eye, canvas.ray_y[index] * eye, eye
    still = canvas.tag[index] == _STATIC
    open_sky = np.where(still, _open_sky(x, z), np.float32(1))

    # The night sky lights all things a little; smooth things mirror it, palest near the horizon.
    ambient = (0.55 + 0.45 * ny) * open_sky * 0.068
    to_eye = nx * vx + ny * vy + nz * vz
    facing_eye = np.maximum(to_eye, 0)
    upwards = 2 * facing_eye * ny - vy
    horizon = 1 / (1 + upwards * upwards * 30)
    mirror = gloss * (0.25 + 3.0 * _fourth(1 - facing_eye)) * (1 - roughness) * open_sky
    out = [
        red * ambient * 0.55 + mirror * (0.010 + 0.075 * horizon),
        green * ambient * 0.75 + mirror * (0.016 + 0.054 * horizon),
        blue * ambient * 1.35 + mirror * (0.040 + 0.040 * horizon),
    ]
    alpha, shelter = roughness * roughness, 0.4 + 0.6 * open_sky
    for light in _LIGHTS:
        lx, ly, lz = light.at[0] - x, light.at[1] - y, light.at[2] - z
        square = lx * lx + ly * ly + lz * lz + 0.05
        inverse = 1 / np.sqrt(square)
        lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
        facing = nx * lx + ny * ly + nz * lz
        strength = (1 - light.beam + light.beam * _ramp(ly, 0.42, 0.88)) / square
        strength = strength * shelter * _shadow(x, y, z, light, still)
        # Microfacets (GGX). The half vector lies between light l and eye v: |l + v| gives all its
        # products.
        half = np.sqrt(np.maximum(2 + 2 * (lx * vx + ly * vy + lz * vz), 1e-4))
        towards = (facing + to_eye) / half
        spread = towards * towards * (alpha * alpha - 1) + 1
        fresnel = gloss + 4 * gloss * (1 - gloss) * _fourth(1 - 0.5 * half)
        facing = np.maximum(facing, 0)
        shine = fresnel * alpha * alpha / (spread * spread) * np.minimum(facing * 6, 1)
        for channel, albedo in enumerate((red, green, blue)):
            out[channel] += light.colour[channel] * strength * (albedo * facing + shine)
    # Far things fade into the haze over the town.
    clear = 1 / (1 + (z / 85) ** 2)
    full: Floats = np.zeros((3, rows.stop - rows.start), np.float32)
    for channel, haze in enumerate((0.026, 0.022, 0.034)):
        full[channel, seen] = haze + (out[channel] + glow[channel] - haze) * clear
    return full


def _night_sky(canvas: _Canvas, noise: _Noise, index: Indices) -> Floats:
    """Light (3, N) of the sky: dark above, the town's glow low down, thin cloud and stars."""
    across, up = canvas.ray_x[index], np.maximum(canvas.ray_y[index], 0)
    town = 1 / (1 + (up / 0.11) ** 2)
    cloud = _ramp(noise.at(across + 3, up * 2.6 / (0.3 + up), 90.0), 0.42, 0.85) * (0.4 + town)
    star = _ramp(noise.pick(np.floor(across * 640), np.floor(up * 640)), 0.9988, 1.0) * (1 - town)
    tones = ((0.010, 0.085, 0.020), (0.017, 0.060, 0.018), (0.042, 0.075, 0.026))
    return np.stack(
        [dark + (low - dark) * town + puff * cloud + 0.7 * star for dark, low, puff in tones]
    )


def _halos(canvas: _Canvas, rows: slice) -> Floats:
    """Glow (N,) about each lamp: its light that mist and lens scatter."""
    glow: Floats = np.zeros(rows.stop - rows.start, np.float32)
    for _, z, head_x in _LAMPS:
        off_x = canvas.ray_x[rows] - head_x / z
        off_y = canvas.ray_y[rows] - (_LAMP_HEIGHT - _EYE) / z
        square = off_x * off_x + off_y * off_y
        glow += 0.0036 / z / (square + 0.00012) + 0.010 / (1 + square * 60)
    return glow


def _visible_camera(canvas: _Canvas, noise: _Noise, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a colour camera shows of the lit street: uint8, (H, W, 3)."""
    pixels: Floats = np.zeros((3, len(canvas.depth)), np.float32)
    for rows in canvas.bands():
        light = _lit(canvas, rows)
        sky = np.flatnonzero(canvas.tag[rows] == _SKY)
        light[:, sky] = _night_sky(canvas, noise, rows.start + sky)
        light += np.array(_WARM, np.float32)[:, None] * _halos(canvas, rows)
        # Film-like: the shadows keep their depth, the lamps run softly into white.
        light = light * 2.5
        light = light * (light + 0.035) / (light + 0.06)
        light = light * (1 + light * 0.08) / (1 + light)
        pixels[:, rows] = np.sqrt(np.clip(light, 0, 1))
    image = canvas.shrink(pixels)
    grain = _bell(rng, image.shape[1:]) * 0.7 + _bell(rng, image.shape) * 0.5
    image = image * 255 + grain * (1.0 + 2.2 * (1 - image))
    return np.asarray(np.moveaxis(np.clip(image + 0.5, 0, 255), 0, -1), np.uint8, order="C")
