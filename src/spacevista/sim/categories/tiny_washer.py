"""Plain washers, ISO 7089, M1.6 to M16."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, COPPER, STEEL
from spacevista.sim.shapes import lathe

NAME = "washer"

# Hole, outer diameter, thickness in mm (ISO 7089).
SIZES_MM = (
    (1.7, 4.0, 0.3),
    (2.2, 5.0, 0.3),
    (2.7, 6.0, 0.5),
    (3.2, 7.0, 0.5),
    (4.3, 9.0, 0.8),
    (5.3, 10.0, 1.0),
    (6.4, 12.0, 1.6),
    (8.4, 16.0, 1.6),
    (10.5, 20.0, 2.0),
    (13.0, 24.0, 2.5),
    (17.0, 30.0, 3.0),
)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a washer lying flat, its diameter within `longest_m`; None if no standard size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size[1] * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    return _washer(rng, stock[int(rng.integers(len(stock)))])


def around(rng: np.random.Generator, thread_m: float) -> Shape:
    """Build the washer for a thread: the narrowest that goes over it, or the next one."""
    wide = [size for size in SIZES_MM if size[0] * 1e-3 > 1.03 * thread_m]
    return _washer(rng, wide[int(rng.integers(min(2, len(wide))))])


def _washer(rng: np.random.Generator, size_mm: tuple[float, float, float]) -> Shape:
    hole, outer, height = (x * 1e-3 for x in size_mm)
    edge = 0.15 * height
    profile = [
        (hole / 2, 0),
        (outer / 2 - edge, 0),
        (outer / 2, edge),
        (outer / 2, height - edge),
        (outer / 2 - edge, height),
        (hole / 2, height),
    ]
    return Shape(lathe(profile, 72), ((STEEL, STEEL, BRASS, COPPER)[int(rng.integers(4))],))
