"""Swimming pool: blue water with dark lanes between pale edges, starting blocks at one end."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "swimming pool"
# Garden pools 7-12 x 3.5-5 m; public pools 25 m x 10-16 m with lanes of 2.0-2.5 m (rules of swimming). Edges here are
# raised 0.25-0.4 m, with a deck 1.0-2.0 m wide.
GARDEN_M = ((7.0, 12.0), (3.5, 5.0))
PUBLIC_M = ((25.0, 25.0), (10.0, 16.0))
DECK_M = (1.0, 2.0)
RISE_M = (0.25, 0.40)
WATER, DECK, LANE, STEEL = range(4)


def build(rng: np.random.Generator) -> Shape:
    """Draw a pool; its length is along x."""
    public = rng.random() < 0.5
    length, width = (rng.uniform(*span) for span in (PUBLIC_M if public else GARDEN_M))
    deck, rise = rng.uniform(*DECK_M), rng.uniform(*RISE_M)
    x, y = length / 2, width / 2
    parts: list[Mesh] = [block((-x, x), (-y, y), (0, 0.6 * rise), WATER)]
    for side in (-1, 1):
        ends = sorted((side * x, side * (x + deck)))
        parts.append(block((ends[0], ends[1]), (-y - deck, y + deck), (0, rise), DECK))
        sides = sorted((side * y, side * (y + deck)))
        parts.append(block((-x, x), (sides[0], sides[1]), (0, rise), DECK))
    lanes = max(2, round(width / 2.3)) if public else 0
    for i in range(lanes):
        at = -y + (i + 0.5) * width / lanes
        parts.append(block((-x + 2, x - 2), (at - 0.13, at + 0.13), (0.1, 0.6 * rise + 0.004), LANE))
        parts.append(block((-x - 0.75, -x - 0.15), (at - 0.3, at + 0.3), (rise, rise + 0.5), STEEL))
    if not public:
        parts += [block((x - 0.1, x + 0.5), (at - 0.04, at + 0.04), (rise, rise + 0.6), STEEL) for at in (-0.3, 0.3)]
    water = Material((0.04, 0.36, 0.48), (0.07, 0.42, 0.54), Texture.NOISE, texture_m=0.8, gloss=0.9)
    paving = Material((0.62, 0.60, 0.54), (0.45, 0.43, 0.39), Texture.TILES, texture_m=0.4, gloss=0.1)
    return Shape(
        settled(union(*parts)),
        (water, paving, Material((0.03, 0.10, 0.25), gloss=0.7), Material((0.75, 0.76, 0.77), gloss=0.5)),
    )
