"""Fountain: a basin of stone with water, a column and an upper bowl from which water falls."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import lathe, settled, union
from spacevista.sim.world import Material, Texture

CATEGORY = "fountain"
# Town fountains: basins 2.4-4.5 m across with a wall 0.5-0.7 m high, bowls at 1.3-1.9 m.
ACROSS_M = (2.4, 4.5)
WALL_M = (0.5, 0.7)
BOWL_M = (1.3, 1.9)
STONE, WATER = range(2)


def build(rng: np.random.Generator) -> Shape:
    """Draw a fountain."""
    radius, wall, bowl = rng.uniform(*ACROSS_M) / 2, rng.uniform(*WALL_M), rng.uniform(*BOWL_M)
    sides, level = (8 if rng.random() < 0.5 else 48), wall - 0.12
    basin = [
        (0, 0),
        (radius, 0),
        (radius, 0.08),
        (0.97 * radius, 0.10),
        (0.97 * radius, wall - 0.10),
        (radius, wall - 0.08),
    ]
    basin += [(radius, wall), (0.90 * radius, wall), (0.90 * radius, level), (0, level)]
    wide = 0.42 * radius
    column = [(0, 0.1), (0.30, 0.1), (0.30, level + 0.15), (0.16, level + 0.25), (0.13, bowl - 0.25), (0.2, bowl - 0.2)]
    column += [(wide, bowl - 0.02), (wide, bowl + 0.03), (wide - 0.06, bowl + 0.03), (wide - 0.10, bowl - 0.02)]
    column += [(0.07, bowl - 0.02), (0.06, bowl + 0.35), (0, bowl + 0.40)]
    materials = [STONE] * 9 + [WATER] + [STONE] * 2
    mesh = union(lathe(basin, sides, [STONE] * 8 + [WATER]), lathe(column, 36, materials))
    stone = choice(rng, ((0.45, 0.43, 0.39), (0.52, 0.45, 0.34), (0.36, 0.36, 0.36)))
    rough = (0.75 * stone[0], 0.75 * stone[1], 0.75 * stone[2])
    looks = (
        Material(stone, rough, Texture.NOISE, texture_m=0.2, gloss=0.05),
        Material((0.04, 0.14, 0.18), (0.07, 0.20, 0.24), Texture.NOISE, texture_m=0.25, gloss=0.9),
    )
    return Shape(settled(mesh), looks)
