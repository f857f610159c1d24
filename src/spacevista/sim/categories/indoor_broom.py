"""Broom: a long stick in a block of bristles."""

import numpy as np

from spacevista.sim.categories.indoor_looks import wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import cylinder, moved, settled, union
from spacevista.sim.world import Material, Texture

CATEGORY = "broom"
# Brooms: 1.25-1.45 m long, heads 0.28-0.40 m wide, bristles 0.06-0.08 m long (makers' catalogues).
LENGTH_M = (1.25, 1.45)
HEAD_M = (0.28, 0.40)
STICK_M = 0.0125  # radius


def build(rng: np.random.Generator) -> Shape:
    """Draw a broom standing upright on its bristles, its head along y."""
    length, head, bristle = rng.uniform(*LENGTH_M), rng.uniform(*HEAD_M), rng.uniform(0.06, 0.08)
    y = head / 2
    brush = tapered(((-0.035, 0.035), (-y, y)), ((-0.025, 0.025), (-0.96 * y, 0.96 * y)), (0, bristle), 2)
    back = block((-0.03, 0.03), (-y, y), (bristle, bristle + 0.03), 1)
    collar = moved(cylinder(0.022, 0.06, 20, 1), (0, 0, bristle + 0.02))
    stick = moved(cylinder(STICK_M, length - bristle - 0.03, 20), (0, 0, bristle + 0.03))
    hair = Material((0.30, 0.20, 0.10), (0.16, 0.10, 0.05), Texture.STRIPES, texture_m=0.004, gloss=0.1)
    return Shape(settled(union(brush, back, collar, stick)), (wood(rng), vivid(rng, gloss=0.4), hair))
