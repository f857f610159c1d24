"""Plates: dessert plates of 160 to 200 mm, dinner plates of 230 to 270 mm across."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material

NAME = "plate"
DIAMETERS_M = ((0.16, 0.20), (0.23, 0.27))
HEIGHT_PART = (0.09, 0.12)  # of the diameter


def build(rng: np.random.Generator) -> Shape:
    """Build a plate: a foot ring, a level well, a rim that rises outwards."""
    return of_diameter(rng, float(rng.uniform(*DIAMETERS_M[int(rng.integers(2))])))


def of_diameter(rng: np.random.Generator, diameter_m: float) -> Shape:
    """Build a plate of a stated diameter."""
    radius, height = diameter_m / 2, diameter_m * float(rng.uniform(*HEIGHT_PART))
    foot, well = 0.56 * radius, 0.62 * radius
    profile = [
        (0, 0.003),
        (foot - 0.005, 0.003),
        (foot - 0.004, 0),
        (foot, 0),
        (foot + 0.001, 0.003),
        (0.72 * radius, 0.45 * height),
        (radius - 0.002, height - 0.003),
        (radius, height - 0.001),
        (radius - 0.002, height),
        (0.93 * radius, 0.93 * height),
        (0.74 * radius, 0.45 * height + 0.004),
        (well, 0.0085),
        (0.9 * well, 0.0075),
        (0, 0.0075),
    ]
    white = Material((0.80, 0.79, 0.75), gloss=0.75)
    color = vivid(rng, gloss=0.7)
    schemes = ((white, white, white), (white, color, white), (color, white, color), (white, color, color))
    materials = [0] * 8 + [1] + [2] * 4
    return Shape(lathe(profile, 72, materials), schemes[int(rng.integers(4))])
