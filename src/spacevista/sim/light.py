"""Where light comes from (sun, lamp, sky, walls) and how a sensor turns it into a picture. Linear RGB."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import prange

from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray
from spacevista.sim.kernels import fractal, kernel, parallel_kernel, ramp

SUN_RADIUS = 0.012  # of the soft disc, radians: 2.5 times the real sun's, a slightly hazy day
LAMP_RADIUS = 0.07  # of the room's light relative to its distance: a ceiling panel
GROUND_ALBEDO = 0.25  # of everything that throws light back up
HAZE_M = 6_000.0  # length over which a clear day's air dims contrast to 1/e
FULL_WELL = 12_000.0  # electrons of a 1/1.7 inch camera's pixel
READ_NOISE = 6.0  # electrons


class Lighting(NamedTuple):
    """The lights of a world.

    Attributes:
        sun, sky, bounce: (3,) strength of the direct light, of the light from above, of what the ground throws back.
        towards: (3,) unit vector to the sun.
        lamp_m: (3,) place of a room's light; used where `lamp_distance_m` is positive, else the sun is far away.
        lamp_distance_m: distance at which the lamp has the strength `sun`.
        radius: of the light's disc relative to its distance.
        far_m: length of a ray that leaves the world.
        indoors: rays that hit nothing see walls instead of sky.
    """

    sun: FloatArray
    sky: FloatArray
    bounce: FloatArray
    towards: FloatArray
    lamp_m: FloatArray
    lamp_distance_m: float
    radius: float
    far_m: float
    indoors: bool


@kernel
def towards_light(lighting: Lighting, points_m: Float32Array, i: int) -> tuple[float, float, float, float]:
    """Return the unit vector from point i of (N, 3) to the sun or lamp, and the length of a shadow ray."""
    if lighting.lamp_distance_m <= 0:
        return lighting.towards[0], lighting.towards[1], lighting.towards[2], lighting.far_m
    # No row is taken as a view in per-pixel code: each view counts references, which costs more than the sums.
    lamp = lighting.lamp_m
    x, y, z = lamp[0] - points_m[i, 0], lamp[1] - points_m[i, 1], lamp[2] - points_m[i, 2]
    length = math.sqrt(x * x + y * y + z * z) + 1e-30
    return x / length, y / length, z / length, 0.97 * length


@kernel
def light_strength(lighting: Lighting, points_m: Float32Array, i: int) -> float:
    """Return the direct light's strength at point i of (N, 3): 1 for the sun; a lamp's falls with distance, softly."""
    if lighting.lamp_distance_m <= 0:
        return 1.0
    square = 0.0
    for c in range(3):
        square += (lighting.lamp_m[c] - points_m[i, c]) ** 2
    return 2 / (1 + square / lighting.lamp_distance_m**2)


@kernel
def surroundings(lighting: Lighting, x: float, y: float, z: float, clouds: bool) -> tuple[float, float, float]:
    """Return the radiance from the unit direction (x, y, z) outside the world's bodies: sky and ground, or walls."""
    sky, bounce = lighting.sky, lighting.bounce
    if lighting.indoors:
        to_light = x * lighting.towards[0] + y * lighting.towards[1] + z * lighting.towards[2]
        level = 0.45 + 0.55 * ramp(-0.4, 0.9, z)
        # Walls and ceiling are lit by the lamp too; the lamp itself is a broad panel.
        return tuple_of(sky, level, lighting.sun, 0.3 * level + 1.5 * ramp(0.86, 0.95, to_light))
    if z < 0:
        far = ramp(-0.12, 0.0, z)  # haze over distant ground
        red, green, blue = horizon(sky)
        return (
            far * red + (1 - far) * bounce[0],
            far * green + (1 - far) * bounce[1],
            far * blue + (1 - far) * bounce[2],
        )
    red, green, blue = horizon(sky)
    high = 1 - (1 - z) ** 4
    red += high * (0.50 * sky[0] - red)
    green += high * (0.78 * sky[1] - green)
    blue += high * (1.22 * sky[2] - blue)
    if clouds and z > 0.01:
        # Seen on a level layer, so that clouds crowd towards the horizon.
        drift = fractal(x / (z + 0.15), y / (z + 0.15), 4.2, 1.1, 0.0, 5)
        cover = 0.75 * ramp(0.48, 0.72, drift) * ramp(0.01, 0.12, z)
        white = 1.9 * (sky[0] + sky[1] + sky[2]) / 3
        red, green, blue = red + cover * (white - red), green + cover * (white - green), blue + cover * (white - blue)
    return red, green, blue


@kernel
def horizon(sky: FloatArray) -> tuple[float, float, float]:
    return 1.45 * sky[0], 1.35 * sky[1], 1.2 * sky[2]


@kernel
def tuple_of(first: FloatArray, a: float, second: FloatArray, b: float) -> tuple[float, float, float]:
    return a * first[0] + b * second[0], a * first[1] + b * second[1], a * first[2] + b * second[2]


def _film_curve() -> Float32Array:
    """Return sRGB values (0..255) of the square roots of radiance 0 to CURVE_TOP in equal steps.

    The curve is the rational fit of the ACES reference transform by K. Narkowicz (2015).
    """
    v = np.linspace(0, CURVE_TOP**0.5, CURVE_STEPS) ** 2
    v = np.clip(v * (2.51 * v + 0.03) / (v * (2.43 * v + 0.59) + 0.14), 0, 1)
    return np.asarray(255 * np.where(v < 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055), dtype=np.float32)


CURVE_TOP = 16.0  # white long before
CURVE_STEPS = 8192  # under a fifth of a grey level each
FILM = _film_curve()


@parallel_kernel
def develop(linear: Float32Array, exposure: float, grain: Float32Array, out: ByteArray) -> None:
    """Turn radiance (N, 3) into sRGB bytes: exposure, shot and read noise, filmic curve, gamma.

    Shot noise is that of FULL_WELL electrons at radiance 1; `grain` (N, 3) is standard normal.
    """
    scale = (CURVE_STEPS - 1) / math.sqrt(CURVE_TOP)
    for i in prange(len(linear)):
        for c in range(3):
            light = exposure * linear[i, c]
            light += math.sqrt(light * FULL_WELL + READ_NOISE * READ_NOISE) / FULL_WELL * grain[i, c]
            step = int(scale * math.sqrt(min(max(light, 0.0), CURVE_TOP)))
            out[i, c] = np.uint8(FILM[step] + 0.5)
