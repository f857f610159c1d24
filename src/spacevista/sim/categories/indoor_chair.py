"""Chair: four legs, a seat, a back of slats or a panel."""

import numpy as np

from spacevista.sim.categories.indoor_looks import cloth, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Mesh

CATEGORY = "chair"
# Dining chairs: seat height 0.42-0.48 m (EN 1729-1 size marks 5-6 and common makers' tables), seat 0.40-0.50 m wide,
# 0.40-0.48 m deep, top of the back 0.80-1.00 m.
SEAT_HEIGHT_M = (0.42, 0.48)
WIDTH_M = (0.40, 0.50)
DEPTH_M = (0.40, 0.48)
HEIGHT_M = (0.80, 1.00)


def build(rng: np.random.Generator) -> Shape:
    """Draw a chair; it faces +x."""
    seat_z, width = rng.uniform(*SEAT_HEIGHT_M), rng.uniform(*WIDTH_M)
    depth, height = rng.uniform(*DEPTH_M), rng.uniform(*HEIGHT_M)
    leg = rng.uniform(0.030, 0.042)
    thick = rng.uniform(0.02, 0.05)
    parts: list[Mesh] = []
    for side in (-1, 1):
        y = tuple(sorted((side * width / 2, side * (width / 2 - leg))))
        parts.append(block((depth / 2 - leg, depth / 2), (y[0], y[1]), (0, seat_z - thick)))
        parts.append(block((-depth / 2, -depth / 2 + leg), (y[0], y[1]), (0, height)))
        parts.append(block((-depth / 2, depth / 2), (y[0], y[1]), (seat_z - thick - 0.06, seat_z - thick)))
    edge = (-depth / 2, depth / 2), (-width / 2, width / 2)
    rounded = (-depth / 2 + 0.01, depth / 2 - 0.01), (-width / 2 + 0.01, width / 2 - 0.01)
    parts.append(tapered(edge, rounded, (seat_z - thick, seat_z), 1))
    parts += _back(rng, depth, width - 2 * leg, seat_z, height)
    return Shape(settled(union(*parts)), (wood(rng), cloth(rng) if rng.random() < 0.6 else wood(rng)))


def _back(rng: np.random.Generator, depth: float, inner: float, seat_z: float, height: float) -> list[Mesh]:
    x = (-depth / 2 + 0.006, -depth / 2 + 0.026)
    across = (-inner / 2, inner / 2)
    top = block(x, across, (height - 0.09, height - 0.01))
    if rng.random() < 0.5:
        return [top, block(x, across, (seat_z + 0.12, height - 0.11), 1)]
    low = block(x, across, (seat_z + 0.08, seat_z + 0.12))
    count = int(rng.integers(3, 6))
    centres = np.linspace(-inner / 2, inner / 2, count + 2)[1:-1]
    slats = [block(x, (c - 0.015, c + 0.015), (seat_z + 0.1, height - 0.05)) for c in centres.tolist()]
    return [top, low, *slats]
