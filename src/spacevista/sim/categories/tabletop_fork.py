"""Table forks: 180 to 210 mm long, a head of four tines 24 to 28 mm wide."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.cutlery import POLISHED, handle, ribbon
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import settled, union

NAME = "fork"
LENGTH_M = (0.180, 0.210)
WIDTH_M = (0.024, 0.028)
THICK_M = 0.0024
RISE_M = 0.014  # of the neck above the table
TINES = 4


def build(rng: np.random.Generator) -> Shape:
    """Build a fork lying on the table, its tines towards -x and curved up at their tips."""
    length, width = float(rng.uniform(*LENGTH_M)), float(rng.uniform(*WIDTH_M))
    neck, root, tip = -0.16 * length, -0.25 * length, -0.5 * length
    head = ribbon(
        [root, root + 0.4 * (neck - root), neck, neck + 0.06 * length],
        [0.004, 0.006, 0.011, RISE_M + THICK_M / 2],
        [width, width, 0.4 * width, 0.008],
        THICK_M,
    )
    along = np.linspace(tip, root + 0.004, 8)
    rise = 0.0012 + 0.010 * np.linspace(1, 0, 8) ** 2 + 0.0028 * np.linspace(0, 1, 8)
    tine = 0.62 * width / TINES
    tines = [
        ribbon(along, rise, np.linspace(0.6, 1.0, 8) * tine, THICK_M, y)
        for y in ((np.arange(TINES) - 1.5) * (width - tine) / (TINES - 1)).tolist()
    ]
    mesh = union(head, *tines, handle((neck + 0.05 * length, length / 2), (0.008, 0.021), RISE_M, THICK_M))
    return Shape(settled(mesh), (POLISHED,))
