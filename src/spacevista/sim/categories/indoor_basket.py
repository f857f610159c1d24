"""Basket: a woven laundry or toy basket, open above, wider at its rim."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material, Texture

CATEGORY = "basket"
# Laundry and toy baskets: 0.38-0.50 m across the rim, 0.26-0.48 m high (makers' catalogues).
RIM_M = (0.38, 0.50)
HEIGHT_M = (0.26, 0.48)
WALL_M = 0.012
FLOOR_M = 0.015
WICKERS = ((0.45, 0.30, 0.15), (0.60, 0.48, 0.30), (0.62, 0.60, 0.55), (0.25, 0.16, 0.09))


def build(rng: np.random.Generator) -> Shape:
    """Draw an empty basket."""
    rim, height = rng.uniform(*RIM_M) / 2, rng.uniform(*HEIGHT_M)
    foot = rim * rng.uniform(0.76, 0.88)
    profile = [
        (0, 0),
        (foot, 0),
        (rim - 0.012, height - 0.03),
        (rim, height - 0.03),
        (rim, height),
        (rim - 0.012 - WALL_M, height),
        (foot - WALL_M, FLOOR_M),
        (0, FLOOR_M),
    ]
    color = choice(rng, WICKERS)
    dark = (0.5 * color[0], 0.45 * color[1], 0.4 * color[2])
    wicker = Material(color, dark, Texture.CLOTH, texture_m=0.035, gloss=0.1)
    edge = Material((0.8 * color[0], 0.8 * color[1], 0.8 * color[2]), dark, Texture.CLOTH, texture_m=0.012, gloss=0.1)
    return Shape(lathe(profile, 48, [0, 0, 1, 1, 1, 0, 0]), (wicker, edge))
