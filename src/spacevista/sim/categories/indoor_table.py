"""Table: a top on four legs with an apron, or a round top on a pedestal."""

import numpy as np

from spacevista.sim.categories.indoor_looks import metal, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import cylinder, lathe, moved, settled, union
from spacevista.sim.world import Mesh

CATEGORY = "table"
# Dining tables: 0.72-0.76 m high (EN 527 and DIN 68878 give 0.72-0.75), 1.2-2.0 m x 0.75-1.0 m, or 0.9-1.3 m round.
HEIGHT_M = (0.72, 0.76)
LENGTH_M = (1.2, 2.0)
WIDTH_M = (0.75, 1.0)
DIAMETER_M = (0.9, 1.3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a table; its length is along x."""
    height, thick = rng.uniform(*HEIGHT_M), rng.uniform(0.022, 0.04)
    mesh = _round(rng, height, thick) if rng.random() < 0.25 else _oblong(rng, height, thick)
    return Shape(settled(mesh), (wood(rng), metal(rng) if rng.random() < 0.3 else wood(rng)))


def _oblong(rng: np.random.Generator, height: float, thick: float) -> Mesh:
    length, width, leg = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(0.05, 0.09)
    x, y = length / 2 - 0.03, width / 2 - 0.03  # the top stands over the frame by 3 cm
    parts = [block((-length / 2, length / 2), (-width / 2, width / 2), (height - thick, height))]
    for sx in (-1, 1):
        for sy in (-1, 1):
            centre = (sx * (x - leg / 2), sy * (y - leg / 2))
            parts.append(
                block(
                    (centre[0] - leg / 2, centre[0] + leg / 2),
                    (centre[1] - leg / 2, centre[1] + leg / 2),
                    (0, height - thick),
                    1,
                )
            )
        apron = (height - thick - 0.09, height - thick)
        parts.append(block((-x + leg, x - leg), (sx * (y - 0.02) - 0.01, sx * (y - 0.02) + 0.01), apron, 1))
        parts.append(block((sx * (x - 0.02) - 0.01, sx * (x - 0.02) + 0.01), (-y + leg, y - leg), apron, 1))
    return union(*parts)


def _round(rng: np.random.Generator, height: float, thick: float) -> Mesh:
    radius = rng.uniform(*DIAMETER_M) / 2
    foot = 0.6 * radius
    top = moved(cylinder(radius, thick), (0, 0, height - thick))
    profile = [(0, 0), (foot, 0), (foot, 0.03), (0.06, 0.08), (0.05, height - thick - 0.05), (0.2, height - thick)]
    return union(top, lathe([*profile, (0, height - thick)], 32, 1))
