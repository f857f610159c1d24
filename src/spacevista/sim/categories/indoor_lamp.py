"""Floor lamp: a round foot, a thin pole, a shade."""

import numpy as np

from spacevista.sim.categories.indoor_looks import metal
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import ring_shade, scaled_colour
from spacevista.sim.shapes import cylinder, ellipsoid, moved, settled, union
from spacevista.sim.world import Material

CATEGORY = "floor lamp"
# Floor lamps with a shade: 1.35-1.75 m high, shade 0.30-0.50 m across, foot 0.24-0.32 m across (makers' catalogues).
HEIGHT_M = (1.35, 1.75)
SHADE_M = (0.30, 0.50)
FOOT_M = (0.24, 0.32)


def build(rng: np.random.Generator) -> Shape:
    """Draw a floor lamp."""
    height, shade, foot = rng.uniform(*HEIGHT_M), rng.uniform(*SHADE_M), rng.uniform(*FOOT_M)
    tall = rng.uniform(0.22, 0.32)
    radius = shade / 2
    mesh = union(
        cylinder(foot / 2, 0.025),
        moved(cylinder(0.013, height - 0.5 * tall, 16), (0, 0, 0.0)),
        moved(ring_shade(radius, radius * rng.uniform(0.55, 1.0), tall, 0.004, 1), (0, 0, height - tall)),
        moved(ellipsoid((0.035, 0.035, 0.045), 24, 2), (0, 0, height - 0.6 * tall)),
    )
    paper = Material(scaled_colour(rng, (0.85, 0.76, 0.55)), gloss=0.05)
    return Shape(settled(mesh), (metal(rng), paper, Material((0.95, 0.93, 0.85), gloss=0.3)))
