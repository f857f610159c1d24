"""Shirt and coat buttons with four holes, 9 to 28 mm across; doll's buttons of 4 to 6 mm."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import circle, extrude, lathe, moved, union
from spacevista.sim.world import Material

NAME = "button"

# Diameters in mm: 1 line is 1/40 inch; lines 14, 16, 18, 20, 24, 28, 32, 36, 44 as sold, and doll's buttons.
SIZES_MM = (4.0, 5.0, 6.0, 8.9, 10.2, 11.4, 12.7, 15.2, 17.8, 20.3, 22.9, 27.9)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a button lying flat, its diameter within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    radius = stock[int(rng.integers(len(stock)))] * 0.5e-3
    thick, floor = 0.28 * radius, 0.16 * radius
    inner = 0.72 * radius
    rim = lathe(
        [
            (inner, 0.02 * radius),
            (0.9 * radius, 0),
            (radius, 0.5 * thick),
            (0.93 * radius, 0.9 * thick),
            (0.84 * radius, thick),
            (inner, floor),
        ],
        48,
    )
    hole = 0.115 * radius * circle(12)
    spots = [
        (0.24 * radius * math.cos(a), 0.24 * radius * math.sin(a)) for a in np.radians([45, 135, 225, 315]).tolist()
    ]
    plate = extrude(1.02 * inner * circle(48), floor - 0.02 * radius, [hole + spot for spot in _apart(spots)])
    look = vivid(rng, gloss=0.7) if rng.random() < 0.7 else Material((0.76, 0.74, 0.68), gloss=0.8)
    return Shape(union(rim, moved(plate, (0, 0, 0.02 * radius))), (look,))


def _apart(spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Shift the four places by a few parts in a million, so that no two holes lie on one line of the triangulation."""
    return [(x * (1 + 3e-6 * i), y * (1 + 7e-6 * i)) for i, (x, y) in enumerate(spots)]
