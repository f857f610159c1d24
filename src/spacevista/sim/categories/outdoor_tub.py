"""Flower tub: a tapered tub of concrete or wood with earth, leaves and blossoms."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import blob, choice
from spacevista.sim.shapes import ellipsoid, lathe, moved, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "flower tub"
# Planters of town squares: 0.7-1.2 m across, 0.45-0.65 m high (makers' data); flowers stand 0.25-0.45 m above.
ACROSS_M = (0.7, 1.2)
TUB_M = (0.45, 0.65)
FLOWERS_M = (0.25, 0.45)
TUB, EARTH, LEAF, BLOSSOM = range(4)


def build(rng: np.random.Generator) -> Shape:
    """Draw a tub."""
    radius, tub, tall = rng.uniform(*ACROSS_M) / 2, rng.uniform(*TUB_M), rng.uniform(*FLOWERS_M)
    sides = 8 if rng.random() < 0.5 else 36
    profile = [(0, 0), (0.72 * radius, 0), (0.94 * radius, tub - 0.08), (radius, tub - 0.08), (radius, tub)]
    profile += [(0.88 * radius, tub), (0.86 * radius, tub - 0.06), (0, tub - 0.06)]
    parts: list[Mesh] = [lathe(profile, sides, [TUB] * 6 + [EARTH])]
    for i in range(9):
        angle, reach = 2.4 * i, 0.17 * radius * math.sqrt(i)
        size = rng.uniform(0.30, 0.38) * radius
        centre = (1.12 * reach * math.cos(angle), 1.12 * reach * math.sin(angle), tub + 0.25 * tall)
        parts.append(blob((size, size, 0.55 * tall), centre, 0.2, rng, LEAF))
    for i in range(34):
        angle, share = 2.4 * i, math.sqrt((i + 0.5) / 34)
        high = tub + 0.25 * tall + 0.55 * tall * math.sqrt(1 - 0.8 * share**2) - 0.02
        at = (0.72 * radius * share * math.cos(angle), 0.72 * radius * share * math.sin(angle), high)
        parts.append(moved(ellipsoid((0.045, 0.045, 0.035), 8, BLOSSOM), at))
    stone = choice(rng, ((0.48, 0.46, 0.42), (0.42, 0.20, 0.12), (0.30, 0.30, 0.30)))
    rough = (0.8 * stone[0], 0.8 * stone[1], 0.8 * stone[2])
    petals = choice(rng, ((0.65, 0.05, 0.08), (0.75, 0.55, 0.03), (0.50, 0.08, 0.45), (0.80, 0.78, 0.74)))
    looks = (
        Material(stone, rough, Texture.NOISE, texture_m=0.08, gloss=0.03),
        Material((0.08, 0.05, 0.03), (0.04, 0.03, 0.02), Texture.NOISE, texture_m=0.04, gloss=0.0),
        Material((0.11, 0.26, 0.06), (0.04, 0.12, 0.03), Texture.FOLIAGE, texture_m=0.05, gloss=0.05),
        Material(petals, gloss=0.1),
    )
    return Shape(settled(union(*parts)), looks)
