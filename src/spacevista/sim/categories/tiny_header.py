"""Pin headers with two rows of pins, pitch 2.54 mm: square pins of 0.64 mm that stand 6 mm over a black base."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, MOULDED_BLACK
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import union
from spacevista.sim.world import Mesh

NAME = "pin header"
PITCH_M = 2.54e-3
PIN_M = 0.64e-3
BASE_M = 2.5e-3  # height
PIN_HEIGHT_M = 6.0e-3  # over the base
COLUMNS = (2, 3, 4, 5, 6, 8, 10, 12, 16)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a header standing on its base, its longest side within `longest_m`; None if no number of pins is."""
    stock = [n for n in COLUMNS if longest_m[0] <= max(n * PITCH_M, BASE_M + PIN_HEIGHT_M) <= longest_m[1]]
    if not stock:
        return None
    return of_columns(stock[int(rng.integers(len(stock)))])


def of_columns(columns: int) -> Shape:
    """Build a header with two rows of `columns` pins along x, its middle at x = y = 0."""
    half = PITCH_M / 2
    cells, pins = [], []
    for i in range(columns):
        x = (i - (columns - 1) / 2) * PITCH_M
        # Each pin pair sits in a cell with notches to its neighbours.
        cells.append(block((x - half, x + half), (-0.8 * PITCH_M, 0.8 * PITCH_M), (0, BASE_M)))
        cells.append(block((x - 0.7 * half, x + 0.7 * half), (-PITCH_M, PITCH_M), (0, BASE_M)))
        pins += [_pin(x, side * half) for side in (-1, 1)]
    return Shape(union(*cells, *pins), (MOULDED_BLACK, BRASS))


def _pin(x: float, y: float) -> Mesh:
    a, b = PIN_M / 2, 0.25 * PIN_M
    top, tip = BASE_M + PIN_HEIGHT_M, 0.8e-3
    shaft = block((x - a, x + a), (y - a, y + a), (0.5 * BASE_M, top - tip), 1)
    point = tapered(((x - a, x + a), (y - a, y + a)), ((x - b, x + b), (y - b, y + b)), (top - tip, top), 1)
    return union(shaft, point)
