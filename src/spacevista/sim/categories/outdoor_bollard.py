"""Bollard: a short post with a ring or a rounded cap and a reflecting band."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import lathe, settled
from spacevista.sim.world import Material

CATEGORY = "bollard"
# Steel and cast-iron bollards: 0.9-1.1 m high, 0.14-0.27 m across (makers' data).
HEIGHT_M = (0.9, 1.1)
ACROSS_M = (0.14, 0.27)


def build(rng: np.random.Generator) -> Shape:
    """Draw a bollard."""
    height, radius = rng.uniform(*HEIGHT_M), rng.uniform(*ACROSS_M) / 2
    foot, neck = 1.0 * radius, 0.78 * radius
    band = (0.72 * height, 0.82 * height)
    profile = [(0, 0), (foot, 0), (foot, 0.10), (neck, 0.14), (neck, band[0]), (neck + 0.004, band[0])]
    profile += [(neck + 0.004, band[1]), (neck, band[1]), (neck, 0.87 * height), (0.95 * radius, 0.89 * height)]
    profile += [(0.95 * radius, 0.93 * height), (0.75 * radius, 0.975 * height), (0.4 * radius, height), (0, height)]
    paint = choice(rng, ((0.05, 0.06, 0.06), (0.28, 0.29, 0.30), (0.35, 0.04, 0.03), (0.05, 0.14, 0.08)))
    reflecting = (0.80, 0.80, 0.78) if rng.random() < 0.6 else (0.75, 0.50, 0.04)
    stretches = [0] * 5 + [1] + [0] * 7
    return Shape(settled(lathe(profile, 28, stretches)), (Material(paint, gloss=0.4), Material(reflecting, gloss=0.5)))
