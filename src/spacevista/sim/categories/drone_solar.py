"""Solar array: rows of tilted dark panels with pale frames on posts."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "solar array"
# Ground-mounted arrays: tables two modules high (3.4-4.4 m along the slope, modules 1.7-2.2 x 1.0-1.1 m), tilted
# 18-30 degrees, lower edge 0.6-0.9 m up, rows 5.5-9 m apart.
TABLE_M = (3.4, 4.4)
MODULE_M = 2.1  # two modules side by side, whose frames touch
LENGTH_M = (9.0, 48.0)
TILT_DEG = (18.0, 30.0)
ROWS = (2, 6)
PANEL, FRAME = range(2)


def build(rng: np.random.Generator) -> Shape:
    """Draw an array whose rows run along x and face -y."""
    deep, length, tilt = rng.uniform(*TABLE_M), rng.uniform(*LENGTH_M), math.radians(rng.uniform(*TILT_DEG))
    most = min(ROWS[1], 1 + round(length / 6))
    rows, pitch, low = int(rng.integers(ROWS[0], most + 1)), rng.uniform(1.6, 2.0) * deep, rng.uniform(0.6, 0.9)
    modules = max(4, round(length / MODULE_M))
    table = _table(modules * MODULE_M, deep, modules)
    parts: list[Mesh] = []
    for i in range(rows):
        y = (i - (rows - 1) / 2) * pitch
        parts.append(moved(rotated(table, (1, 0, 0), math.degrees(tilt)), (0, y, low)))
        for share in (0.25, 0.75):
            top = low + share * deep * math.sin(tilt) - 0.02
            foot = y + share * deep * math.cos(tilt)
            for x in np.linspace(-0.47, 0.47, max(3, modules // 4)).tolist():
                at = x * modules * MODULE_M
                parts.append(block((at - 0.05, at + 0.05), (foot - 0.05, foot + 0.05), (0, top), FRAME))
    cell = Material((0.010, 0.018, 0.060), (0.02, 0.035, 0.09), Texture.GRID, texture_m=0.16, gloss=0.85)
    return Shape(settled(union(*parts)), (cell, Material((0.55, 0.56, 0.57), gloss=0.4)))


def _table(length: float, deep: float, modules: int) -> Mesh:
    """Return a level table along x, from y = 0 to `deep`: modules two high in their frames."""
    x = length / 2
    parts = [block((-x, x), (0, deep), (0, 0.05), FRAME)]
    wide = length / modules
    for i in range(modules):
        for k in range(2):
            parts.append(
                block(
                    (-x + i * wide + 0.03, -x + (i + 1) * wide - 0.03),
                    ((k * deep / 2) + 0.04, (k + 1) * deep / 2 - 0.04),
                    (0.01, 0.055),
                    PANEL,
                )
            )
    return union(*parts)
