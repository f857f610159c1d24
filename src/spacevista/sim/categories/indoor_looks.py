"""Materials of furniture: linear RGB, patterns with their physical period."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.solids import choice
from spacevista.sim.world import Material, Texture

WOODS = ((0.35, 0.19, 0.08), (0.50, 0.31, 0.15), (0.18, 0.09, 0.045), (0.60, 0.44, 0.26))
CLOTHS = ((0.10, 0.16, 0.32), (0.40, 0.09, 0.08), (0.22, 0.30, 0.20), (0.45, 0.40, 0.33), (0.14, 0.14, 0.16))
METALS = ((0.55, 0.55, 0.56), (0.08, 0.08, 0.085))


def wood(rng: np.random.Generator) -> Material:
    """Return a wood; year rings 6 to 15 mm apart, as in sawn furniture boards."""
    color = choice(rng, WOODS)
    dark = (color[0] * 0.6, color[1] * 0.55, color[2] * 0.5)
    return Material(color, dark, Texture.WOOD, texture_m=float(rng.uniform(0.006, 0.015)), gloss=0.25)


def cloth(rng: np.random.Generator) -> Material:
    """Return an upholstery fabric; threads 1.5 to 4 mm apart."""
    color = choice(rng, CLOTHS)
    dark = (color[0] * 0.7, color[1] * 0.7, color[2] * 0.7)
    return Material(color, dark, Texture.CLOTH, texture_m=float(rng.uniform(0.0015, 0.004)), gloss=0.05)


def linen(rng: np.random.Generator) -> Material:
    """Return a pale bed linen."""
    color = choice(rng, ((0.80, 0.80, 0.78), (0.62, 0.70, 0.78), (0.78, 0.68, 0.62)))
    return Material(color, (0.7, 0.7, 0.7), Texture.CLOTH, texture_m=0.001, gloss=0.05)


def metal(rng: np.random.Generator) -> Material:
    """Return brushed steel or black lacquer."""
    return Material(choice(rng, METALS), (0.4, 0.4, 0.4), Texture.METAL, texture_m=0.002, gloss=0.7)


def lacquer(rng: np.random.Generator) -> Material:
    """Return a painted front: white, cream, grey or blue green."""
    color = choice(rng, ((0.80, 0.80, 0.78), (0.72, 0.66, 0.52), (0.30, 0.31, 0.32), (0.20, 0.33, 0.34)))
    return Material(color, gloss=0.35)
