"""Bar magnets, one half red and the other blue, 4 to 50 mm long."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.glyphs import glyph
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import WHITE_INK
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import moved, union
from spacevista.sim.world import Material

NAME = "magnet"

# Length, width and height in mm as sold for schools and models.
SIZES_MM = ((4.5, 3.2, 3.2), (8.0, 5.0, 5.0), (12.0, 7.0, 7.0), (16.0, 9.0, 9.0), (20.0, 10.0, 10.0),
            (30.0, 15.0, 15.0), (40.0, 20.0, 20.0), (50.0, 20.0, 20.0))  # fmt: skip
RED, BLUE = Material((0.60, 0.03, 0.03), gloss=0.5), Material((0.03, 0.08, 0.45), gloss=0.5)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a magnet lying along x, its length within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size[0] * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    x, y, z = (0.5e-3 * v for v in stock[int(rng.integers(len(stock)))])
    halves = [block((-x, 0), (-y, y), (0, 2 * z), 0), block((0, x), (-y, y), (0, 2 * z), 1)]
    letter = moved(glyph("S", 1.2 * y, 0.02 * z, 2), (-0.6 * x, 0, 2 * z))
    other = moved(glyph("N", 1.2 * y, 0.02 * z, 2), (0.6 * x, 0, 2 * z))
    return Shape(union(*halves, letter, other), (RED, BLUE, WHITE_INK))
