"""Ceiling lamp: a canopy under the ceiling, a cord, and a shade like a bell."""

import math

import numpy as np

from spacevista.sim.categories.indoor_looks import metal
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import cylinder, ellipsoid, lathe, moved, settled, union
from spacevista.sim.world import Material

CATEGORY = "ceiling lamp"
# Pendant lamps: shades 0.28-0.50 m across, hanging 0.45-0.85 m below the ceiling (makers' catalogues).
SHADE_M = (0.28, 0.50)
DROP_M = (0.45, 0.85)


def build(rng: np.random.Generator) -> Shape:
    """Draw a lamp; its top, the upper side of the canopy, is what goes against the ceiling."""
    radius, drop = rng.uniform(*SHADE_M) / 2, rng.uniform(*DROP_M)
    tall = radius * rng.uniform(0.8, 1.2)
    turn = np.linspace(0, math.pi / 2, 12)
    outside = np.stack([radius * np.cos(turn), tall * np.sin(turn)], axis=1)
    outside[-1] = (0.03, tall)
    inside = outside[::-1] - (0.004, 0.004)
    inside[-1, 1] = 0.0
    shade = lathe(np.vstack([outside, inside]), 48, 0)
    mesh = union(
        shade,
        moved(cylinder(0.032, 0.05, 24, 1), (0, 0, tall - 0.02)),
        moved(cylinder(0.006, drop - tall - 0.03, 12, 1), (0, 0, tall + 0.02)),
        moved(cylinder(0.055, 0.025, 32, 1), (0, 0, drop - 0.025)),
        moved(ellipsoid((0.04, 0.04, 0.05), 20, 2), (0, 0, 0.35 * tall)),
    )
    bulb = Material((0.95, 0.93, 0.85), gloss=0.3)
    look = vivid(rng, gloss=0.5) if rng.random() < 0.6 else Material((0.76, 0.75, 0.72), gloss=0.4)
    return Shape(settled(mesh), (look, metal(rng), bulb))
