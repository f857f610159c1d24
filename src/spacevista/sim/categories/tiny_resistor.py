"""Resistors: axial ones with colour bands (IEC 60062) and cut leads, and chip resistors 0603 to 2512."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.glyphs import number
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, TIN, WHITE_INK, varied
from spacevista.sim.shapes import box, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material

NAME = "resistor"

# Body length and diameter, leads' diameter and length as cut, in mm (IEC 60115-1: 1/8, 1/4, 1/2, 1 and 2 W).
AXIAL_MM = (
    (3.2, 1.7, 0.45, 4.0),
    (6.3, 2.4, 0.6, 4.5),
    (9.0, 3.2, 0.65, 8.0),
    (11.5, 4.5, 0.8, 9.0),
    (15.5, 5.0, 0.8, 12.0),
)
# Length, width, height in mm (IEC 60115-8: 0603, 0805, 1206, 1210, 2010, 2512).
CHIP_MM = ((1.6, 0.8, 0.45), (2.0, 1.25, 0.5), (3.2, 1.6, 0.55), (3.2, 2.5, 0.55), (5.0, 2.5, 0.55), (6.3, 3.15, 0.55))
BANDS = ((0.01, 0.01, 0.01), (0.12, 0.05, 0.02), (0.50, 0.02, 0.02), (0.75, 0.22, 0.02), (0.75, 0.60, 0.04),
         (0.03, 0.25, 0.05), (0.03, 0.08, 0.45), (0.22, 0.05, 0.35))  # fmt: skip


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a resistor lying flat, its whole length within `longest_m`; None if no standard size is."""
    axial = [size for size in AXIAL_MM if longest_m[0] <= (size[0] + 2 * size[3]) * 1e-3 <= longest_m[1]]
    chips = [size for size in CHIP_MM if longest_m[0] <= size[0] * 1e-3 <= longest_m[1]]
    stock = axial or chips
    if not stock:
        return None
    size = stock[int(rng.integers(len(stock)))]
    return _axial(rng, *(1e-3 * v for v in size)) if axial else _chip(rng, *(1e-3 * v for v in size))


def _axial(rng: np.random.Generator, length: float, across: float, wire: float, lead: float) -> Shape:
    """A body that is thicker at both ends, three bands and a gold one."""
    radius, half = across / 2, length / 2
    bulge = [(0, 0), (0.55, 0.0), (0.85, 0.03), (1.0, 0.09), (1.0, 0.17), (0.86, 0.24)]
    marks = [0.30, 0.37, 0.44, 0.51, 0.58, 0.65, 0.72]
    profile = [(r * radius, z * length) for r, z in bulge]
    profile += [(0.84 * radius, z * length) for z in marks]
    profile += [(r * radius, (1 - z) * length) for r, z in bulge[::-1]]
    first, second, third = (1 + rng.integers(0, len(BANDS), 3)).tolist()
    body = lathe(profile, 36, [0, 0, 0, first, 0, 0, second, 0, third, 0, 9, 0, 0, 0, 10, 0, 0, 0])
    rod = lathe([(0, 0), (wire / 2, 0), (wire / 2, lead + 0.05 * half), (0, lead + 0.05 * half)], 12, 11)
    upright = union(
        moved(body, (0, 0, -half)),
        moved(rod, (0, 0, 0.95 * half)),
        moved(rotated(rod, (1, 0, 0), 180), (0, 0, -0.95 * half)),
    )
    beige = Material(varied(rng, (0.55, 0.40, 0.22) if rng.random() < 0.6 else (0.15, 0.35, 0.50)), gloss=0.5)
    bands = tuple(Material(color, gloss=0.5) for color in BANDS)
    return Shape(settled(rotated(upright, (0, 1, 0), 90)), (beige, *bands, BRASS, BRASS, TIN))


def _chip(rng: np.random.Generator, length: float, width: float, height: float) -> Shape:
    """A black slab with a printed number between two tinned ends."""
    end = 0.16 * length
    body = moved(box((length - 2 * end, width, height)), (0, 0, 0.02 * height))
    ends = [moved(box((end, width, 1.04 * height), 1), (side * (length - end) / 2, 0, 0)) for side in (-1, 1)]
    text = "".join("012345"[int(i)] for i in rng.integers(0, 6, 3))
    ink = moved(number(text, 0.42 * width, 0.03 * height, 2), (0, 0, 1.02 * height))
    black = Material((0.02, 0.02, 0.022), gloss=0.4)
    return Shape(settled(union(body, *ends, ink)), (black, TIN, WHITE_INK))
