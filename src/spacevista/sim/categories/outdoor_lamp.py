"""Street lamp: a tapered pole on a base, an arm, a flat lamp head; or a lantern on a short pole."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered
from spacevista.sim.shapes import cylinder, lathe, moved, settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "street lamp"
# Lighting columns (EN 40-2): 3-5 m for paths, 5-8 m for side roads; arms 0.5-1.5 m.
LANTERN_HEIGHT_M = (3.2, 4.5)
COLUMN_HEIGHT_M = (5.0, 8.0)


def build(rng: np.random.Generator) -> Shape:
    """Draw a street lamp; its arm points to +x."""
    mesh = _lantern(rng) if rng.random() < 0.4 else _column(rng)
    paint = Material(choice(rng, ((0.30, 0.31, 0.32), (0.05, 0.09, 0.07), (0.06, 0.06, 0.06))), gloss=0.5)
    return Shape(settled(mesh), (paint, Material((0.90, 0.88, 0.75), gloss=0.6)))


def _column(rng: np.random.Generator) -> Mesh:
    height, arm = rng.uniform(*COLUMN_HEIGHT_M), rng.uniform(0.6, 1.5)
    pole = [(0, 0), (0.13, 0), (0.12, 0.9), (0.075, 1.0), (0.045, height - 0.15), (0, height - 0.15)]
    bend = [(0, 0, height - 0.25), (0.08, 0, height - 0.1), (0.3, 0, height - 0.03), (arm, 0, height)]
    head = tapered(((0, 0.75), (-0.16, 0.16)), ((0.08, 0.6), (-0.09, 0.09)), (0, 0.11))
    glass = block((0.06, 0.7), (-0.13, 0.13), (-0.03, 0.0), 1)
    return union(lathe(pole, 20), sweep(bend, 0.035), moved(union(head, glass), (arm - 0.1, 0, height - 0.03)))


def _lantern(rng: np.random.Generator) -> Mesh:
    height = rng.uniform(*LANTERN_HEIGHT_M)
    top = height - 0.75
    pole = [(0, 0), (0.16, 0), (0.15, 0.25), (0.08, 0.4), (0.06, 0.9), (0.045, top), (0, top)]
    low, high = ((-0.10, 0.10), (-0.10, 0.10)), ((-0.19, 0.19), (-0.19, 0.19))
    peak = ((-0.02, 0.02), (-0.02, 0.02))
    wide = ((-0.24, 0.24), (-0.24, 0.24))
    return union(
        lathe(pole, 20),
        moved(tapered(low, high, (0, 0.45), 1), (0, 0, top)),
        moved(tapered(wide, peak, (0, 0.22)), (0, 0, top + 0.45)),
        moved(cylinder(0.035, 0.12, 16), (0, 0, top + 0.63)),
        moved(cylinder(0.13, 0.04, 20), (0, 0, top - 0.02)),
    )
