"""Silo: two to four round bins of ribbed steel with cone roofs, joined by a walkway on top."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import cylinder, lathe, moved, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "grain silo"
# Farm silos: bins 3.5-7.5 m across, walls 6-14 m high, roofs of 28-32 degrees (makers' data).
ACROSS_M = (3.5, 7.5)
WALL_M = (6.0, 14.0)
ROOF_DEG = (28.0, 32.0)
STEEL, ROOF, IRON = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a row of bins along x."""
    radius, wall, count = rng.uniform(*ACROSS_M) / 2, rng.uniform(*WALL_M), int(rng.integers(2, 5))
    peak = wall + radius * math.tan(math.radians(rng.uniform(*ROOF_DEG)))
    profile: list[tuple[float, float]] = [(0, 0), (1.02 * radius, 0), (1.02 * radius, 0.4)]
    for z in np.arange(0.4, wall - 1.0, 2.4).tolist():
        profile += [(radius, z + 0.02), (radius, z + 2.20), (1.02 * radius, z + 2.22), (1.02 * radius, z + 2.36)]
    profile += [(radius, wall + 0.9), (1.04 * radius, wall + 0.9)]
    lift = wall + 0.9
    top = peak - wall + lift
    profile += [(0.16 * radius, top), (0.16 * radius, top + 0.35), (0, top + 0.35)]
    one = lathe(profile, 32, [STEEL] * (len(profile) - 4) + [ROOF] * 3)
    pitch = 2.15 * radius
    places = [(i - (count - 1) / 2) * pitch for i in range(count)]
    parts: list[Mesh] = [moved(one, (x, 0, 0)) for x in places]
    parts.append(block((places[0], places[-1] + 0.6), (-0.45, 0.45), (top + 0.3, top + 0.5), IRON))
    leg = moved(cylinder(0.35, top + 0.9, 16, IRON), (places[-1] + 1.25 * radius, 0, 0))
    parts += [leg, block((places[-1], places[-1] + 1.25 * radius), (-0.3, 0.3), (top + 0.5, top + 0.8), IRON)]
    shade = choice(rng, ((0.55, 0.57, 0.58), (0.62, 0.62, 0.58), (0.40, 0.46, 0.42)))
    dark = (0.85 * shade[0], 0.85 * shade[1], 0.85 * shade[2])
    wall_look = Material(shade, dark, Texture.STRIPES, texture_m=0.3, gloss=0.4)
    return Shape(
        settled(union(*parts)), (wall_look, Material(dark, gloss=0.4), Material((0.35, 0.30, 0.12), gloss=0.3))
    )
