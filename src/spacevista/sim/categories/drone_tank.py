"""Storage tank: an upright steel tank with rings, a shallow roof, a stair that winds around it and a low rail."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "storage tank"
# Flat-bottomed tanks (API 650 tables): 6-36 m across, 5-16 m high, shell courses of 1.8-2.4 m.
ACROSS_M = (6.0, 36.0)
HEIGHT_M = (5.0, 16.0)
COURSE_M = 2.0
WALL, ROOF, IRON = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a tank."""
    radius = math.exp(rng.uniform(math.log(ACROSS_M[0]), math.log(ACROSS_M[1]))) / 2
    height = float(np.clip(rng.uniform(0.5, 0.9) * 2 * radius, *HEIGHT_M))
    rise = 0.05 * radius + 0.2
    shell = height - rise
    profile: list[tuple[float, float]] = [(0, 0), (radius, 0)]
    for z in np.arange(COURSE_M, shell - 0.3, COURSE_M).tolist():
        profile += [(radius, z - 0.05), (radius + 0.05, z - 0.05), (radius + 0.05, z + 0.05), (radius, z + 0.05)]
    profile += [(radius, shell), (0.35 * radius, height - 0.1 * rise), (0, height)]
    materials = [WALL] * (len(profile) - 3) + [ROOF, ROOF]
    parts: list[Mesh] = [lathe(profile, 64, materials), *_stair(radius, shell)]
    for k in range(3):
        hatch = moved(block((-0.45, 0.45), (-0.45, 0.45), (-0.4, 0.35), IRON), (0.6 * radius, 0, shell + 0.5 * rise))
        parts.append(rotated(hatch, (0, 0, 1), 120.0 * k))
    paint = choice(rng, ((0.72, 0.72, 0.70), (0.62, 0.60, 0.50), (0.35, 0.42, 0.40), (0.55, 0.56, 0.58)))
    rough = (0.9 * paint[0], 0.9 * paint[1], 0.88 * paint[2])
    wall = Material(paint, rough, Texture.NOISE, texture_m=3.0, gloss=0.3)
    return Shape(
        settled(union(*parts)),
        (wall, Material(rough, paint, Texture.NOISE, 2.0, 0.2), Material((0.25, 0.26, 0.27), gloss=0.3)),
    )


def _stair(radius: float, shell: float) -> list[Mesh]:
    """Return treads up the wall, 38 degrees steep, and the platform where they end."""
    count = max(8, round(shell / 0.5))
    turn = math.degrees(shell / math.tan(math.radians(38)) / (radius + 0.45))
    parts = []
    for i in range(count):
        tread = block((radius - 0.05, radius + 0.9), (-0.4, 0.4), (0, 0.12), IRON)
        parts.append(moved(rotated(tread, (0, 0, 1), turn * i / count), (0, 0, shell * (i + 1) / count - 0.12)))
    return parts
