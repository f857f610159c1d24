"""Bed: a frame with a headboard, a mattress, pillows and a folded-back duvet."""

import numpy as np

from spacevista.sim.categories.indoor_looks import cloth, linen, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import ellipsoid, moved, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "bed"
# Mattresses 0.9, 1.2, 1.4, 1.6 or 1.8 m x 2.0 m (EN 1334); frame 3-6 cm wider; headboard 0.75-1.1 m high.
MATTRESS_WIDTHS_M = (0.9, 1.2, 1.4, 1.6, 1.8)
LENGTH_M = 2.0
HEADBOARD_M = (0.75, 1.1)


def build(rng: np.random.Generator) -> Shape:
    """Draw a bed; its foot is towards +x."""
    width = float(rng.choice(MATTRESS_WIDTHS_M))
    rim, board, head = rng.uniform(0.02, 0.04), rng.uniform(0.04, 0.06), rng.uniform(*HEADBOARD_M)
    top, mattress = rng.uniform(0.28, 0.34), rng.uniform(0.18, 0.24)
    x, y = (-LENGTH_M / 2, LENGTH_M / 2), (-width / 2, width / 2)
    outer_x, outer_y = (x[0] - rim, x[1] + rim), (y[0] - rim, y[1] + rim)
    parts: list[Mesh] = [
        block(outer_x, outer_y, (0.14, top)),
        block((outer_x[0] - board, outer_x[0]), outer_y, (0, head)),
        tapered((x, y), ((x[0] + 0.02, x[1] - 0.02), (y[0] + 0.02, y[1] - 0.02)), (top, top + mattress), 1),
    ]
    for leg_x in (outer_x[0] + 0.05, outer_x[1] - 0.12):
        for leg_y in (outer_y[0] + 0.02, outer_y[1] - 0.09):
            parts.append(block((leg_x, leg_x + 0.07), (leg_y, leg_y + 0.07), (0, 0.14)))
    surface = top + mattress
    duvet_x = (x[0] + 0.62, x[1] + 0.01)
    parts.append(
        tapered(
            (duvet_x, y),
            ((duvet_x[0] + 0.03, duvet_x[1] - 0.05), (y[0] + 0.04, y[1] - 0.04)),
            (surface - 0.01, surface + 0.07),
            2,
        )
    )
    parts.append(block((duvet_x[0], duvet_x[0] + 0.22), (y[0] + 0.01, y[1] - 0.01), (surface, surface + 0.085), 3))
    count = 1 if width < 1.3 else 2
    for i in range(count):
        centre = (i - (count - 1) / 2) * width / 2
        pillow = ellipsoid((0.22, min(0.36, 0.42 * width / count), 0.075), 32, 3)
        parts.append(moved(pillow, (x[0] + 0.3, centre, surface - 0.015)))
    return Shape(settled(union(*parts)), (wood(rng), Material((0.75, 0.74, 0.70), gloss=0.05), cloth(rng), linen(rng)))
