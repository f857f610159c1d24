"""Table lamp: a turned foot, a stem and a shade."""

import numpy as np

from spacevista.sim.categories.indoor_looks import metal
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import ring_shade, scaled_colour
from spacevista.sim.shapes import cylinder, ellipsoid, lathe, moved, settled, union
from spacevista.sim.world import Material

CATEGORY = "table lamp"
# Table lamps: 0.35-0.60 m high, shades 0.20-0.34 m across (makers' catalogues).
HEIGHT_M = (0.35, 0.60)
SHADE_M = (0.20, 0.34)


def build(rng: np.random.Generator) -> Shape:
    """Draw a table lamp."""
    height, shade = rng.uniform(*HEIGHT_M), rng.uniform(*SHADE_M) / 2
    tall = rng.uniform(0.36, 0.44) * height
    foot = rng.uniform(0.55, 0.7) * shade
    belly = height - tall - 0.02
    profile = [(0, 0), (foot, 0), (foot, 0.015), (0.35 * foot, 0.03), (0.8 * foot, 0.45 * belly), (0.2 * foot, belly)]
    mesh = union(
        lathe([*profile, (0, belly)], 36),
        moved(cylinder(0.008, 0.6 * tall, 16, 1), (0, 0, belly - 0.005)),
        moved(ring_shade(shade, shade * rng.uniform(0.55, 0.85), tall, 0.003, 2), (0, 0, height - tall)),
        moved(ellipsoid((0.028, 0.028, 0.038), 20, 3), (0, 0, belly + 0.35 * tall)),
    )
    paper = Material(scaled_colour(rng, (0.85, 0.78, 0.60)), gloss=0.05)
    bulb = Material((0.95, 0.93, 0.85), gloss=0.3)
    return Shape(settled(mesh), (vivid(rng, gloss=0.6), metal(rng), paper, bulb))
