"""Light-emitting diodes: domes of 3, 5 and 10 mm with two cut legs, and chips in white frames."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import TIN, varied
from spacevista.sim.shapes import box, cylinder, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "LED"

# Diameter, height over the flange, flange's diameter, spacing and length of the legs as cut, in mm (makers' T-1 ...).
DOMES_MM = (
    (3.0, 4.5, 3.8, 2.54, 6.0),
    (5.0, 8.6, 5.8, 2.54, 7.0),
    (5.0, 8.6, 5.8, 2.54, 16.0),
    (10.0, 13.2, 11.0, 2.54, 14.0),
)
# Length, width, height in mm (makers' codes 2012, 3014, 3528, 5050).
CHIPS_MM = ((2.0, 1.25, 1.1), (3.0, 1.4, 0.8), (3.5, 2.8, 1.9), (5.0, 5.0, 1.6))
COLORS = ((0.70, 0.03, 0.02), (0.05, 0.50, 0.06), (0.75, 0.55, 0.03), (0.05, 0.12, 0.65), (0.75, 0.75, 0.72))
LEG_M = 0.0005


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build an LED lying on its side (a chip: on its back), its whole length within `longest_m`; None if none is."""
    domes = [size for size in DOMES_MM if longest_m[0] <= (size[1] + size[4]) * 1e-3 <= longest_m[1]]
    chips = [size for size in CHIPS_MM if longest_m[0] <= size[0] * 1e-3 <= longest_m[1]]
    stock = domes or chips
    if not stock:
        return None
    size = tuple(1e-3 * v for v in stock[int(rng.integers(len(stock)))])
    if not domes:
        frame, glow = Material((0.78, 0.78, 0.75), gloss=0.3), Material(varied(rng, (0.80, 0.62, 0.10)), gloss=0.7)
        return Shape(_chip(*size), (frame, glow, TIN))
    resin = Material(varied(rng, COLORS[int(rng.integers(len(COLORS)))]), gloss=0.9)
    lying = rotated(rotated(_dome(*size), (0, 0, 1), 90.0), (0, 1, 0), 90)
    return Shape(settled(lying), (resin, TIN))


def _dome(across: float, height: float, flange: float, spacing: float, leg: float) -> Mesh:
    """An upright dome on a flange, one leg longer than the other."""
    radius, foot = across / 2, 0.11 * height
    bow = np.linspace(0, math.pi / 2, 9)
    cap = np.stack([radius * np.cos(bow), height - radius + radius * np.sin(bow)], axis=1)
    cap[-1, 0] = 0
    body = lathe(np.vstack([[(0, 0), (flange / 2, 0), (flange / 2, foot), (radius, foot)], cap]), 36)
    legs = []
    for side in (-1, 1):
        long = leg if side > 0 else 0.85 * leg
        legs.append(
            moved(box((LEG_M, LEG_M, long + 0.2 * height), 1), (side * spacing / 2 * min(1.0, across / 4e-3), 0, -long))
        )
    return union(body, *legs)


def _chip(length: float, width: float, height: float) -> Mesh:
    """A white frame with a round lens and a tinned pad at each end."""
    body = moved(box((0.96 * length, width, height)), (0, 0, 0))
    pads = [moved(box((0.1 * length, 0.7 * width, 0.3 * height), 2), (side * 0.45 * length, 0, 0)) for side in (-1, 1)]
    lens = moved(cylinder(0.38 * min(length, width), 0.08 * height, 32, 1), (0, 0, 0.97 * height))
    return settled(union(body, *pads, lens))
