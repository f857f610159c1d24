"""Picnic table: a table top and two benches of planks on crossed legs."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.shapes import moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "picnic table"
# Park furniture: 1.6-2.0 m long, 1.45-1.60 m over the benches, top 0.72-0.78 m and benches 0.42-0.46 m high.
LENGTH_M = (1.6, 2.0)
WIDTH_M = (1.45, 1.60)
TOP_M = (0.72, 0.78)
SEAT_M = (0.42, 0.46)


def build(rng: np.random.Generator) -> Shape:
    """Draw a table along x, its benches on both sides."""
    length, width, top, seat = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(*TOP_M), rng.uniform(*SEAT_M)
    along = (-length / 2, length / 2)
    planks = [(i - 2.5) * 0.125 for i in range(6)]
    parts: list[Mesh] = [block(along, (y - 0.058, y + 0.058), (top - 0.04, top)) for y in planks]
    for side in (-1, 1):
        for i in range(2):
            y = side * (width / 2 - 0.06 - 0.125 * i)
            parts.append(block(along, (y - 0.058, y + 0.058), (seat - 0.04, seat)))
    lean = [(0.62, 0), (0.72, 0), (0.30, top - 0.04), (0.20, top - 0.04)]
    for x in (-0.36 * length, 0.36 * length):
        for side in (-1, 1):
            leg = rotated(upright_prism([(side * y, z) for y, z in lean], (-0.022, 0.022)), (0, 0, 1), 90)
            parts.append(moved(leg, (x, 0, 0)))
        parts.append(block((x + 0.022, x + 0.06), (-width / 2 + 0.02, width / 2 - 0.02), (seat - 0.13, seat - 0.04)))
        parts.append(block((x + 0.022, x + 0.06), (-0.36, 0.36), (top - 0.13, top - 0.04)))
    brown = choice(rng, ((0.40, 0.24, 0.11), (0.30, 0.22, 0.14), (0.48, 0.33, 0.18)))
    dark = (0.6 * brown[0], 0.6 * brown[1], 0.6 * brown[2])
    return Shape(settled(union(*parts)), (Material(brown, dark, Texture.WOOD, texture_m=0.012, gloss=0.1),))
