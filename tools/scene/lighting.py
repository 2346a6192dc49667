"""What light leaves the surfaces towards the viewer: lamps, shadows, the sky's share, haze."""

from typing import NamedTuple

import numpy as np

from scene.arithmetic import Floats, Mask, Vector, fourth, length, ramp
from scene.layout import CARS, LIGHTS, PEOPLE, TREES, Car, Light
from scene.renderer import STATIC, Canvas


class _Caster(NamedTuple):
    """An upright cylinder that throws a soft shadow on ground and walls."""

    x: float
    z: float
    radius: float
    bottom: float
    top: float


def _car_discs(car: Car) -> list[Vector]:
    """Four discs (x, z, height) along the car that stand for it in shadows."""
    return [
        (car.x + shift * car.heading[0], car.z + shift * car.heading[1], top)
        for shift, top in ((-1.35, 0.95), (-0.45, 1.35), (0.45, 1.35), (1.35, 0.9))
    ]


def _casters(light: Light) -> list[_Caster]:
    """What stands near enough to a light to throw a shadow that one can see."""
    casters = [_Caster(p.x, p.z, 0.2, 0.0, 1.72) for p in PEOPLE]
    casters += [_Caster(x, z, 0.85, 0.0, top) for car in CARS for x, z, top in _car_discs(car)]
    casters += [_Caster(x, z, r, top - 0.75 * r, top + 0.8 * r) for x, z, top, r in TREES]
    x, _, z = light.at
    return [c for c in casters if (c.x - x) ** 2 + (c.z - z) ** 2 < 70 and z < 30]


def _shadow(x: Floats, y: Floats, z: Floats, light: Light, receives: Mask) -> Floats:
    """The share of a light (N,) that people, cars and trees leave to points (x, y, z)."""
    left: Floats = np.ones(x.shape, np.float32)
    for caster in _casters(light):
        near = np.flatnonzero(receives & ((x - caster.x) ** 2 + (z - caster.z) ** 2 < 30))
        off_x, off_z = caster.x - x[near], caster.z - z[near]
        to_x, to_z = light.at[0] - x[near], light.at[2] - z[near]
        square = np.maximum(to_x * to_x + to_z * to_z, 1e-4)
        # The point of the ray to the light that is nearest to the caster's axis, in plan.
        t = np.clip((off_x * to_x + off_z * to_z) / square, 0, 1)
        gap = length(off_x - t * to_x, off_z - t * to_z)
        height = y[near] + t * (light.at[1] - y[near])
        blur = 0.10 + 0.5 * t * caster.radius
        inside = ramp(caster.radius - gap, -blur, blur)
        inside = inside * ramp(caster.top - height, -0.05, 0.15) * (height > caster.bottom)
        left[near] *= 1 - inside
    return left


def _open_sky(x: Floats, z: Floats) -> Floats:
    """The share of the open sky that people and cars leave to the ground about them."""
    places = [(person.x, person.z, 0.16) for person in PEOPLE]
    places += [(disc_x, disc_z, 0.8) for car in CARS for disc_x, disc_z, _ in _car_discs(car)]
    left: Floats = np.ones(x.shape, np.float32)
    for place_x, place_z, radius in places:
        near = ((x - place_x) ** 2 + (z - place_z) ** 2) / radius**2
        left *= 1 - 0.75 / (1 + near * near)
    return left


def lit(canvas: Canvas, rows: slice) -> Floats:
    """Light (3, N) that leaves the surfaces of a band of pixels towards the eye."""
    seen = np.flatnonzero(np.isfinite(canvas.depth[rows]))
    index = rows.start + seen
    x, y, z = canvas.points(index, canvas.depth[index])
    nx, ny, nz, red, green, blue, _, *glow, roughness, gloss = canvas.data[:, index]
    eye = -1 / length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    vx, vy, vz = canvas.ray_x[index] * eye, canvas.ray_y[index] * eye, eye
    still = canvas.tag[index] == STATIC
    open_sky = np.where(still, _open_sky(x, z), np.float32(1))

    # The night sky lights all things a little; smooth things mirror it, palest near the horizon.
    ambient = (0.55 + 0.45 * ny) * open_sky * 0.068
    to_eye = nx * vx + ny * vy + nz * vz
    facing_eye = np.maximum(to_eye, 0)
    upwards = 2 * facing_eye * ny - vy
    horizon = 1 / (1 + upwards * upwards * 30)
    mirror = gloss * (0.25 + 3.0 * fourth(1 - facing_eye)) * (1 - roughness) * open_sky
    out = [
        red * ambient * 0.55 + mirror * (0.010 + 0.075 * horizon),
        green * ambient * 0.75 + mirror * (0.016 + 0.054 * horizon),
        blue * ambient * 1.35 + mirror * (0.040 + 0.040 * horizon),
    ]
    alpha, shelter = roughness * roughness, 0.4 + 0.6 * open_sky
    for light in LIGHTS:
        lx, ly, lz = light.at[0] - x, light.at[1] - y, light.at[2] - z
        square = lx * lx + ly * ly + lz * lz + 0.05
        inverse = 1 / np.sqrt(square)
        lx, ly, lz = lx * inverse, ly * inverse, lz * inverse
        facing = nx * lx + ny * ly + nz * lz
        strength = (1 - light.beam + light.beam * ramp(ly, 0.42, 0.88)) / square
        strength = strength * shelter * _shadow(x, y, z, light, still)
        # Microfacets (GGX). The half vector lies between light l and eye v: |l + v| gives all its
        # products.
        half = np.sqrt(np.maximum(2 + 2 * (lx * vx + ly * vy + lz * vz), 1e-4))
        towards = (facing + to_eye) / half
        spread = towards * towards * (alpha * alpha - 1) + 1
        fresnel = gloss + 4 * gloss * (1 - gloss) * fourth(1 - 0.5 * half)
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
