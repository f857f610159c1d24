"""Spoons: tea spoons of 130 to 150 mm and table spoons of 185 to 210 mm."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.cutlery import POLISHED, dished, handle, ribbon
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import moved, settled, union
from spacevista.sim.world import Mesh

NAME = "spoon"
LENGTHS_M = ((0.130, 0.150), (0.185, 0.210))
BOWL_PART = (0.32, 0.22)  # length and width of the bowl, as parts of the whole length
THICK_M = 0.0016


def build(rng: np.random.Generator) -> Shape:
    """Build a spoon lying on the table with its hollow up, the bowl towards -x."""
    return Shape(settled(_spoon(float(rng.uniform(*LENGTHS_M[int(rng.integers(2))])))), (POLISHED,))


def tea_spoon(rng: np.random.Generator) -> Shape:
    """Build a tea spoon, as it is put into a cup."""
    return Shape(settled(_spoon(float(rng.uniform(*LENGTHS_M[0])))), (POLISHED,))


def _spoon(length: float) -> Mesh:
    bowl, width = BOWL_PART[0] * length, BOWL_PART[1] * length
    depth = 0.24 * width
    start = -length / 2 + bowl
    dish = moved(dished(bowl, width, depth, THICK_M), (-length / 2 + bowl / 2, 0, 0))
    rise = depth + 0.04 * length
    neck = ribbon(
        [start - 0.003, start + 0.06 * length],
        [depth - THICK_M / 2, rise + THICK_M / 2],
        [0.35 * width, 0.007],
        THICK_M,
    )
    return union(dish, neck, handle((start + 0.055 * length, length / 2), (0.007, 0.45 * width), rise, 0.0022))
