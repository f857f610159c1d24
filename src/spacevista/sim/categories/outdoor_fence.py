"""Fence: a straight run of pickets with pointed tops on two rails between posts."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.shapes import moved, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "fence"
# Picket fences: 0.9-1.4 m high, pickets 70-95 mm wide with gaps of 40-70 mm, posts every 1.8-2.4 m; here 2-3 bays.
HEIGHT_M = (0.9, 1.4)
BAY_M = (1.8, 2.4)
BAYS = (2, 3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a fence along x; the pickets are on its -y side."""
    height, bay, bays = rng.uniform(*HEIGHT_M), rng.uniform(*BAY_M), int(rng.choice(BAYS))
    wide, gap = rng.uniform(0.070, 0.095), rng.uniform(0.040, 0.070)
    length = bays * bay
    parts: list[Mesh] = []
    for i in range(bays + 1):
        x = i * bay - length / 2
        parts.append(block((x - 0.05, x + 0.05), (0.03, 0.13), (0, height + 0.08)))
    for z in (0.22 * height, 0.75 * height):
        parts.append(block((-length / 2, length / 2), (0.0, 0.045), (z, z + 0.07)))
    count = math.floor((length + gap) / (wide + gap))
    start = -(count * (wide + gap) - gap) / 2
    outline = [(-wide / 2, 0.06), (wide / 2, 0.06), (wide / 2, height - 0.06), (0, height), (-wide / 2, height - 0.06)]
    picket = upright_prism(outline, (-0.02, 0.0))
    parts += [moved(picket, (start + wide / 2 + i * (wide + gap), 0, 0)) for i in range(count)]
    paint = choice(rng, ((0.75, 0.75, 0.73), (0.30, 0.18, 0.09), (0.12, 0.20, 0.12), (0.45, 0.40, 0.34)))
    dark = (paint[0] * 0.7, paint[1] * 0.7, paint[2] * 0.7)
    return Shape(settled(union(*parts)), (Material(paint, dark, Texture.WOOD, texture_m=0.012, gloss=0.15),))
